import {
  type Allocator,
  type AllocatorStats,
  DoubleFreeError,
  FrameExpiredError,
  InvalidArgumentError,
  InvalidBlockError,
  MAX_CAPACITY,
  type Memory,
  type Offset,
  type Offsets,
  sumStats,
  type Traits,
} from "@ariax/allocator";
import {
  checkBoolean,
  checkCount,
  checkGiven,
  checkInteger,
  checkWritable,
  isShared,
  isUint32,
  makeStats,
  present,
  readOptions,
  resizeOrMove,
  show,
} from "@ariax/allocator/implement";
import { Arena } from "./arena.ts";
import { findPlace, PLACE, type Place } from "./place.ts";
import { lastByteOf } from "./presence.ts";
import { arenaTraits, WORDS } from "./traits.ts";

/** Without a `memory` or a `buffer`, the arena has memory of its own. */
export interface FrameArenaOptions extends Place {
  /** Bytes that the blocks of one frame can have; rounded up to 8. */
  readonly capacity: number;
  /** How many frames live at a time, the current one included: a block is gone after so many `nextFrame()`. Default 2. */
  readonly frames?: number | undefined;
  /**
   * For development: an expired frame is overwritten with 0xDB bytes and its memory lies idle for as many frames more,
   * while any use of its blocks throws `FrameExpiredError`. Takes twice the memory, and `nextFrame` is O(bytes that blocks had).
   */
  readonly checked?: boolean | undefined;
}

/** A block together with the number of its frame: `check` tells whether it still lives, at any time later. */
export type FrameRef = number & { readonly [BRAND]: true };
declare const BRAND: unique symbol;

const OPTIONS = ["capacity", "frames", "checked", ...PLACE];

const EXPIRED_BYTE = 0xdb;

/**
 * Arenas that take turns: blocks are allocated in the current frame, and `nextFrame` ends the oldest one, in the same
 * time whatever was allocated.
 *
 *     frames = 3:   │ frame 6 │ frame 4 │ frame 5 │    nextFrame() ends frame 4, and 7 takes its place
 *                     current   oldest
 *
 * @throws `FrameExpiredError` from any call, for a block whose frame has ended.
 */
export class FrameArena<B extends ArrayBufferLike = ArrayBufferLike> implements Allocator<B> {
  declare readonly memory: Memory<B>;
  declare readonly traits: Traits;
  /** Bytes that the blocks of one frame can have. */
  declare readonly capacity: number;
  /** How many frames live at a time. */
  declare readonly frames: number;
  declare readonly checked: boolean;
  declare private readonly arenas: readonly Arena[];
  /** Where the first frame's bytes begin. */
  declare private readonly first: Offset;
  /** References count in frames of so many granules: all there are in the buffer, so that no two of its arenas share any. */
  declare private readonly span: number;
  declare private current: Arena;
  /** The number of the current frame. */
  declare private now: number;
  /** See `presence.ts`. */
  declare private lastByte: Uint8Array;
  /** This object, and not a proxy of it: a call that changes something asks for it first, and then goes on as if there were none. */
  declare private readonly itself: () => this;
  /** See `checkWritable`. */
  declare private turn: number;

  /** @throws `HostMemoryError` where the host has no memory for it. */
  constructor(options: FrameArenaOptions) {
    present(this, WORDS);
    const given = readOptions(checkGiven(options, "capacity is"), OPTIONS);
    const { capacity, frames = 2, checked = false } = given;
    checkInteger("capacity", capacity, 1, MAX_CAPACITY);
    checkInteger("frames", frames, 1, 65536);
    const count = checkBoolean("checked", checked) ? 2 * frames : frames;
    const bytes = 8 * Math.ceil(capacity / 8);
    if (count * bytes > MAX_CAPACITY) {
      throw new InvalidArgumentError(`invalid capacity: ${count} times ${bytes} bytes are above ${MAX_CAPACITY}`);
    }
    const { memory, begin } = findPlace(count * bytes, 8, given);
    this.memory = memory as Memory<B>;
    this.traits = arenaTraits("frame-arena", isShared(memory.buffer));
    this.capacity = bytes;
    this.frames = frames;
    this.checked = checked;
    this.arenas = Array.from({ length: count }, (_, i) => {
      return new Arena({ memory, byteOffset: begin + i * bytes, byteLength: bytes });
    });
    this.first = begin;
    this.span = Math.ceil(memory.buffer.byteLength / 8);
    this.current = this.arenas[0];
    this.now = 0;
    this.lastByte = lastByteOf(memory, begin + count * bytes);
    this.turn = 0;
    this.itself = () => this;
  }

  /** The number of the current frame, from 0 on. */
  get frame(): number {
    return this.now;
  }

  /**
   * Begins a new frame and ends all blocks of the oldest. Returns the new frame's number. O(1) unless checked.
   *
   * @throws `DetachedError` where the memory is gone.
   * @throws `CorruptionError` where it has become too short.
   */
  nextFrame(): number {
    const it = this.itself();
    if (it.checked || it.lastByte.length === 0) it.checkBytes();
    checkWritable(it);
    // the arena of the frame that expires now, and then lies idle
    if (it.checked) it.spoil(it.now + 1 - it.frames);
    it.now++;
    it.current = it.arenas[it.now % it.arenas.length];
    it.current.reset();
    return it.now;
  }

  allocate(size: number, alignment?: number): Offset {
    return this.current.allocate(size, alignment);
  }

  tryAllocate(size: number, alignment?: number): Offset {
    return this.current.tryAllocate(size, alignment);
  }

  resize(offset: Offset, size: number): boolean {
    return this.owner(offset).resize(offset, size);
  }

  /** A block that moves goes to the current frame. */
  reallocate(offset: Offset, size: number): Offset {
    const it = this.itself();
    it.checkBytes();
    return resizeOrMove(it, offset, size);
  }

  free(offset: Offset): void {
    this.owner(offset).free(offset);
  }

  sizeOf(offset: Offset): number {
    return this.owner(offset).sizeOf(offset);
  }

  allocateMany(size: number, out: Offsets): number {
    return this.current.allocateMany(size, out);
  }

  freeMany(offsets: Offsets, count?: number): void {
    const it = this.itself();
    // offsets that lie in the memory are gone with it
    if (it.lastByte.length === 0) it.checkBytes();
    const length = checkCount(count, offsets);
    const seen = new Set<Offset>();
    for (let i = 0; i < length; i++) {
      const offset = offsets[i] >>> 0;
      if (seen.has(offset)) throw new DoubleFreeError(offset);
      seen.add(offset);
      const owner = it.owner(offset);
      // not live? Then it throws.
      if (!owner.isLive(offset)) owner.free(offset);
    }
    checkWritable(it);
    for (let i = 0; i < length; i++) it.free(offsets[i] >>> 0);
  }

  /** Ends every block, and the frames they are in: as many `nextFrame()` as frames live. O(frames) unless checked. */
  reset(): void {
    const it = this.itself();
    for (let i = 0; i < it.frames; i++) it.nextFrame();
    for (const arena of it.arenas) arena.reset();
  }

  /**
   * A live block as a reference: a number below 2⁵³ that holds the frame's and the offset. O(1).
   *
   * @throws `InvalidArgumentError` from frame 2⁵⁶ ÷ (bytes of the buffer) on: with 64 MiB, after 207 days at 60 frames a second.
   * @throws `InvalidBlockError` for a block that is not live.
   */
  ref(offset: Offset): FrameRef {
    this.sizeOf(offset);
    const frame = this.frameOf(this.indexOf(offset));
    return (checkInteger("frame", frame, 0, Math.floor(2 ** 53 / this.span) - 1) * this.span + offset / 8) as FrameRef;
  }

  /**
   * The offset of a reference's block. Never pass an offset: it may be taken for a reference of another block. O(1).
   *
   * @throws `FrameExpiredError` if its frame has ended, however long ago.
   * @throws `InvalidBlockError` if the block was freed, or is that of another arena in the same buffer.
   */
  check(ref: FrameRef): Offset {
    if (typeof ref !== "number")
      throw new InvalidBlockError(ref, `${show(ref)} is no reference: ref(offset) makes one`);
    const frame = Math.floor(ref / this.span);
    const offset = 8 * (ref % this.span);
    const index = this.indexOf(offset);
    // none of this arena's offsets?
    if (!(index >= 0 && index < this.arenas.length)) throw new InvalidBlockError(offset);
    if (frame <= this.now - this.frames) throw new FrameExpiredError(offset, frame, this.now);
    if (frame !== this.frameOf(index)) throw new InvalidBlockError(offset);
    this.sizeOf(offset);
    return offset;
  }

  /** As of an arena. What older frames have left is not `free`: no block can have it. */
  stats(): AllocatorStats {
    return sumStats(
      this.arenas.map((arena, index) => {
        const stats = arena.stats();
        if (this.frameOf(index) === this.now) return stats;
        const { committed, overhead, peakReserved } = stats;
        const over = { committed, overhead, peakReserved };
        return this.isOver(index) ? makeStats(over) : { ...stats, free: 0, largestFree: 0 };
      }),
    );
  }

  verify(): void {
    for (const arena of this.arenas) arena.verify();
  }

  /** The arena that an offset is in, or, for what is no offset, any. */
  private owner(offset: Offset): Arena {
    const index = this.indexOf(offset);
    const arena = this.arenas[index] ?? this.current;
    if (this.checked && this.isOver(index) && arena.isLive(offset)) {
      throw new FrameExpiredError(offset, this.frameOf(index), this.now);
    }
    return arena;
  }

  private indexOf(offset: Offset): number {
    return isUint32(offset) ? Math.floor((offset - this.first) / this.capacity) : -1;
  }

  /** The number of the frame that an arena was last used for; negative where it never was. */
  private frameOf(index: number): number {
    const { length } = this.arenas;
    return this.now - ((((this.now - index) % length) + length) % length);
  }

  /** Is an arena's frame over, or not there yet? Of unchecked arenas, all live. */
  private isOver(index: number): boolean {
    return this.frameOf(index) <= this.now - this.frames;
  }

  /** Throws where the bytes of the frames are not all there. */
  private checkBytes(): void {
    Reflect.set(
      this,
      "lastByte",
      lastByteOf(this.memory, this.first + this.arenas.length * this.capacity, this.lastByte),
    );
  }

  /** What blocks had in this frame, or one before it in its place, is overwritten; what never was a block's is not touched. */
  private spoil(frame: number): void {
    if (frame < 0) return;
    const index = frame % this.arenas.length;
    const begin = this.first + index * this.capacity;
    new Uint8Array(this.memory.buffer, begin, this.arenas[index].highWater - begin).fill(EXPIRED_BYTE);
  }
}
