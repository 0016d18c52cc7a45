/** A pool for each kind of data: what its buffers may be used for, and where blocks may begin. */
import { BufferPool } from "./buffer-pool.ts";
import { COPY_DST, COPY_SRC, type GpuDevice, INDEX, STORAGE, UNIFORM, VERTEX } from "./device.ts";
import { type FencedQueue, rawQueue } from "./fenced-queue.ts";
import type { PoolOptions } from "./options.ts";

const COPIES = COPY_SRC | COPY_DST;
/** Of vertices and indices: what a cache line has some of, and little is lost by. */
const STRIDE = 16;

/**
 * Vertices: a `stride` of any multiple of 4 makes `offset / stride` the `baseVertex` of a draw; else 16 bytes.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function vertexPool<D extends GpuDevice>(queue: FencedQueue<D>, options: PoolOptions = {}): BufferPool<D> {
  const kind = { name: "vertex pool", usage: VERTEX | COPIES, stride: STRIDE, anyStride: true };
  return new BufferPool(queue, kind, options);
}

/**
 * Indices, of 16 or 32 bits: `offset / 2` or `offset / 4` is the `firstIndex` of a draw.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function indexPool<D extends GpuDevice>(queue: FencedQueue<D>, options: PoolOptions = {}): BufferPool<D> {
  const kind = { name: "index pool", usage: INDEX | COPIES, stride: STRIDE, anyStride: true };
  return new BufferPool(queue, kind, options);
}

/**
 * Uniforms: offsets are multiples of the device's `minUniformBufferOffsetAlignment`, 256 bytes unless more was asked of it.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function uniformPool<D extends GpuDevice>(queue: FencedQueue<D>, options: PoolOptions = {}): BufferPool<D> {
  const stride = rawQueue(queue).device.limits.minUniformBufferOffsetAlignment;
  return new BufferPool(queue, { name: "uniform pool", usage: UNIFORM | COPIES, stride, anyStride: false }, options);
}

/**
 * Storage: offsets are multiples of the device's `minStorageBufferOffsetAlignment`, 256 bytes unless more was asked of it.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function storagePool<D extends GpuDevice>(queue: FencedQueue<D>, options: PoolOptions = {}): BufferPool<D> {
  const stride = rawQueue(queue).device.limits.minStorageBufferOffsetAlignment;
  return new BufferPool(queue, { name: "storage pool", usage: STORAGE | COPIES, stride, anyStride: false }, options);
}
