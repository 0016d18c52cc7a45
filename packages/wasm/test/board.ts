/** What threads of one heap have in common beside it: a board of blocks, a gate, a counter. */
import { SharedSlabAllocator, type WasmMemory } from "@ariax/slab";
import { SharedWasmAllocator } from "../src/index.ts";
import { random } from "./heaps.ts";

/** What a thread is told. */
export interface Job {
  readonly memory: WasmMemory;
  readonly engine: "wasm" | "typescript";
  readonly ticket: number;
  readonly board: SharedArrayBuffer;
  readonly threads: number;
  readonly rounds: number;
}

/** A lane of the heap, by the engine that the thread is to use. */
export function attach({ memory, engine, ticket }: Pick<Job, "memory" | "engine" | "ticket">): SharedSlabAllocator {
  return engine === "wasm"
    ? SharedWasmAllocator.attachSync(memory, { ticket })
    : SharedSlabAllocator.attach(memory, { ticket });
}

export class Board {
  static readonly SLOTS = 256;
  static readonly BYTES = 4 * (Board.SLOTS + 2);
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;

  /** In memory of its own; or in a mapping, where nobody can wait. */
  constructor(buffer: ArrayBufferLike = new SharedArrayBuffer(Board.BYTES)) {
    this.buffer = buffer as SharedArrayBuffer;
    this.words = new Int32Array(buffer);
  }

  /** Puts a block, or none, into a slot; what was there. */
  swap(slot: number, offset: number): number {
    return Atomics.exchange(this.words, slot, offset) >>> 0;
  }

  /** What lies there now. */
  get offsets(): Set<number> {
    return new Set(Array.from({ length: Board.SLOTS }, (_, i) => Atomics.load(this.words, i) >>> 0));
  }

  /** Puts a block into the first slot, and waits until another thread has taken it. */
  hand(offset: number): void {
    this.set(offset);
    this.whileIs(0, offset);
  }

  /** Waits for a block in the first slot, and takes it once `use` has seen it. */
  take(use: (offset: number) => void): void {
    this.whileIs(0, 0);
    use(Atomics.load(this.words, 0) >>> 0);
    this.set(0);
  }

  private set(offset: number): void {
    Atomics.store(this.words, 0, offset);
    Atomics.notify(this.words, 0);
  }

  private whileIs(at: number, value: number): void {
    while (Atomics.load(this.words, at) === (value | 0)) Atomics.wait(this.words, at, value | 0, 60_000);
  }

  /** Waits until as many threads have come here. */
  arrive(threads: number): void {
    const gate = Board.SLOTS;
    let here = Atomics.add(this.words, gate, 1) + 1;
    Atomics.notify(this.words, gate);
    for (; here < threads; here = Atomics.load(this.words, gate)) Atomics.wait(this.words, gate, here, 60_000);
  }

  count(): void {
    Atomics.add(this.words, Board.SLOTS + 1, 1);
    Atomics.notify(this.words, Board.SLOTS + 1);
  }

  /** Calls that have been counted. */
  get counted(): number {
    return Atomics.load(this.words, Board.SLOTS + 1);
  }

  /** Waits until so many more calls have been counted. */
  waitFor(calls: number): void {
    const at = Board.SLOTS + 1;
    const end = Atomics.load(this.words, at) + calls;
    for (let now = end - calls; now < end; now = Atomics.load(this.words, at))
      Atomics.wait(this.words, at, now, 60_000);
  }
}

/**
 * What a thread does with its lane: it allocates blocks, stamps them, and swaps each for another on the board; what it gets from there, mostly
 * another thread's, it checks and frees. How many it made.
 */
export function work(
  heap: SharedSlabAllocator,
  board: Board,
  { threads, rounds }: Pick<Job, "threads" | "rounds">,
): number {
  const ticket = heap.holder;
  const next = random(ticket);
  let made = 0;
  board.arrive(threads);
  for (let round = 0; round < rounds; round++) {
    const size = 8 + next([129, 129, 1500, 20_000][next(4)]);
    const offset = heap.tryAllocate(size, next(20) === 0 ? 1 << next(13) : undefined);
    if (offset !== 0) {
      stamp(heap, offset, size, (ticket << 20) | round);
      made++;
    }
    takeOff(heap, board.swap(next(Board.SLOTS), offset));
    if (round % 512 === 0) heap.verifyLane();
    if (round % 300 === 299) heap.park();
    board.count();
  }
  heap.close();
  return made;
}

/** Writes a block full: its length, its stamp, and that again, another in each word. */
export function stamp(heap: SharedSlabAllocator, offset: number, size: number, mark: number): void {
  const words = new Int32Array(heap.memory.buffer, offset, size >>> 2);
  for (let i = 2; i < words.length; i++) words[i] = mark ^ i;
  words[0] = words.length;
  words[1] = mark;
}

/** Checks that a block is as it was written, and frees it; 0 is none. */
export function takeOff(heap: SharedSlabAllocator, offset: number): void {
  if (offset === 0) return;
  const room = heap.sizeOf(offset) >>> 2;
  const words = new Int32Array(heap.memory.buffer, offset, room);
  const [length, mark] = words;
  if (length < 2 || length > room)
    throw new Error(`the block at ${offset} says that it has ${length} words of ${room}`);
  for (let i = 2; i < length; i++) {
    if (words[i] !== (mark ^ i))
      throw new Error(`word ${i} of the block at ${offset}, stamped ${mark}, is ${words[i]}`);
  }
  heap.free(offset);
}
