import {
  DoubleFreeError,
  ForeignBlockError,
  HostMemoryError,
  InvalidAlignmentError,
  InvalidBlockError,
  InvalidFreeError,
  OutOfMemoryError,
} from "@ariax/allocator";
import {
  bytes,
  checkAlignment,
  checkInteger,
  counted,
  disposable,
  isRevoked,
  present,
  show,
  type Words,
} from "@ariax/allocator/implement";
import type { GpuBlock, OwnBlock } from "./block.ts";
import { type Bytes, checkBytes, writeBytes } from "./bytes.ts";
import { defragment, type Scratch } from "./defragment.ts";
import { type BufferOf, COPY_ALIGNMENT, COPY_DST, COPY_SRC, type GpuBuffer, type GpuDevice } from "./device.ts";
import { checkSizeWithin, type DeviceMemoryError, PoolDisposedError, waitingBytes } from "./errors.ts";
import { type FencedQueue, rawQueue } from "./fenced-queue.ts";
import { askForBuffer } from "./make-buffer.ts";
import { checkPool, type PoolKind, type PoolOptions } from "./options.ts";
import { setOwner } from "./owners.ts";
import { makeHeap, Page, type PageState, type Wish } from "./page.ts";
import { type PoolStats, statsOf } from "./stats.ts";
import { verifyPages } from "./verify.ts";

/** The largest alignment that may be asked for, in bytes. */
const MAX_ALIGNMENT = 65_536;
/** What goes by way of the scratch buffer at a time. */
const SCRATCH_BYTES = 2 ** 18;
const SETTLED: Promise<undefined> = Promise.resolve(undefined);

interface Now<B extends GpuBuffer> {
  /** Of all buffers, but the scratch buffer. */
  bytes: number;
  /** What the device says of the buffers made since the last `settled`: the first that it has not. */
  answer: Promise<DeviceMemoryError | undefined>;
  /** There as long as there are buffers. */
  scratch: Scratch<B> | undefined;
  /** In the middle of `defragment`, which calls the device. */
  isMoving: boolean;
  isDisposed: boolean;
}

const WORDS: Words<BufferPool> = {
  name: ({ label }) => `BufferPool ${JSON.stringify(label)}`,
  parts: (it) => {
    const { buffers, bytes: all, blocks, live, free } = it.stats();
    const parts = [counted(buffers, "buffer"), bytes(all), counted(blocks, "block")];
    return [...parts, `${bytes(live)} live`, `${bytes(free)} free`];
  },
  what: "a pool",
  send: "its device can't either, so post the bytes, and write them where the device is",
};

/**
 * Blocks in the buffers of a device: as many `GPUBuffer`s as it takes, each with a heap over it. `vertexPool`, `indexPool`, `uniformPool`
 * and `storagePool` make one.
 *
 * All verbs are synchronous. Where the device has no room for a further buffer, it says so later: `settled()` waits for that, and
 * `reserve(bytes)` gets a buffer before it is needed.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `PoolDisposedError` once it was disposed of.
 * @throws `DeviceLostError` once the device is lost.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export class BufferPool<D extends GpuDevice = GpuDevice> {
  declare readonly label: string;
  declare readonly queue: FencedQueue<D>;
  /** Offsets are multiples of it, and so are the bytes that a block takes. */
  declare readonly stride: number;
  /** Of one block, at most. */
  declare readonly maxSize: number;
  declare private readonly usage: number;
  declare private readonly bufferBytes: number;
  declare private readonly maxBytes: number;
  /** By their numbers, oldest first. */
  declare private readonly pages: Map<number, Page<BufferOf<D>>>;
  /** Apart, so that a pool that is frozen goes on. */
  declare private readonly now: Now<BufferOf<D>>;
  /** This object, and not a proxy of it. */
  declare private readonly itself: () => this;
  declare readonly [Symbol.dispose]: () => void;

  constructor(queue: FencedQueue<D>, kind: PoolKind, options: PoolOptions = {}) {
    present<BufferPool>(this as never, WORDS);
    this.queue = rawQueue(queue);
    const { device } = this.queue;
    const { label, unit, bufferBytes, maxBytes, maxSize, usage } = checkPool(kind, options, device);
    this.label = label;
    this.stride = unit;
    this.usage = usage;
    this.bufferBytes = bufferBytes;
    this.maxBytes = maxBytes;
    this.maxSize = maxSize;
    this.pages = new Map();
    this.now = { bytes: 0, answer: SETTLED, scratch: undefined, isMoving: false, isDisposed: false };
    this.itself = () => this;
    disposable(this);
  }

  /**
   * A block of `size` bytes, at a multiple of the stride, and of `alignment`. O(1) for each buffer, and a new buffer where none has room.
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `OutOfMemoryError` at `maxBytes`.
   * @throws `DeviceLostError` once the device is lost.
   * @throws `PoolDisposedError` once it was disposed of.
   * @throws `DeviceMemoryError` where the device refuses a buffer at once.
   * @throws `HostMemoryError` where the host has no memory for it.
   */
  allocate(size: number, alignment: number = 1): GpuBlock<BufferOf<D>> {
    const it = this.itself();
    it.checkOpen();
    const wish = it.wishOf(size, alignment);
    return it.tryPages(wish, ["open", "asked"]) ?? it.tryPages(wish, ["draining"]) ?? it.tryNew(wish);
  }

  /**
   * Ends the life of a block: its bytes are used again once the GPU has passed the queue's next submit, as commands that are
   * recorded may still read them. O(1).
   *
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   * @throws `ForeignBlockError` for a block of another one.
   */
  free(block: GpuBlock<BufferOf<D>>): void {
    const it = this.itself();
    it.checkOpen();
    const { page, handle } = it.find(block, true);
    it.pages.get(page)?.defer(handle, it.queue.next);
  }

  /**
   * Copies bytes into a block, `at` bytes from where it begins, by `queue.writeBuffer`: what was submitted before reads the old ones.
   * `at` is a multiple of 4; the last bytes are filled up with zeros to one. A `StagingRing` saves one copy of them. O(bytes).
   *
   * @throws `InvalidBlockError` for a block that is not live.
   * @throws `ForeignBlockError` for a block of another one.
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  write(block: GpuBlock<BufferOf<D>>, data: Bytes, at: number = 0): void {
    const it = this.itself();
    const own = it.live(block);
    writeBytes(it.queue.device.queue, own, checkBytes(own, data, at), at);
  }

  /** Whether it is a live block of this pool. O(1). */
  has(block: GpuBlock<BufferOf<D>>): boolean {
    return this.itself().look(block) !== undefined;
  }

  /**
   * Moves blocks together, by copies on the GPU of at most `maxBytes`, in a submit of its own; the blocks that moved. Their
   * fields say the new place; what was recorded and not submitted before still reads the old one, but must not write to a block.
   * First within each buffer, then from the emptiest buffer into the others, until it is empty: `trim` gives it back. Nothing moves in
   * buffers that the device has not confirmed yet (`settled` waits for that).
   *
   * O(blocks). Nobody waits for the copies: that they come first is a matter of order in the queue.
   */
  defragment(maxBytes: number = 2 ** 20): GpuBlock<BufferOf<D>>[] {
    const it = this.itself();
    it.checkOpen();
    checkInteger("maxBytes", maxBytes, it.stride, Number.MAX_SAFE_INTEGER);
    const { now } = it;
    if (now.isMoving) return []; // the device has called back
    it.reachAll();
    now.isMoving = true;
    try {
      return defragment(it.queue, [...it.pages.values()], now.scratch, maxBytes);
    } finally {
      now.isMoving = false;
    }
  }

  /** Destroys the buffers that no block lies in, nor waits in; the bytes given back. O(buffers). */
  trim(): number {
    const it = this.itself();
    it.checkOpen();
    it.reachAll();
    const before = it.now.bytes;
    for (const page of it.pages.values()) if (page.isEmpty) it.drop(page);
    return before - it.now.bytes;
  }

  /**
   * Makes sure of room for a block of `size` bytes, by a new buffer if there is none, and waits until the device has said that it
   * has all of them. Rejects with `DeviceMemoryError` where it has not, `OutOfMemoryError` at `maxBytes`. O(buffers).
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `OutOfMemoryError` where there is no room.
   * @throws `DeviceMemoryError` where the device has no room.
   */
  async reserve(size: number): Promise<void> {
    const it = this.itself();
    it.checkOpen();
    const wish = it.wishOf(size, 1);
    it.reachAll();
    const hasRoom = [...it.pages.values()].some(
      ({ state, heap }) => state !== "refused" && heap.stats().largestFree >= wish.units,
    );
    if (!hasRoom) it.grow(wish);
    await it.settled();
  }

  /**
   * Resolves once the device has said of every buffer that it has it. Rejects with `DeviceMemoryError` where it has not, of one that
   * was made since the last call: the blocks in that can be freed, and nothing else, and no others are allocated there.
   *
   * @throws `DeviceMemoryError` where the device has no room.
   */
  async settled(): Promise<void> {
    const it = this.itself();
    const { now } = it;
    const { answer } = now;
    const error = await answer;
    if (now.answer === answer) now.answer = SETTLED;
    if (error === undefined) return;
    it.queue.checkAlive(); // of a device that is lost, this is the reason
    throw error;
  }

  /** O(buffers). */
  stats(): PoolStats {
    const it = this.itself();
    it.checkOpen();
    it.reachAll();
    return statsOf([...it.pages.values()]);
  }

  /**
   * O(blocks).
   *
   * @throws `CorruptionError` where heaps and blocks don't agree.
   */
  verify(): void {
    const it = this.itself();
    it.checkOpen();
    verifyPages([...it.pages.values()], it.label, it.now.isMoving);
  }

  /** Destroys all buffers, and all blocks with them; what is submitted is done before. Again: nothing. */
  dispose(): void {
    const it = this.itself();
    it.now.isDisposed = true;
    for (const page of it.pages.values()) it.drop(page);
  }

  private checkOpen(): void {
    if (this.now.isDisposed) throw new PoolDisposedError(this.label);
    this.queue.checkAlive();
  }

  private wishOf(size: number, alignment: number): Wish {
    const { stride, maxSize, maxBytes, label: pool } = this;
    checkSizeWithin(size, maxSize, maxBytes, stride);
    checkAlignment(alignment, MAX_ALIGNMENT);
    if (stride % alignment !== 0 && alignment % stride !== 0)
      throw new InvalidAlignmentError(alignment, stride & -stride, `: the pool's stride is ${stride}`);
    const units = Math.max(1, Math.ceil(size / stride));
    return {
      size: COPY_ALIGNMENT * Math.ceil(size / COPY_ALIGNMENT),
      alignment,
      units,
      step: Math.max(1, alignment / stride),
      pool,
    };
  }

  private tryPages(wish: Wish, states: readonly PageState[]): OwnBlock<BufferOf<D>> | undefined {
    const { done } = this.queue;
    for (const page of this.pages.values()) {
      if (!states.includes(page.state)) continue;
      page.reach(done);
      const block = page.tryAllocate(wish);
      if (block === undefined) continue;
      if (page.state === "draining") page.state = "open"; // it is needed, after all
      return block;
    }
    return undefined;
  }

  private reachAll(): void {
    const { done } = this.queue;
    for (const page of this.pages.values()) page.reach(done);
  }

  /** A block as the pool has it, though the caller may have a proxy of it; undefined where it is none. */
  private look(block: GpuBlock<BufferOf<D>>): OwnBlock<BufferOf<D>> | undefined {
    if (typeof block !== "object" || block === null || isRevoked(block)) return undefined;
    const { page, handle } = block;
    return this.pages.get(page)?.blocks.get(handle);
  }

  /** A block that may be written to: for rings too, as an `Owner`. */
  private live(block: GpuBlock<BufferOf<D>>): OwnBlock<BufferOf<D>> {
    this.checkOpen();
    return this.find(block, false);
  }

  private find(block: GpuBlock<BufferOf<D>>, isFree: boolean): OwnBlock<BufferOf<D>> {
    const own = this.look(block);
    if (own !== undefined) return own;
    const isObject = typeof block === "object" && block !== null && !isRevoked(block);
    const { pool, offset } = isObject ? block : ({} as Partial<typeof block>);
    if (typeof pool !== "string" || typeof offset !== "number") {
      const what = `${show(block)} is no block of a pool`;
      throw isFree ? new InvalidFreeError(block, what) : new InvalidBlockError(block, what);
    }
    if (pool !== this.label) throw new ForeignBlockError(offset, pool, this.label);
    throw isFree ? new DoubleFreeError(offset) : new InvalidBlockError(offset);
  }

  private tryNew(wish: Wish): OwnBlock<BufferOf<D>> {
    const block = this.grow(wish).tryAllocate(wish);
    if (block === undefined) throw new HostMemoryError(wish.size); // for the heap's control block
    return block;
  }

  /** A new page that has room. */
  private grow({ units, alignment }: Wish): Page<BufferOf<D>> {
    const { stride, bufferBytes, maxBytes, usage, label, now } = this;
    const wanted = Math.min(Math.max(bufferBytes, units * stride), maxBytes - now.bytes);
    const all = Math.floor(wanted / stride);
    if (all < units) {
      const { free, largestFree, deferredBytes } = this.stats();
      const waiting = waitingBytes(deferredBytes);
      const room = { free: free + all * stride, largestFree: Math.max(largestFree, all * stride), waiting };
      throw new OutOfMemoryError(units * stride, alignment, maxBytes, room);
    }
    const heap = makeHeap(all);
    const { buffer, answer } = askForBuffer(this.queue.device, { label, size: all * stride, usage });
    const page = new Page(buffer, heap, stride);
    this.pages.set(page.number, page);
    setOwner(buffer, this as never);
    now.bytes += page.bytes;
    this.expect(answer, (error) => {
      if (error === undefined) page.state = "open";
      else this.refuse(page);
    });
    if (now.scratch === undefined) this.askForScratch();
    return page;
  }

  /** Hears what the device says, before `settled` does. */
  private expect(answer: Promise<DeviceMemoryError | undefined>, hear: (error?: DeviceMemoryError) => void): void {
    const { now } = this;
    const heard = answer.then((error) => {
      hear(error);
      return error;
    });
    now.answer = now.answer.then(async (before) => before ?? (await heard));
  }

  /** Asks for what moves within a buffer need; without it there are none. */
  private askForScratch(): void {
    const { now, label, queue } = this;
    const most = Math.min(SCRATCH_BYTES, queue.device.limits.maxBufferSize);
    const size = most - (most % COPY_ALIGNMENT);
    try {
      const descriptor = { label: `${label}: scratch`, size, usage: COPY_SRC | COPY_DST };
      const { buffer, answer } = askForBuffer(queue.device, descriptor);
      const scratch: Scratch<BufferOf<D>> = { buffer, size, isReady: false };
      now.scratch = scratch;
      this.expect(answer, (error) => {
        scratch.isReady = error === undefined;
      });
    } catch {
      now.scratch = undefined; // asked for again with the next buffer
    }
  }

  /** The device has no such buffer. */
  private refuse(page: Page<BufferOf<D>>): void {
    page.state = "refused";
    if (page.isEmpty) this.drop(page);
  }

  private drop(page: Page<BufferOf<D>>): void {
    const { pages, now } = this;
    if (!pages.delete(page.number)) return;
    now.bytes -= page.bytes;
    page.buffer.destroy();
    if (pages.size > 0) return;
    now.scratch?.buffer.destroy();
    now.scratch = undefined;
  }
}
