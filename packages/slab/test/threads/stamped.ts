/**
 * A thread's use of a heap, checked block by block. What each thread writes down, all see:
 *
 *     block    ┌ stamp ─ … ─ ~stamp ┐     its first and its last word; the stamp is thread << 24 | serial
 *     ledger   a word for each place a block can begin at: the stamp of the block that lives there, or 0
 *
 * Who gets a block finds 0 in the ledger, else it was in another's hands; who frees one finds there what is in the block, else it was written
 * to, or given out twice. The ledger is read and written plainly: what orders it is what orders the blocks, the heap and the handing over.
 */
import type { SharedSlabAllocator } from "../../src/index.ts";

/** A ledger for a heap of at most so many bytes. */
export function ledgerFor(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(capacity / 2);
}

export class Stamped {
  readonly heap: SharedSlabAllocator;
  readonly ledger: Int32Array;
  private readonly thread: number;
  private serial = 0;
  private words: Int32Array;

  constructor(heap: SharedSlabAllocator, ledger: Int32Array, thread: number) {
    this.heap = heap;
    this.ledger = ledger;
    this.thread = thread;
    this.words = new Int32Array(0);
  }

  /** A block, or 0 where there is no room. */
  take(size: number): number {
    const offset = this.heap.tryAllocate(size);
    if (offset !== 0) this.mark(offset);
    return offset;
  }

  /** Frees a block of any thread's. */
  give(offset: number): void {
    this.unmark(offset);
    this.heap.free(offset);
  }

  /** Longer or shorter, and its contents go with it; 0, and nothing changed, where there is no room. */
  change(offset: number, size: number): number {
    const stamp = this.unmark(offset);
    let moved: number;
    try {
      moved = this.heap.reallocate(offset, size);
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_OUT_OF_MEMORY") throw error;
      this.ledger[offset >>> 3] = stamp;
      return 0;
    }
    if (this.at(moved >>> 2) !== stamp) throw new Error(`block ${moved} lost its stamp ${stamp} as it moved`);
    this.mark(moved);
    return moved;
  }

  /** A block that was got gets its stamp. */
  private mark(offset: number): void {
    const cell = offset >>> 3;
    const there = this.ledger[cell];
    if (there !== 0) throw new Error(`thread ${this.thread} got block ${offset}, which lives: it is ${name(there)}`);
    const stamp = (this.thread << 24) | ++this.serial;
    this.ledger[cell] = stamp;
    const last = (offset + this.heap.sizeOf(offset) - 4) >>> 2;
    this.at(last);
    this.words[offset >>> 2] = stamp;
    this.words[last] = ~stamp;
  }

  /** The stamp of a block, which no longer has it. */
  private unmark(offset: number): number {
    const cell = offset >>> 3;
    const stamp = this.ledger[cell];
    const last = (offset + this.heap.sizeOf(offset) - 4) >>> 2;
    const found = [this.at(offset >>> 2), ~this.at(last)];
    if (stamp === 0 || found[0] !== stamp || found[1] !== stamp) {
      throw new Error(`block ${offset} is ${name(stamp)}, in it stand ${found.map(name).join(" and ")}`);
    }
    this.ledger[cell] = 0;
    return stamp;
  }

  /** A word of the memory, of which there may be more than when it was last looked at. */
  private at(word: number): number {
    if (word >= this.words.length) this.words = new Int32Array(this.heap.memory.buffer, 0, this.length());
    return this.words[word];
  }

  private length(): number {
    return Math.floor(this.heap.memory.buffer.byteLength / 4);
  }
}

function name(stamp: number): string {
  return stamp === 0 ? "nobody's" : `${stamp >>> 24}:${stamp & 0xffffff}`;
}
