/**
 * As much of WebGPU as the pools need, by structure: a `GPUDevice` of a browser, of Dawn for Node or of Deno fits, and no package of
 * types has to be installed. What comes back has the types that went in: the blocks of a `GPUDevice`'s pool have a `GPUBuffer`.
 */

/** A `GPUBuffer`. */
export interface GpuBuffer {
  readonly size: number;
  destroy(): unknown;
  mapAsync(mode: number, offset?: number, size?: number): Promise<unknown>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): unknown;
}

/** A `GPUCommandEncoder`. */
export interface GpuEncoder {
  copyBufferToBuffer(source: GpuBuffer, from: number, target: GpuBuffer, to: number, size: number): unknown;
  finish(): object;
}

/** A `GPUQueue`. */
export interface GpuQueue {
  submit(commands: Iterable<object>): unknown;
  onSubmittedWorkDone(): Promise<unknown>;
  writeBuffer(buffer: GpuBuffer, at: number, data: ArrayBufferLike, from?: number, size?: number): unknown;
}

/** A `GPUBufferDescriptor`. */
export interface GpuBufferDescriptor {
  readonly label: string;
  readonly size: number;
  readonly usage: number;
  readonly mappedAtCreation?: boolean;
}

/** A `GPUDevice`. */
export interface GpuDevice {
  readonly limits: {
    readonly maxBufferSize: number;
    readonly minUniformBufferOffsetAlignment: number;
    readonly minStorageBufferOffsetAlignment: number;
  };
  readonly queue: GpuQueue;
  readonly lost: Promise<{ readonly message: string }>;
  createBuffer(descriptor: GpuBufferDescriptor): GpuBuffer;
  createCommandEncoder(): GpuEncoder;
  pushErrorScope(filter: "out-of-memory" | "validation"): unknown;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

/** What `createBuffer` of a device makes. */
export type BufferOf<D extends GpuDevice> = ReturnType<D["createBuffer"]>;

/** A place in a buffer: a `GPUBufferBinding`, the arguments of `setVertexBuffer` and `setIndexBuffer`, an end of a copy. */
export interface Place<B extends GpuBuffer = GpuBuffer> {
  readonly buffer: B;
  /** Bytes. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** `GPUBufferUsage` and `GPUMapMode`, which not every host has as globals. */
export const MAP_WRITE = 0x2;
export const COPY_SRC = 0x4;
export const COPY_DST = 0x8;
export const INDEX = 0x10;
export const VERTEX = 0x20;
export const UNIFORM = 0x40;
export const STORAGE = 0x80;

/** Copies begin and end at multiples of so many bytes. */
export const COPY_ALIGNMENT = 4;
/** Mapped ranges begin at multiples of so many. */
export const MAP_ALIGNMENT = 8;
