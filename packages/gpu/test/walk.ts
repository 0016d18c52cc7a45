/**
 * A walk at random over a heap, beside a reference that knows of each granule whose it is. It says what is wrong by throwing. After each
 * call the heap is verified; after each refusal its control block is as it was, byte for byte.
 */
import assert from "node:assert/strict";
import type { Handle, Move, RangeHeap, RangeHeapOptions } from "../src/index.ts";
import { NAMES } from "../src/layout.ts";

/** What of a heap is walked over: also a wrong one, or one behind a proxy. */
export type Heap = Pick<
  RangeHeap,
  | "allocate"
  | "tryAllocate"
  | "free"
  | "offsetOf"
  | "sizeOf"
  | "isLive"
  | "tryResize"
  | "defer"
  | "reach"
  | "moves"
  | "commit"
  | "drop"
  | "grow"
  | "reset"
  | "stats"
  | "verify"
  | "granule"
  | "capacity"
  | "buffer"
>;

/** A generator of numbers, the same for the same seed. */
export function random(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

interface Block {
  readonly id: number;
  offset: number;
  size: number;
  readonly alignment: number;
  move?: Move | undefined;
}

interface Waiting {
  readonly id: number;
  readonly offset: number;
  readonly size: number;
  readonly fence: number;
}

export interface WalkOptions {
  readonly table: boolean;
  /** The most blocks at once. */
  readonly limit?: number;
  /** Sizes are so many granules at least, a few excepted, and below so many more. */
  readonly least?: number;
  readonly longest?: number;
  /** Granules that it may grow to, and bytes beside them. */
  readonly most?: number;
  readonly rest?: number;
  /** The last name that the heap is made believe it gave. */
  readonly names?: number;
}

/** Kinds of heaps, and how they are walked over. */
export const KINDS: Readonly<Record<string, { options: RangeHeapOptions; walk: WalkOptions }>> = {
  offsets: { options: { bytes: 256 * 300, maxBytes: 256 * 400 + 99 }, walk: { table: false, most: 400, rest: 99 } },
  "a table": {
    options: { bytes: 256 * 300, handles: "table", maxBytes: 256 * 400 },
    walk: { table: true, most: 400, longest: 4, names: 2 ** 32 - 60 },
  },
  "few blocks": { options: { bytes: 16 * 300, granule: 16, blocks: 12 }, walk: { table: false, limit: 12 } },
  "a table of few blocks, small ones, shared": {
    options: { bytes: 4 * 150, granule: 4, blocks: 40, handles: "table", shared: true },
    walk: { table: true, limit: 40, longest: 6 },
  },
  "blocks hardly longer than others": {
    options: { bytes: 4 * 6000, granule: 4 },
    walk: { table: false, least: 128, longest: 40 },
  },
  "long blocks": { options: { bytes: 1000, granule: 1 }, walk: { table: false, longest: 300 } },
};

export class Walk {
  readonly heap: Heap;
  private readonly options: WalkOptions;
  private readonly next: (below: number) => number;
  /** Whose each granule is: a block's id, or 0. And what is written there. */
  private owner: Int32Array;
  private bytes: Int32Array;
  private blocks: Map<Handle, Block> = new Map();
  private waiting: Waiting[] = [];
  /** Handles that were given back, and first granules that ever were a block's. */
  private readonly gone: Handle[] = [];
  private readonly began: Set<number> = new Set();
  /** Moves that are over. */
  private readonly over: Move[] = [];
  private reached = 0;
  private ids = 0;
  private names = 0;

  constructor(heap: Heap, seed: number, options: WalkOptions) {
    this.heap = heap;
    this.options = options;
    this.next = random(seed);
    this.owner = new Int32Array(heap.capacity / heap.granule);
    this.bytes = new Int32Array(this.owner.length);
    if (options.names === undefined) return;
    this.names = options.names;
    new Uint32Array(heap.buffer).set([options.names % 2 ** 32, Math.floor(options.names / 2 ** 32)], NAMES);
  }

  step(): void {
    const { next } = this;
    const full = this.occupied() > 0.9;
    const kind = next(100);
    if (kind < (full ? 10 : 34)) this.allocate();
    else if (kind < 50) this.free();
    else if (kind < 60) this.defer();
    else if (kind < 65) this.reach();
    else if (kind < 72) this.resize();
    else if (kind < 76) this.plan();
    else if (kind < 84) this.endMove();
    else if (kind < 98) this.misuse();
    else if (next(4) === 0) this.reset();
    else this.grow();
    this.heap.verify();
    this.check();
  }

  /** So many allocations, whatever becomes of them. */
  fill(times: number): void {
    for (let i = 0; i < times; i++) this.allocate();
  }

  private occupied(): number {
    let n = 0;
    for (const owner of this.owner) if (owner !== 0) n++;
    return n / this.owner.length;
  }

  private get granule(): number {
    return this.heap.granule;
  }

  /** Blocks as the limit counts them. */
  private count(): number {
    let moves = 0;
    for (const { move } of this.blocks.values()) if (move !== undefined) moves++;
    return this.blocks.size + this.waiting.length + moves;
  }

  /** Is there a place for so many granules? */
  private hasRoom(length: number, align: number): boolean {
    let run = 0;
    for (let g = this.owner.length - 1; g >= 0; g--) {
      run = this.owner[g] === 0 ? run + 1 : 0;
      if (run >= length && g % align === 0) return true;
    }
    return false;
  }

  private take(offset: number, size: number, id: number): void {
    const [from, to] = [offset / this.granule, (offset + size) / this.granule];
    assert.ok(
      Number.isInteger(from) && from >= 0 && to <= this.owner.length,
      `${offset} and ${size} are out of the range`,
    );
    for (let g = from; g < to; g++) {
      assert.equal(this.owner[g], 0, `granule ${g} was given twice`);
      this.owner[g] = id;
    }
  }

  private give(offset: number, size: number, id: number): void {
    for (let g = offset / this.granule; g < (offset + size) / this.granule; g++) {
      assert.equal(this.owner[g], id);
      this.owner[g] = 0;
    }
  }

  private write(offset: number, size: number, id: number): void {
    this.bytes.fill(id, offset / this.granule, (offset + size) / this.granule);
  }

  /** What was written to a block is there. */
  private read({ offset, size, id }: Block): void {
    for (let g = offset / this.granule; g < (offset + size) / this.granule; g++)
      assert.equal(this.bytes[g], id, "bytes are lost");
  }

  private allocate(): void {
    const { heap, next, granule } = this;
    const { least = 0, longest = 40 } = this.options;
    const size = next(4) === 0 ? next(3) * granule : least * granule + next(1 + next(longest * granule));
    const alignment =
      next(3) === 0 ? granule * 2 ** next(6) : next(5) === 0 ? 2 ** next(Math.log2(granule) + 1) : granule;
    const length = Math.max(1, Math.ceil(size / granule));
    const align = Math.max(1, alignment / granule);
    const before = this.snapshot();
    const handle = alignment === granule && next(2) === 0 ? heap.tryAllocate(size) : heap.tryAllocate(size, alignment);
    const isFull = this.count() >= (this.options.limit ?? Number.POSITIVE_INFINITY);
    assert.equal(
      handle !== 0,
      !isFull && this.hasRoom(length, align),
      `${size} bytes aligned to ${alignment}: ${handle}`,
    );
    if (handle === 0) {
      this.unchanged(before);
      const code = isFull ? "ERR_POOL_EXHAUSTED" : "ERR_OUT_OF_MEMORY";
      this.refused(() => heap.allocate(size, alignment), code);
      return;
    }
    assert.ok(!this.blocks.has(handle), "a handle was given twice");
    const offset = heap.offsetOf(handle);
    const block = { id: ++this.ids, offset, size: heap.sizeOf(handle), alignment };
    // No name has a low word of 0: it says that there is none.
    if (this.options.table) assert.equal(handle, ++this.names % 2 ** 32 === 0 ? ++this.names : this.names);
    else assert.equal(handle, offset / granule + 1);
    assert.equal(block.size, length * granule);
    assert.equal(offset % alignment, 0);
    this.take(offset, block.size, block.id);
    this.write(offset, block.size, block.id);
    this.began.add(offset / granule);
    this.blocks.set(handle, block);
  }

  private pick(): [Handle, Block] | undefined {
    if (this.blocks.size === 0) return undefined;
    return [...this.blocks][this.next(this.blocks.size)];
  }

  private free(): void {
    const found = this.pick();
    if (found === undefined) return;
    const [handle, block] = found;
    if (block.move !== undefined) {
      this.refused(() => this.heap.free(handle), "ERR_BLOCK_MOVING");
      return;
    }
    this.heap.free(handle);
    this.lose(handle);
    this.give(block.offset, block.size, block.id);
    this.refused(() => this.heap.free(handle), "ERR_DOUBLE_FREE");
  }

  private lose(handle: Handle): void {
    this.blocks.delete(handle);
    this.gone.push(handle);
    if (this.gone.length > 30) this.gone.splice(this.next(30), 1);
  }

  private fence(): number {
    const { next, reached } = this;
    const near = next(3) === 0 ? next(6) : next(40);
    return next(8) === 0 ? reached + 2 ** next(50) : next(12) === 0 ? Math.max(0, reached - near) : reached + near;
  }

  private defer(): void {
    const found = this.pick();
    if (found === undefined) return;
    const [handle, block] = found;
    const fence = this.fence();
    if (block.move !== undefined) {
      this.refused(() => this.heap.defer(handle, fence), "ERR_BLOCK_MOVING");
      return;
    }
    this.heap.defer(handle, fence);
    this.lose(handle);
    this.wait(block, block.offset, fence);
    this.refused(() => this.heap.defer(handle, fence), "ERR_DOUBLE_FREE");
  }

  private wait({ id, size }: Block, offset: number, fence: number): void {
    if (fence > this.reached) this.waiting.push({ id, offset, size, fence });
    else this.give(offset, size, id);
  }

  private reach(): void {
    // Fences that are far away would else be reached never, or all at once.
    const far = this.waiting.map(({ fence }) => fence);
    const fence = this.next(3) === 0 && far.length > 0 ? far[this.next(far.length)]! : this.fence();
    if (fence > 2 ** 52) return;
    const due = this.waiting.filter((one) => one.fence <= fence);
    const before = this.snapshot();
    assert.equal(this.heap.reach(fence), fence > this.reached ? due.length : 0);
    if (fence <= this.reached) {
      this.unchanged(before);
      return;
    }
    this.reached = fence;
    for (const { offset, size, id } of due) this.give(offset, size, id);
    this.waiting = this.waiting.filter((one) => one.fence > fence);
  }

  private resize(): void {
    const found = this.pick();
    if (found === undefined) return;
    const [handle, block] = found;
    const { granule, heap, next } = this;
    const size = next(3) === 0 ? next(block.size + 1) : Math.min(next(2 * block.size + 3 * granule), heap.capacity);
    if (block.move !== undefined) {
      this.refused(() => heap.tryResize(handle, size), "ERR_BLOCK_MOVING");
      return;
    }
    const length = Math.max(1, Math.ceil(size / granule));
    const [end, want] = [(block.offset + block.size) / granule, block.offset / granule + length];
    let fits = want <= this.owner.length;
    for (let g = end; g < want && fits; g++) fits = this.owner[g] === 0;
    const before = this.snapshot();
    assert.equal(heap.tryResize(handle, size), fits);
    if (!fits) {
      this.unchanged(before);
      return;
    }
    this.give(block.offset, block.size, block.id);
    const old = block.size;
    block.size = length * granule;
    this.take(block.offset, block.size, block.id);
    if (block.size > old) this.write(block.offset, block.size, block.id);
  }

  private plan(): void {
    const { granule, next } = this;
    const most = next(4) === 0 ? Number.MAX_SAFE_INTEGER : next(60 * granule);
    let left = most;
    for (const move of this.heap.moves(most)) {
      const block = this.blocks.get(move.handle);
      assert.ok(block !== undefined && block.move === undefined, "a block is moved that is not there, or twice");
      assert.deepEqual([move.from, move.size], [block.offset, block.size]);
      assert.equal(move.to % block.alignment, 0, "a target is not aligned");
      left -= move.size;
      // The target is taken, so it can't overlap the source.
      this.take(move.to, move.size, block.id);
      block.move = move;
    }
    assert.ok(left >= 0, "more is moved than was asked for");
  }

  private endMove(): void {
    const moving = [...this.blocks].filter(([, { move }]) => move !== undefined);
    if (moving.length === 0) return;
    const [handle, block] = moving[this.next(moving.length)]!;
    const move = block.move!;
    const { heap, next, granule } = this;
    this.read(block);
    for (const old of this.over) {
      if (old.handle === handle) this.refused(() => heap.commit(old), "ERR_INVALID_ARGUMENT");
    }
    const end = next(4) === 0 ? "drop" : "commit";
    if (end === "drop") {
      heap.drop(move);
      this.give(move.to, move.size, block.id);
    } else {
      this.bytes.copyWithin(move.to / granule, move.from / granule, (move.from + move.size) / granule);
      const fence = next(2) === 0 ? undefined : this.fence();
      const now = fence === undefined ? heap.commit(move) : heap.commit(move, fence);
      if (this.options.table) assert.equal(now, handle, "a name has changed");
      else {
        assert.equal(now, move.to / granule + 1);
        this.lose(handle);
      }
      this.wait(block, move.from, fence ?? 0);
      block.offset = move.to;
      this.began.add(move.to / granule);
      this.blocks.set(now, block);
      this.read(block);
    }
    block.move = undefined;
    this.over.push(move);
    if (this.over.length > 9) this.over.shift();
    this.refused(() => heap.commit(move), "ERR_INVALID_ARGUMENT");
    this.refused(() => heap.drop(move), "ERR_INVALID_ARGUMENT");
  }

  /** A handle of no live block. */
  private misuse(): void {
    const { next, heap, gone } = this;
    const odd = [0, -1, 0.5, Number.NaN, 2 ** 32, 2 ** 53, this.owner.length + 1, "1", 1n, undefined, null, {}];
    const old = next(2) === 0 && gone.length > 0;
    const bad = (
      old ? gone[next(gone.length)] : next(3) > 0 ? 1 + next(this.owner.length) : odd[next(odd.length)]
    ) as Handle;
    if (this.blocks.has(bad)) return;
    const { table } = this.options;
    const isUint = typeof bad === "number" && Number.isInteger(bad) && bad > 0;
    const wasName = table && isUint && bad <= this.names && bad % 2 ** 32 !== 0;
    const wasBlock = table ? wasName : isUint && this.began.has(bad - 1);
    assert.equal(heap.isLive(bad), false);
    const free = this.refused(() => (next(2) === 0 ? heap.free(bad) : heap.defer(bad, next(9))));
    if (table) assert.equal(free, wasBlock ? "ERR_DOUBLE_FREE" : "ERR_INVALID_FREE");
    // What began there may be forgotten by now; what never did is no block that was freed.
    else
      assert.ok(free === "ERR_INVALID_FREE" || (wasBlock && free === "ERR_DOUBLE_FREE"), `${free} for ${String(bad)}`);
    const code = wasName ? "ERR_STALE_HANDLE" : "ERR_INVALID_BLOCK";
    this.refused(() => heap.offsetOf(bad), code);
    this.refused(() => heap.sizeOf(bad), code);
    this.refused(() => heap.tryResize(bad, 1), code);
    const sizes = [-1, 0.5, Number.NaN, heap.capacity + 1, "1"] as number[];
    this.refused(() => heap.allocate(sizes[next(5)]), "ERR_INVALID_SIZE");
    const alignments = [0, 3, -4, 2 ** 31, "4"] as number[];
    this.refused(() => heap.allocate(1, alignments[next(5)]), "ERR_INVALID_ALIGNMENT");
    this.refused(() => heap.grow(heap.capacity - 1), "ERR_INVALID_ARGUMENT");
    this.refused(() => heap.reach(-1), "ERR_INVALID_ARGUMENT");
  }

  private grow(): void {
    const { heap, granule, next } = this;
    const { most = this.owner.length, rest = 0 } = this.options;
    const size = Math.min(most, this.owner.length + next(30));
    heap.grow(size * granule + (size === most ? rest : 0));
    const longer = (old: Int32Array): Int32Array => {
      const now = new Int32Array(size);
      now.set(old);
      return now;
    };
    this.owner = longer(this.owner);
    this.bytes = longer(this.bytes);
    this.refused(() => heap.grow(most * granule + rest + 1), "ERR_INVALID_ARGUMENT");
  }

  private reset(): void {
    for (const handle of [...this.blocks.keys()]) this.lose(handle);
    this.waiting = [];
    this.heap.reset();
    this.owner.fill(0);
  }

  /** What it holds, against what it says. */
  private check(): void {
    const { heap, granule, owner } = this;
    const stats = heap.stats();
    const sum = (list: Iterable<{ readonly size: number }>): number =>
      [...list].reduce((all, { size }) => all + size, 0);
    const moves = [...this.blocks.values()].filter(({ move }) => move !== undefined);
    let [free, longest, run] = [0, 0, 0];
    for (const one of owner) {
      run = one === 0 ? run + 1 : 0;
      free += one === 0 ? 1 : 0;
      longest = Math.max(longest, run);
    }
    assert.deepEqual(
      [stats.blocks, stats.live, stats.deferredBlocks, stats.deferredBytes, stats.moves, stats.movingBytes],
      [this.blocks.size, sum(this.blocks.values()), this.waiting.length, sum(this.waiting), moves.length, sum(moves)],
    );
    assert.deepEqual([stats.free, stats.largestFree], [free * granule, longest * granule]);
    assert.equal(stats.reserved, stats.live + stats.deferredBytes + stats.movingBytes);
    assert.equal(stats.committed, stats.overhead + stats.reserved + stats.free);
    const found = this.pick();
    if (found === undefined) return;
    const [handle, { offset, size }] = found;
    assert.deepEqual([heap.isLive(handle), heap.offsetOf(handle), heap.sizeOf(handle)], [true, offset, size]);
  }

  /** The code of the error that a call throws, after which nothing has changed. */
  private refused(call: () => unknown, right?: string): string {
    const before = this.snapshot();
    let code: unknown;
    try {
      call();
    } catch (error) {
      code = (error as { code?: unknown }).code;
    }
    assert.ok(typeof code === "string", "a call was not refused, or without a code");
    if (right !== undefined) assert.equal(code, right);
    this.unchanged(before);
    return code;
  }

  private snapshot(): Buffer {
    return Buffer.from(new Uint8Array(this.heap.buffer).slice());
  }

  private unchanged(before: Buffer): void {
    assert.equal(Buffer.compare(before, Buffer.from(this.heap.buffer)), 0, "a refusal has changed something");
  }
}
