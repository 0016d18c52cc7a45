import { type Allocator, MAX_CAPACITY, type Offset } from "@ariax/allocator";
import { checkInteger, readOptions } from "@ariax/allocator/implement";
import { ConformanceError, checkFunction, explain, isOutOfMemory } from "./fail.ts";
import { type Random, random } from "./random.ts";
import { Shadow } from "./shadow.ts";

export interface SoakOptions {
  readonly create: (capacity: number) => Allocator;
  /** How many calls. */
  readonly operations: number;
  /** Bytes of the heap. Default 1 MiB. */
  readonly capacity?: number | undefined;
  /** Default 1. The same seed, the same calls. */
  readonly seed?: number | undefined;
  /** Calls between two looks at everything: all contents, stats, `verify()`. Default 1,000. */
  readonly every?: number | undefined;
}

/** An eighth of it is the largest block asked for. */
const LEAST_CAPACITY = 8;

/** What a run came through. */
export interface SoakReport {
  readonly operations: number;
  readonly outOfMemory: number;
  /** Most blocks live at once. */
  readonly peakBlocks: number;
}

/**
 * One long random run of every verb, watched by a shadow: for the depths that short sequences don't reach. The heap fills and empties in
 * turns. Throws a. About 3 µs a call beside the allocator's own time.
 *
 * @throws `ConformanceError` naming the seed and the number of the operation.
 * @throws `InvalidArgumentError` where an option is none.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 */
export function soak(options: SoakOptions): SoakReport {
  const known = ["create", "operations", "capacity", "seed", "every"];
  const { create, operations, capacity = 1 << 20, seed = 1, every = 1000 } = readOptions(options, known);
  checkFunction("create", create);
  checkInteger("operations", operations, 0, Number.MAX_SAFE_INTEGER);
  checkInteger("capacity", capacity, LEAST_CAPACITY, MAX_CAPACITY);
  checkInteger("seed", seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger("every", every, 1, Number.MAX_SAFE_INTEGER);
  const next = random(seed);
  const run = new Run(new Shadow(create(capacity)), next, capacity);
  let i = 0;
  try {
    for (; i < operations; i++) {
      run.step((i >>> 12) % 2 === 0 ? 60 : 35);
      if (i % every === every - 1) run.heap.check();
    }
    run.heap.check();
  } catch (error) {
    const where = `in operation ${i} of a soak of seed ${seed}, on a heap of ${capacity} bytes`;
    throw new ConformanceError(`${explain(error)}\n  ${where}`, "", error);
  }
  return { operations, outOfMemory: run.outOfMemory, peakBlocks: run.peakBlocks };
}

class Run {
  readonly heap: Shadow;
  private readonly next: Random;
  private readonly capacity: number;
  /** The live blocks, in an order that makes taking one at random cheap. */
  private readonly live: Offset[] = [];
  outOfMemory = 0;
  peakBlocks = 0;

  constructor(heap: Shadow, next: Random, capacity: number) {
    this.heap = heap;
    this.next = next;
    this.capacity = capacity;
  }

  /** One call; `fill` in a hundred of those that make or end blocks make some. */
  step(fill: number): void {
    const { heap } = this;
    try {
      const dice = this.next(100);
      if (dice < 40 || this.live.length === 0) this.makeOrEnd(fill);
      else if (dice < 60) heap.resize(this.live[this.any()], this.size());
      else if (dice < 85) this.reallocate(this.any(), this.size());
      else if (dice < 99) this.reallocate(this.any(), undefined);
      else if (this.next(50) === 0) this.reset();
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      this.outOfMemory++;
      if (!heap.traits.reuse) this.reset();
    }
    this.peakBlocks = Math.max(this.peakBlocks, this.live.length);
  }

  private makeOrEnd(fill: number): void {
    const { heap } = this;
    const bulk = this.next(8) === 0;
    const make = this.live.length === 0 || this.next(100) < fill;
    if (make && bulk) {
      const out = new Int32Array(1 + this.next(40));
      const made = heap.allocateMany(this.size(), out);
      for (let i = 0; i < made; i++) this.live.push(out[i] >>> 0);
    } else if (make) {
      this.live.push(this.next(8) > 0 ? heap.allocate(this.size()) : heap.allocate(this.size(), this.alignment()));
    } else if (bulk) {
      const count = Math.min(this.live.length, 1 + this.next(40));
      heap.freeMany(Int32Array.from({ length: count }, () => this.take(this.any())));
    } else heap.free(this.take(this.any()));
  }

  /** To `size`, or to a few bytes more or less than it has. */
  private reallocate(at: number, size: number | undefined): void {
    const offset = this.live[at];
    const target = size ?? Math.max(0, Math.min(this.capacity >>> 1, this.heap.sizeOf(offset) + this.next(64) - 32));
    this.live[at] = this.heap.reallocate(offset, target);
  }

  private reset(): void {
    this.heap.reset();
    this.live.length = 0;
  }

  private any(): number {
    return this.next(this.live.length);
  }

  private take(at: number): Offset {
    const offset = this.live[at];
    this.live[at] = this.live[this.live.length - 1];
    this.live.pop();
    return offset;
  }

  private alignment(): number {
    return Math.min(2 ** this.next(10), this.heap.traits.maxAlignment);
  }

  private size(): number {
    const dice = this.next(100);
    return this.next(dice < 60 ? 65 : dice < 90 ? 1025 : dice < 99 ? 8193 : this.capacity >>> 3);
  }
}
