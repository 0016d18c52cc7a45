/** One heap with lanes, twice: as both.ts. All threads are one here, so that what each call makes can be compared. */
import { SharedSlabAllocator } from "@ariax/slab";
import { openShared } from "../../slab/src/lanes/heap.ts";
import { laneLayoutOf } from "../../slab/src/lanes/layout.ts";
import { freeError } from "../../slab/src/lookup.ts";
import { attempt, Script } from "./script.ts";

type Options = ConstructorParameters<typeof SharedSlabAllocator>[0];

/** lanes-driver.c's numbers. */
const CALL = {
  allocate: 1,
  aligned: 2,
  free: 3,
  sizeOf: 4,
  resize: 5,
  reallocate: 6,
  many: 7,
  freeMany: 8,
  why: 9,
  ticket: 10,
  attach: 11,
  park: 12,
  resume: 13,
  close: 14,
  reclaim: 15,
  reset: 16,
  verify: 17,
  late: 18,
  held: 19,
  control: 20,
  memory: 21,
  write: 22,
  poke: 23,
  mutate: 24,
  stats: 25,
} as const;

const [H_BASE, H_LIMIT, H_LANES, H_PAGES, H_MAIL] = [2, 3, 4, 16, 23];
const PAGE = 4096;
const LIVE = 1;
const PARKED = 2;
/** What ax_attach returns instead of a lane. */
const NO_LANE: Record<string, number> = { ERR_NO_LANE: 0, ERR_TICKET: 1, ERR_INVALID_ARGUMENT: 2 };
const FREED: Record<string, number> = { ERR_DOUBLE_FREE: 1, ERR_INVALID_FREE: 2, ERR_LANE_LOST: 3 };

export class LanesBoth {
  /** The threads there ever were, by their numbers. */
  readonly threads: SharedSlabAllocator[];
  readonly base: number;
  readonly capacity: number;
  /** Words of the control block. */
  readonly words: number;
  readonly #buffer: ArrayBufferLike;
  readonly #script: Script;

  /** `most`: bytes that the C engine's buffer may have; as many as the TypeScript engine's. */
  constructor(options: Options, most?: number) {
    const heap = new SharedSlabAllocator(options);
    const w = heap.words;
    this.threads = [heap];
    this.base = w[H_BASE] >>> 0;
    this.capacity = w[H_LIMIT] * PAGE;
    this.words = laneLayoutOf(w[H_LIMIT], w[H_LANES]).words;
    this.#buffer = heap.memory.buffer;
    this.#script = new Script([this.base, w[H_PAGES], w[H_LIMIT], w[H_LANES], most ?? this.base + w[H_LIMIT] * PAGE]);
  }

  get w(): Int32Array {
    return this.threads[0].words;
  }

  #call(what: keyof typeof CALL, args: readonly number[], result?: readonly number[] | Uint32Array): void {
    this.#script.add(CALL[what], what, args, result);
  }

  allocate(thread: number, size: number): number {
    const offset = attempt(() => this.threads[thread].tryAllocate(size), 0);
    this.#call("allocate", [thread, size], [offset]);
    return offset;
  }

  aligned(thread: number, size: number, alignment: number): number {
    const offset = attempt(() => this.threads[thread].tryAllocate(size, alignment), 0);
    this.#call("aligned", [thread, size, alignment], [offset]);
    return offset;
  }

  free(thread: number, offset: number): number {
    const freed = attempt(
      () => {
        this.threads[thread].free(offset);
        return 0;
      },
      (code) => FREED[code],
    );
    this.#call("free", [thread, offset], [freed]);
    if (freed === 1 || freed === 2) {
      const why = FREED[freeError(this.w, laneOf(this.threads[thread]), offset).code];
      this.#call("why", [thread, offset], [why]);
    }
    return freed;
  }

  sizeOf(thread: number, offset: number): number {
    const size = attempt(() => this.threads[thread].sizeOf(offset), 0);
    this.#call("sizeOf", [thread, offset], [size]);
    return size;
  }

  resize(thread: number, offset: number, size: number): void {
    const done = attempt(() => this.threads[thread].resize(offset, size), false);
    this.#call("resize", [thread, offset, size], [done ? 1 : 0]);
  }

  reallocate(thread: number, offset: number, size: number): number {
    const moved = attempt(() => this.threads[thread].reallocate(offset, size), 0);
    this.#call("reallocate", [thread, offset, size], [moved]);
    return moved;
  }

  many(thread: number, size: number, count: number): number[] {
    const out = new Int32Array(count);
    const made = attempt(() => this.threads[thread].allocateMany(size, out), 0);
    const offsets = Array.from(out.subarray(0, made), (offset) => offset >>> 0);
    this.#call("many", [thread, size, count], [made, ...offsets]);
    return offsets;
  }

  freeMany(thread: number, offsets: readonly number[]): boolean {
    const heap = this.threads[thread];
    // The first that is no live block; else the last of the lowest that comes twice.
    let wrong = offsets.findIndex((p) => attempt(() => heap.sizeOf(p), 0) === 0);
    const twice = offsets.filter((p, i) => offsets.indexOf(p) < i);
    if (wrong < 0 && twice.length > 0) wrong = offsets.lastIndexOf(Math.min(...twice));
    const done = attempt(() => {
      heap.freeMany(Int32Array.from(offsets));
      return true;
    }, false);
    if (done !== wrong < 0) throw new Error(`freeMany: ${done}, but the first wrong one is at ${wrong}`);
    this.#call("freeMany", [thread, offsets.length, ...offsets], [done ? offsets.length : wrong]);
    return done;
  }

  ticket(): number {
    const ticket = this.threads[0].ticket();
    this.#call("ticket", [], [ticket]);
    return ticket;
  }

  /** A new thread: its number, or −1. */
  attach(ticket: number): number {
    const thread = this.threads.length;
    let heap: SharedSlabAllocator | undefined;
    const lane = attempt(
      () => {
        heap = SharedSlabAllocator.attach(this.#buffer, { ticket, byteOffset: this.base });
        return laneOf(heap);
      },
      (code) => NO_LANE[code],
    );
    this.#call("attach", [heap === undefined ? 255 : thread, ticket], [lane]);
    if (heap === undefined) return -1;
    this.threads.push(heap);
    return thread;
  }

  park(thread: number): void {
    const done = attempt(() => this.threads[thread].park() === undefined, false) ? 1 : 0;
    this.#call("park", [thread], [done]);
  }

  /** Does a parked thread go on? */
  resume(thread: number): boolean {
    const heap = this.threads[thread] as unknown as { now(): Int32Array; lane: number };
    const lane = attempt(
      () => {
        heap.now();
        return heap.lane;
      },
      (code) => NO_LANE[code],
    );
    this.#call("resume", [thread], [lane]);
    return lane > 2;
  }

  close(thread: number): void {
    const heap = this.threads[thread];
    const { holder } = heap;
    const state = this.w[this.w[laneOf(heap) + H_MAIL] + 0];
    const isIts = state === ((holder << 3) | LIVE) || state === ((holder << 3) | PARKED);
    attempt(() => heap.close(), undefined);
    this.#call("close", [thread], [isIts ? 1 : 0]);
  }

  /** `every` so-manieth block is known to nobody; 0: all are kept. */
  reclaim(dead: number, by: number, every = 0): void {
    const heap = this.threads[by];
    const keep = (offset: number, size: number) => (offset / 8 + size / 8) % every !== 0;
    const lost = heap.reclaim(dead, every === 0 ? {} : { keep });
    this.#call("reclaim", [dead, heap.holder, every], [lost.lanes, lost.lanes, lost.pages, lost.blocks, lost.inFlight]);
  }

  reset(thread: number): boolean {
    const done = attempt(() => {
      this.threads[thread].reset();
      return true;
    }, false);
    this.#call("reset", [thread], [done ? 1 : 0]);
    return done;
  }

  /** Of all lanes, and of one. */
  verify(thread: number): void {
    this.threads[thread].verify();
    this.#call("verify", [thread], [0, 0]);
    const { committed, overhead, reserved, peakReserved, live, free, largestFree, blocks, classes } =
      this.threads[thread].stats();
    this.#call(
      "stats",
      [thread],
      [
        ...[committed, overhead, reserved, peakReserved, live, free, largestFree, blocks],
        ...classes.flatMap((cls) => [cls.size, cls.blocks, cls.reserved / PAGE]),
      ],
    );
    this.#call("late", [thread], [this.threads[thread].lateDoubleFrees]);
    const w = this.w;
    const { holder } = this.threads[thread];
    const isHeld = w[w[laneOf(this.threads[thread]) + H_MAIL]] === ((holder << 3) | LIVE);
    this.#call("held", [thread], [isHeld ? 1 : 0]);
  }

  /** Fills words of a block, for moves to be seen. */
  write(offset: number, words: number, value: number): void {
    new Uint32Array(this.#buffer, offset, words).fill(value);
    this.#call("write", [offset, words, value]);
  }

  /** Changes a word of the control block. */
  poke(word: number, value: number): void {
    this.w[word] = value;
    this.#call("poke", [word, value >>> 0]);
  }

  /** Compares the control blocks. */
  control(): void {
    this.#call("control", [this.words], new Uint32Array(this.#buffer.slice(this.base), 0, this.words));
  }

  /** Compares all the memory. */
  memory(): void {
    const bytes = this.base + this.w[H_PAGES] * PAGE;
    const words = new Uint32Array(1 + bytes / 4);
    words[0] = bytes;
    words.set(new Uint32Array(this.#buffer, 0, bytes / 4), 1);
    this.#call("memory", [], words);
  }

  /** Changes words of the control block, opens it, verifies, and puts them back. Is it in order? */
  mutate(changes: readonly (readonly [word: number, value: number])[]): boolean {
    const { w } = this;
    const old = changes.map(([word]) => w[word]);
    for (const [word, value] of changes) w[word] = value;
    const heap = this.threads[0];
    const opens = attempt(() => openShared(this.#buffer, this.base) !== undefined, false) ? 1 : 0;
    const verifies = attempt(() => heap.verify() === undefined && opens === 1, false) ? 1 : 0;
    for (let i = changes.length - 1; i >= 0; i--) w[changes[i][0]] = old[i];
    this.#call("mutate", [changes.length, ...changes.flat().map((word) => word >>> 0)], [opens, verifies]);
    return verifies === 1;
  }

  /** Runs lanes-driver.c: as both.ts. */
  run(driver: string): { difference: string | undefined; faults: number[] } {
    return this.#script.run(driver);
  }
}

/** The word that a thread's lane begins at. */
export function laneOf(heap: SharedSlabAllocator): number {
  return (heap as unknown as { lane: number }).lane;
}
