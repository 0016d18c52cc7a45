/**
 * The untimed pass: replays a program with a pattern of its own in every block, checked whenever the block is freed or
 * reallocated and at the end. So a subject that overlaps blocks, loses contents or runs out of memory is found out,
 * and never timed as if nothing had happened. The same pass counts bytes.
 */
import { ALLOCATE, FREE, type Program } from "../subjects/events.ts";
import type { Target } from "../subjects/target.ts";

export interface Check {
  /** Blocks whose contents were not what was written. */
  readonly corrupted: number;
  /** Allocations that were refused, by 0, null or a throw; and the first one's message. */
  readonly failures: number;
  readonly firstFailure?: string;
  /** Frees of a live block that threw. */
  readonly refusedFrees: number;
  /** Events seen: all of them, unless the limit came first. */
  readonly events: number;
  /** Bytes at the peak: what the allocator says, or the highest end of a block; absent where neither is known. */
  readonly peakReserved?: number;
  /** Bytes of metadata beside the blocks; absent where they lie between the blocks, or are not known. */
  readonly metadata?: number;
}

export function check(target: Target, program: Program, handles: "offsets" | "objects", limit: number): Check {
  const shadow = new Shadow(target, handles, program.slots);
  const { op, slot, size, events } = program;
  const deadline = performance.now() + limit;
  let failures = 0;
  let refusedFrees = 0;
  let firstFailure: string | undefined;
  const attempt = (allocate: () => unknown): unknown => {
    let message = "no room";
    try {
      const handle = allocate();
      if (handle !== 0 && handle !== null && handle !== undefined) return handle;
    } catch (error) {
      message = error instanceof Error ? error.message : String(error);
    }
    failures++;
    firstFailure ??= message;
    return null;
  };

  let i = 0;
  for (; i < events; i++) {
    if ((i & 255) === 0 && performance.now() > deadline) break;
    const s = slot[i]!;
    const bytes = size[i]!;
    if (op[i] === ALLOCATE) {
      shadow.set(
        s,
        attempt(() => target.allocate(bytes)),
        bytes,
      );
      continue;
    }
    const old = shadow.handles[s];
    // A block that was refused before?
    if (old === null || old === undefined) continue;
    if (op[i] === FREE) {
      shadow.verify(s, shadow.sizes[s]!);
      try {
        target.free(old);
      } catch {
        refusedFrees++;
      }
      shadow.clear(s);
    } else {
      const moved = attempt(() => target.reallocate(old, bytes));
      if (moved === null) continue;
      shadow.handles[s] = moved;
      shadow.verify(s, Math.min(shadow.sizes[s]!, bytes));
      shadow.set(s, moved, bytes);
    }
  }
  for (let s = 0; s < program.slots; s++) if (shadow.handles[s] != null) shadow.verify(s, shadow.sizes[s]!);

  const stats = target.stats?.();
  const peak = stats === undefined ? shadow.highWater : stats.peakReserved;
  return {
    corrupted: shadow.corrupted,
    failures,
    ...(firstFailure === undefined ? {} : { firstFailure }),
    refusedFrees,
    events: i,
    ...(peak > 0 ? { peakReserved: peak } : {}),
    ...(stats === undefined ? {} : { metadata: stats.overhead }),
  };
}

/** The live blocks, and what was written into each: a pattern of its own, as 32-bit words where the block has any. */
class Shadow {
  readonly handles: unknown[];
  readonly sizes: Float64Array;
  readonly #patterns: Int32Array;
  readonly #target: Target;
  readonly #isObjects: boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Int32Array = new Int32Array(0);
  #pattern = 0;
  corrupted = 0;
  highWater = 0;

  constructor(target: Target, handles: "offsets" | "objects", slots: number) {
    this.#target = target;
    this.#isObjects = handles === "objects";
    this.handles = new Array(slots).fill(null);
    this.sizes = new Float64Array(slots);
    this.#patterns = new Int32Array(slots);
  }

  /** The block is now `handle`, and gets a pattern of its own. */
  set(s: number, handle: unknown, size: number): void {
    this.handles[s] = handle;
    this.sizes[s] = size;
    if (handle === null) return;
    this.#pattern = (this.#pattern + 0x01010101) | 0x01010101;
    this.#patterns[s] = this.#pattern = Math.imul(this.#pattern, 0x9e3779b1);
    // A block of a collected subject is its own memory.
    if (handle instanceof Uint8Array) {
      if (handle.length < size) this.corrupted++;
      else handle.fill(this.#pattern);
      return;
    }
    const from = this.#locate(handle);
    const to = from + size;
    if (to > this.highWater) this.highWater = to;
    // Outside of the memory, or where no word may lie?
    if (to > this.#bytes.length || from % 4 !== 0) {
      this.corrupted++;
      return;
    }
    this.#words.fill(this.#pattern, from >>> 2, to >>> 2);
    this.#bytes.fill(this.#pattern, to - (to % 4), to);
  }

  clear(s: number): void {
    this.handles[s] = null;
  }

  /** Counts the block as corrupted unless its first `size` bytes are its pattern. */
  verify(s: number, size: number): void {
    const handle = this.handles[s];
    if (!(handle instanceof Uint8Array ? this.#isFilled(handle, s, size) : this.#isIntact(handle, s, size))) {
      this.corrupted++;
    }
  }

  #isIntact(handle: unknown, s: number, size: number): boolean {
    const pattern = this.#patterns[s]!;
    const from = this.#locate(handle);
    const to = from + size;
    const words = this.#words;
    for (let i = from >>> 2; i < to >>> 2; i++) if (words[i] !== pattern) return false;
    // The last bytes of the block as it was: of one that became smaller they are in the middle of a word.
    const isEnd = size === this.sizes[s];
    for (let i = to - (to % 4); i < to && isEnd; i++) if (this.#bytes[i] !== (pattern & 255)) return false;
    return true;
  }

  #isFilled(block: Uint8Array, s: number, size: number): boolean {
    const byte = this.#patterns[s]! & 255;
    for (let i = 0; i < size; i++) if (block[i] !== byte) return false;
    return true;
  }

  #locate(handle: unknown): number {
    const buffer = this.#target.memory!.buffer;
    if (this.#bytes.buffer !== buffer || this.#bytes.length !== buffer.byteLength) {
      this.#bytes = new Uint8Array(buffer);
      this.#words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
    }
    return this.#isObjects ? (handle as { offset: number }).offset : (handle as number) >>> 0;
  }
}
