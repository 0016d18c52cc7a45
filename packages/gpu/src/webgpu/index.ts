/**
 * # @ariax/gpu/webgpu: pools of GPU buffers
 *
 * - *pool*: `GPUBuffer`s of one usage, each with a `RangeHeap` over it, and more of them when there is no room.
 * - *block*: `buffer`, `offset` and `size`, as draws, bind groups and copies take them.
 * - *fence*: a submit. What is freed is used again once the GPU has passed the next one.
 * - *ring*: mapped buffers for uploads, which go round between the CPU and the GPU.
 *
 *     FencedQueue ── submit(…) ──▶ fence 1, 2, 3 …
 *       ├ vertexPool    ┌ GPUBuffer ─────────────┐ ┌ GPUBuffer ─────────────┐
 *       ├ indexPool     │▒▒▒│   │▒▒▒▒│░░░│▒▒▒▒▒▒▒│ │▒▒▒▒▒│                  │     ▒ live  ░ waits for a fence
 *       ├ uniformPool   └────────────────────────┘ └────────────────────────┘
 *       └ StagingRing   mapped ▶ unmapped, copied from ▶ mapped
 *
 * Nothing here needs a package of types, nor a GPU's globals: `device.ts` says what of WebGPU is used.
 *
 * Files: `fenced-queue.ts` counts submits, `buffer-pool.ts` has the verbs and `pools.ts` its kinds, `page.ts` is a buffer with its heap,
 * `defragment.ts` moves blocks, `staging-ring.ts` uploads, `make-buffer.ts` asks the device.
 */
export type { GpuBlock } from "./block.ts";
export type { BufferPool } from "./buffer-pool.ts";
export type { Bytes } from "./bytes.ts";
export type {
  BufferOf,
  GpuBuffer,
  GpuBufferDescriptor,
  GpuDevice,
  GpuEncoder,
  GpuQueue,
  Place,
} from "./device.ts";
export { DeviceLostError, DeviceMemoryError, PoolDisposedError } from "./errors.ts";
export { FencedQueue } from "./fenced-queue.ts";
export type { PoolOptions } from "./options.ts";
export { indexPool, storagePool, uniformPool, vertexPool } from "./pools.ts";
export { type RingOptions, type RingStats, type Staged, StagingRing } from "./staging-ring.ts";
export type { PoolStats } from "./stats.ts";
