/**
 * Uploads through mapped memory: bytes are written where the GPU copies them from, with no copy in between.
 *
 *     free ──▶ filling ──▶ unmapped, submitted ──▶ mapping ──▶ free         a buffer's round
 *       ▲        stage()         queue.submit()      mapAsync()  │
 *       └────────────────────────────────────────────────────────┘
 *
 * A buffer is filled from its begin to its end. The next submit of the queue unmaps those that were written to, and asks for them
 * again behind it; they are mapped once the GPU has copied from them. Is none free? Then there is one more.
 */
import { InvalidArgumentError, OutOfMemoryError, type Room } from "@ariax/allocator";
import {
  bytes,
  checkAlignment,
  checkInteger,
  counted,
  disposable,
  present,
  readOptions,
  show,
  type Words,
} from "@ariax/allocator/implement";
import type { GpuBlock } from "./block.ts";
import { type Bytes, checkBytes } from "./bytes.ts";
import {
  type BufferOf,
  COPY_ALIGNMENT,
  COPY_SRC,
  type GpuBuffer,
  type GpuDevice,
  type GpuEncoder,
  MAP_ALIGNMENT,
  MAP_WRITE,
  type Place,
} from "./device.ts";
import { checkSizeWithin, PoolDisposedError, waitingBytes } from "./errors.ts";
import { type FencedQueue, rawQueue } from "./fenced-queue.ts";
import { makeBuffer } from "./make-buffer.ts";
import { checkBufferBytes, checkLabel } from "./options.ts";
import { ownerOf } from "./owners.ts";

export interface RingOptions {
  /** Of its buffers, and in its errors. */
  readonly label?: string | undefined;
  /** Bytes of a buffer; more where what is staged is more. 1 MiB. */
  readonly bufferBytes?: number | undefined;
  /** Bytes of all buffers together, at most; no less than `bufferBytes`. No limit but the device's. */
  readonly maxBytes?: number | undefined;
}

/** Mapped memory, to be written before the next submit of the queue. */
export interface Staged<B extends GpuBuffer = GpuBuffer> extends Place<B> {
  /** What is to be written; it is gone with the submit. Zeros, or what was staged there before. */
  readonly bytes: Uint8Array;
}

export interface RingStats {
  readonly buffers: number;
  /** Of all buffers. */
  readonly bytes: number;
  /** Buffers that are mapped, and have nothing in them. */
  readonly free: number;
  /** Buffers that the GPU has, until it has copied from them. */
  readonly waiting: number;
}

interface Chunk<B extends GpuBuffer> {
  readonly buffer: B;
  readonly bytes: number;
  /** While it is mapped. */
  mapped: ArrayBuffer;
  /** Where the rest begins. */
  top: number;
}

interface Now<B extends GpuBuffer> {
  /** Mapped, with nothing in them. */
  free: Chunk<B>[];
  /** Mapped, with something in them; the last one is written to. */
  filling: Chunk<B>[];
  /** How many the GPU has. */
  waiting: number;
  buffers: number;
  bytes: number;
  isDisposed: boolean;
}

const KNOWN = ["label", "bufferBytes", "maxBytes"];
const BUFFER_BYTES = 2 ** 20;
const MAX_ALIGNMENT = 65_536;

const WORDS: Words<StagingRing> = {
  name: ({ label }) => `StagingRing ${JSON.stringify(label)}`,
  parts: (it) => {
    const { buffers, bytes: all, free, waiting } = it.stats();
    return [counted(buffers, "buffer"), bytes(all), `${free} free`, `${waiting} waiting`];
  },
  what: "a ring",
  send: "its device can't either, so post the bytes, and stage them where the device is",
};

/**
 * Bytes on their way to the GPU, in buffers that are mapped while the CPU writes to them.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `PoolDisposedError` once it was disposed of.
 * @throws `DeviceLostError` once the device is lost.
 */
export class StagingRing<D extends GpuDevice = GpuDevice> {
  declare readonly label: string;
  declare readonly queue: FencedQueue<D>;
  declare private readonly bufferBytes: number;
  declare private readonly maxBytes: number;
  declare private readonly maxSize: number;
  /** Apart, so that a ring that is frozen goes on. */
  declare private readonly now: Now<BufferOf<D>>;
  /** This object, and not a proxy of it. */
  declare private readonly itself: () => this;
  declare readonly [Symbol.dispose]: () => void;

  constructor(queue: FencedQueue<D>, options: RingOptions = {}) {
    present<StagingRing>(this as never, WORDS);
    this.queue = rawQueue(queue);
    const { maxBufferSize } = this.queue.device.limits;
    const given = readOptions(options, KNOWN);
    this.label = checkLabel(given.label, "staging ring");
    const all = Number.MAX_SAFE_INTEGER;
    this.maxBytes = checkInteger("maxBytes", given.maxBytes ?? all, MAP_ALIGNMENT, all);
    const most = Math.min(maxBufferSize, this.maxBytes);
    const bufferBytes = given.bufferBytes ?? Math.min(BUFFER_BYTES, most);
    this.bufferBytes = checkBufferBytes(bufferBytes, MAP_ALIGNMENT, most, this.maxBytes);
    this.maxSize = most - (most % MAP_ALIGNMENT);
    this.now = { free: [], filling: [], waiting: 0, buffers: 0, bytes: 0, isDisposed: false };
    this.itself = () => this;
    disposable(this);
  }

  /**
   * `size` bytes of mapped memory to write to, from a multiple of `alignment` on. Record the copy from it (`copyBufferToBuffer`,
   * `copyBufferToTexture`), and have the queue submit that next. O(1), and a new buffer where none is free.
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `OutOfMemoryError` at `maxBytes`.
   * @throws `DeviceMemoryError` where the device has no room.
   * @throws `DeviceLostError` once the device is lost.
   * @throws `PoolDisposedError` once it was disposed of.
   */
  stage(size: number, alignment: number = MAP_ALIGNMENT): Staged<BufferOf<D>> {
    const it = this.itself();
    if (it.now.isDisposed) throw new PoolDisposedError(it.label);
    it.queue.checkAlive();
    checkSizeWithin(size, it.maxSize, it.maxBytes, MAP_ALIGNMENT);
    checkAlignment(alignment, MAX_ALIGNMENT);
    const step = Math.max(alignment, MAP_ALIGNMENT);
    const chunk = it.chunkFor(size, step);
    const offset = alignUp(chunk.top, step);
    chunk.top = offset + size;
    return { buffer: chunk.buffer, offset, size, bytes: new Uint8Array(chunk.mapped, offset, size) };
  }

  /**
   * Copies bytes into a block of a pool, or any other place with the usage `COPY_DST`, as a command of `encoder`: `at` bytes from where
   * it begins, a multiple of 4. The queue is to submit that next. The last bytes are filled up with zeros to a multiple of 4. O(bytes).
   *
   * @throws `InvalidBlockError` for a block that is not live.
   * @throws `PoolDisposedError` once it, or the block's pool, was disposed of.
   * @throws `DetachedError` once the memory is gone.
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `OutOfMemoryError` where there is no room.
   * @throws `DeviceMemoryError` where the device has no room.
   */
  write(encoder: GpuEncoder, target: Place<BufferOf<D>>, data: Bytes, at: number = 0): void {
    const it = this.itself();
    checkEncoder(encoder);
    const { buffer, offset, size } = checkTarget(target);
    const bytes = checkBytes({ buffer, offset, size }, data, at);
    if (bytes.byteLength === 0) return;
    const staged = it.stage(alignUp(bytes.byteLength, COPY_ALIGNMENT));
    staged.bytes.set(bytes);
    staged.bytes.fill(0, bytes.byteLength);
    encoder.copyBufferToBuffer(staged.buffer, staged.offset, buffer, offset + at, staged.size);
  }

  /** Destroys the buffers that are free; the bytes given back. O(buffers). */
  trim(): number {
    const it = this.itself();
    const before = it.now.bytes;
    for (const chunk of it.now.free.splice(0)) it.drop(chunk);
    return before - it.now.bytes;
  }

  /** O(1). */
  stats(): RingStats {
    const { buffers, bytes, free, waiting } = this.itself().now;
    return { buffers, bytes, free: free.length, waiting };
  }

  /** Destroys all buffers; what is submitted is done before. Again: nothing. */
  dispose(): void {
    const it = this.itself();
    it.now.isDisposed = true;
    it.trim();
    for (const chunk of it.now.filling.splice(0)) it.drop(chunk);
  }

  /** One that has room, written to from now on. */
  private chunkFor(size: number, alignment: number): Chunk<BufferOf<D>> {
    const { filling, free } = this.now;
    const last = filling.at(-1);
    if (last !== undefined && alignUp(last.top, alignment) + size <= last.bytes) return last;
    const at = free.findIndex(({ bytes }) => bytes >= size);
    const chunk = at < 0 ? this.grow(size, alignment) : free.splice(at, 1)[0]!;
    if (filling.length === 0) this.queue.beforeSubmit(() => this.send());
    filling.push(chunk);
    return chunk;
  }

  private grow(size: number, alignment: number): Chunk<BufferOf<D>> {
    const { bufferBytes, maxBytes, label, now } = this;
    const wanted = Math.min(Math.max(bufferBytes, alignUp(size, MAP_ALIGNMENT)), maxBytes - now.bytes);
    const bytes = wanted - (wanted % MAP_ALIGNMENT);
    if (bytes < size || bytes === 0) throw new OutOfMemoryError(size, alignment, maxBytes, this.room(alignment, bytes));
    const descriptor = { label, size: bytes, usage: MAP_WRITE | COPY_SRC, mappedAtCreation: true };
    const buffer = makeBuffer(this.queue.device, descriptor);
    const chunk = { buffer, bytes, mapped: buffer.getMappedRange(), top: 0 };
    now.buffers++;
    now.bytes += bytes;
    return chunk;
  }

  /** What could be had, where there may be a buffer of `more` bytes. */
  private room(alignment: number, more: number): Room {
    const { filling, free, bytes } = this.now;
    const last = filling.at(-1);
    const rest = last === undefined ? 0 : Math.max(0, last.bytes - alignUp(last.top, alignment));
    const parts = [rest, more, ...free.map((chunk) => chunk.bytes)];
    const sum = parts.reduce((all, part) => all + part, 0);
    return { free: sum, largestFree: Math.max(...parts), waiting: waitingBytes(bytes + more - sum) };
  }

  /** Unmaps what was written to; what is returned asks for it again, behind the submit. */
  private send(): () => void {
    const { now } = this;
    const sent = now.filling.splice(0);
    now.waiting += sent.length;
    for (const { buffer } of sent) buffer.unmap();
    return () => {
      for (const chunk of sent) {
        askAgain(chunk.buffer).then(
          (mapped) => this.receive(chunk, mapped),
          () => this.lose(chunk),
        );
      }
    };
  }

  private receive(chunk: Chunk<BufferOf<D>>, mapped: ArrayBuffer): void {
    const { now } = this;
    if (now.isDisposed) this.lose(chunk);
    else {
      chunk.mapped = mapped;
      chunk.top = 0;
      now.waiting--;
      now.free.push(chunk);
    }
  }

  /** One that does not come back. */
  private lose(chunk: Chunk<BufferOf<D>>): void {
    this.now.waiting--;
    this.drop(chunk);
  }

  private drop({ buffer, bytes }: Chunk<BufferOf<D>>): void {
    this.now.buffers--;
    this.now.bytes -= bytes;
    buffer.destroy();
  }
}

/** What a buffer maps, once the GPU has done with it. Rejects where it does not, whatever of it throws. */
async function askAgain(buffer: GpuBuffer): Promise<ArrayBuffer> {
  await buffer.mapAsync(MAP_WRITE);
  return buffer.getMappedRange();
}

const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;

function checkEncoder(encoder: GpuEncoder): void {
  if (typeof (encoder as Partial<GpuEncoder> | null | undefined)?.copyBufferToBuffer !== "function") {
    throw new InvalidArgumentError(`invalid encoder: ${show(encoder)} is no GPUCommandEncoder`);
  }
}

/** What is said of the place, each once; of a pool's block, what the pool says. */
function checkTarget<B extends GpuBuffer>(target: Place<B>): Place<B> {
  const { buffer, offset, size, handle } = (target as Partial<GpuBlock<B>> | null | undefined) ?? {};
  if (typeof buffer !== "object" || typeof offset !== "number" || typeof size !== "number") {
    throw new InvalidArgumentError(`invalid target: ${show(target)} is no place in a buffer`);
  }
  // A place in a pool's buffer that somebody has reckoned has no handle, and is theirs to know.
  const owner = typeof handle === "number" ? ownerOf(buffer as B) : undefined;
  return (owner?.live(target) as Place<B> | undefined) ?? { buffer: buffer as B, offset, size };
}
