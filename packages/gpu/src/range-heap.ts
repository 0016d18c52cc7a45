import { checkInteger, present } from "@ariax/allocator/implement";
import { alignShift, checkFence, checkSize, refuseAllocate, refuseBlock, refuseFree, stillRow } from "./checks.ts";
import {
  bytesFor,
  checkPlace,
  clearControl,
  growControl,
  type More,
  makeControl,
  openControl,
  type Place,
  renewed,
} from "./control.ts";
import { reachedFence, reachFence, wait } from "./fences.ts";
import { findRun } from "./fit.ts";
import { giveHandle, type Handle, liveRow, takeHandle } from "./handles.ts";
import {
  ALIGN_SHIFT,
  LENGTH,
  LIMIT,
  LIVE,
  MAX_BLOCKS,
  ROOM,
  SHIFT,
  SIZE,
  START,
  STATE,
  TAKEN,
  TURNS,
  WORDS,
} from "./layout.ts";
import { commitMove, dropMove, type Move, planMoves, readMove, sourceOf } from "./moves.ts";
import { type RangeHeapOptions, readWish } from "./options.ts";
import { SAID } from "./present.ts";
import { growRange, resizeRow } from "./resize.ts";
import { carve, giveBlock } from "./rows.ts";
import { type RangeStats, rangeStats } from "./stats.ts";
import { verifyRange } from "./verify.ts";

/** Where there is a heap already, by the options that `attach` gives the constructor: nothing that a caller makes is among them. */
const attachedBy: WeakMap<object, Place> = /* @__PURE__ */ new WeakMap();

/**
 * A heap over a range of bytes that it never touches: a GPU buffer, a file, a device. All that it knows is in a control block of
 * its own (layout.ts), whose size follows the number of blocks, not that of bytes. See `index.ts` for the idea.
 *
 * Each verb is O(1) and makes no garbage, but for errors, `moves`, and where something else is said. Private fields are so for TypeScript only,
 * and what is read of `this`, which may be a proxy, is read before anything is written.
 *
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RangeHeap } from "@ariax/gpu";
 *
 * const heap = new RangeHeap({ bytes: 2 ** 33, granule: 256 }); // of a device, say
 * const block = heap.allocate(1000);
 * assert.equal(heap.offsetOf(block) % 256, 0);
 * heap.free(block);
 * assert.throws(() => heap.free(block), { code: "ERR_DOUBLE_FREE" });
 * ```
 */
export class RangeHeap {
  /** Bytes that blocks are multiples of. */
  declare readonly granule: number;
  declare private readonly place: Place;
  /** Makes room for rows: see `growControl`. It knows the place itself, not a proxy of it, which might not let it be changed. */
  declare private readonly more: More;

  /**
   * A heap without blocks.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `HostMemoryError` where the host has no memory for it.
   * @throws `UnsupportedError` where the host lacks memory.
   */
  constructor(options: RangeHeapOptions) {
    present(this, SAID);
    const place = attachedBy.get(options) ?? makeControl(readWish(options));
    this.place = place;
    this.more = (w) => growControl(w, place);
    this.granule = 2 ** place.view[SHIFT];
  }

  /**
   * Continues the heap whose control block is at `byteOffset` of a buffer, from where another object, or another thread, has left it. They take
   * turns: there are no locks. O(blocks).
   *
   * @throws `CorruptionError` where there is none, or a truncated or damaged one.
   */
  static attach(buffer: ArrayBufferLike, byteOffset = 0): RangeHeap {
    checkPlace(buffer, byteOffset);
    const place: Place = { buffer, byteOffset, view: openControl(buffer, byteOffset) };
    verifyRange(place.view);
    const options = { bytes: 0 };
    attachedBy.set(options, place);
    return new RangeHeap(options);
  }

  /** Bytes of a control block for so many blocks at once: 40 to 80 a block. */
  static byteLength(blocks: number): number {
    return bytesFor(checkInteger("blocks", blocks, 1, MAX_BLOCKS));
  }

  /** The range, in bytes. */
  get capacity(): number {
    return (this.words()[SIZE] >>> 0) * this.granule;
  }

  /**
   * The control block is here, from `byteOffset` on: all of the heap's state. It is another buffer once there are more rows than it has
   * room for; never with `blocks`, `buffer` or `shared`.
   */
  get buffer(): ArrayBufferLike {
    return this.place.buffer;
  }

  get byteOffset(): number {
    return this.place.byteOffset;
  }

  /** The control block as it is now, or throws. */
  private words(): Int32Array {
    const { place } = this;
    const w = place.view;
    return w.length === w[WORDS] ? w : renewed(place);
  }

  /**
   * A block of at least `size` bytes, at a multiple of `alignment`, a power of two up to 2³⁰: counted from the range's start. 0 bytes are a
   * granule.
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `OutOfMemoryError` where no gap has room.
   * @throws `PoolExhaustedError` where there are as many blocks as there may be.
   * @throws `HostMemoryError` where the control block can't become longer.
   */
  allocate(size: number, alignment: number = this.granule): Handle {
    return this.tryAllocate(size, alignment) || refuseAllocate(this.words(), size, alignment);
  }

  /**
   * As `allocate`, but 0 where there is no room.
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   */
  tryAllocate(size: number, alignment: number = this.granule): Handle | 0 {
    const { granule } = this;
    let w = this.words();
    checkSize(w, size);
    const shift = alignment === granule ? 0 : alignShift(alignment, granule);
    const length = Math.ceil(size / granule) || 1;
    if (w[TAKEN] >= w[LIMIT]) return 0;
    const run = findRun(w, length, 1 << shift);
    if (run === 0) return 0;
    if (w[ROOM] < 2) {
      const grown = this.more(w);
      if (grown === undefined) return 0;
      w = grown;
    }
    const row = carve(w, run, length, 1 << shift);
    w[row + STATE] = LIVE | (shift << ALIGN_SHIFT);
    w[TAKEN]++;
    w[TURNS] = 0;
    return giveHandle(w, row);
  }

  /**
   * Gives a block back. Of offset handles these are told apart as long as the heap remembers the block: until so many others were made as were
   * freed before it.
   *
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` where it is not live.
   * @throws `BlockMovingError` while it has a move.
   */
  free(handle: Handle): void {
    const w = this.words();
    const row = takeHandle(w, handle) || refuseFree(w, handle);
    w[TURNS] = 0;
    giveBlock(w, row);
  }

  /**
   * Where a block begins, in bytes from the range's start: exact up to 2⁴⁸.
   *
   * @throws `InvalidBlockError` for a block that is not live.
   * @throws `StaleHandleError` for a handle that is not live.
   */
  offsetOf(handle: Handle): number {
    const w = this.words();
    const row = liveRow(w, handle) || refuseBlock(w, handle);
    return (w[row + START] >>> 0) * this.granule;
  }

  /** Bytes of a block, whole granules. Throws as `offsetOf` does. */
  sizeOf(handle: Handle): number {
    const w = this.words();
    const row = liveRow(w, handle) || refuseBlock(w, handle);
    return (w[row + LENGTH] >>> 0) * this.granule;
  }

  /** Is it the handle of a live block? For any value whatever. */
  isLive(handle: Handle): boolean {
    return liveRow(this.words(), handle) !== 0;
  }

  /**
   * Makes a block longer or shorter where it is; false, and nothing changed, where it can't be.
   *
   * @throws `InvalidSizeError`, `InvalidBlockError`, `StaleHandleError` as `tryAllocate` and `offsetOf`.
   * @throws `BlockMovingError` while the block has a move.
   */
  tryResize(handle: Handle, size: number): boolean {
    const { granule, more } = this;
    const w = this.words();
    const row = stillRow(w, handle) || refuseBlock(w, handle);
    checkSize(w, size);
    return resizeRow(w, row, Math.ceil(size / granule) || 1, more);
  }

  /**
   * Frees a block, but lets nobody have its bytes before `reach` was called with `fence` or more: the GPU may still read them. From now on its
   * handle is that of a freed block. Fences are whole numbers from 0 to 2⁵³ − 1, in any order; of one that was reached before, the bytes are
   * free at once. Throws as `free` does.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `BlockMovingError` while it has a move.
   */
  defer(handle: Handle, fence: number): void {
    checkFence(fence);
    const w = this.words();
    const row = takeHandle(w, handle) || refuseFree(w, handle);
    w[TURNS] = 0;
    if (fence > reachedFence(w)) wait(w, row, fence);
    else giveBlock(w, row);
  }

  /**
   * What was deferred up to `fence` is free: how many blocks. A fence below the last changes nothing. O(blocks that wait for it, and of those that
   * wait longer, what is said in fences.ts: each costs at most 52 steps in all).
   */
  reach(fence: number): number {
    checkFence(fence);
    const w = this.words();
    if (fence <= reachedFence(w)) return 0;
    w[TURNS] = 0;
    return reachFence(w, fence);
  }

  /** The highest fence that was reached; 0 at first. */
  get reached(): number {
    return reachedFence(this.words());
  }

  /**
   * Copies of at most `maxBytes` in all that bring what is free together, each begun: to be carried out, and then committed or dropped. None,
   * once `stats().largestFree` is `wanted`; if that is not said, once an eighth or less of what is free lies elsewhere and no block fits into a
   * gap below it. Also none where no gap has room for any copy, or where moves are still under way.
   *
   * Until then source and target are kept: the block is live where it was, and can't be freed, deferred or resized. A move counts as a block.
   * O(blocks).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  moves(maxBytes: number = Number.MAX_SAFE_INTEGER, wanted: number = 0): Move[] {
    checkInteger("maxBytes", maxBytes, 0, Number.MAX_SAFE_INTEGER);
    checkInteger("wanted", wanted, 0, Number.MAX_SAFE_INTEGER);
    const { granule, more } = this;
    return planMoves(this.words(), Math.floor(maxBytes / granule), Math.ceil(wanted / granule), more);
  }

  /**
   * The bytes were copied: the block is there now, and what it left is free, or, with `fence`, deferred. Its handle from now on: with `handles:
   * "table"` the same. O(1).
   *
   * @throws `InvalidArgumentError` where the move is not under way.
   */
  commit(move: Move, fence: number = 0): Handle {
    checkFence(fence);
    const read = readMove(move);
    const w = this.words();
    return commitMove(w, sourceOf(w, read), fence > reachedFence(w) ? fence : 0);
  }

  /** The block stays where it was. Throws as `commit` does. O(1). */
  drop(move: Move): void {
    const read = readMove(move);
    const w = this.words();
    dropMove(w, sourceOf(w, read));
  }

  /**
   * Makes the range longer, up to `maxBytes`: the new bytes are free. O(1).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `HostMemoryError` where the host has no memory for it.
   */
  grow(bytes: number): void {
    const { more } = this;
    growRange(this.words(), bytes, more);
  }

  /** Gives up all blocks, deferred ones and moves: their handles are of no block. Fences and names go on. O(1). */
  reset(): void {
    clearControl(this.words());
  }

  /** O(free runs of one bin). */
  stats(): RangeStats {
    return rangeStats(this.words());
  }

  /**
   * Walks every invariant. O(blocks).
   *
   * @throws `CorruptionError` naming the first that is broken.
   */
  verify(): void {
    const { buffer, byteOffset } = this.place;
    verifyRange(openControl(buffer, byteOffset));
  }
}
