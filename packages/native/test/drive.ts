/** Random calls of every verb, weighted to those that break allocators: resizing, bulk, and the whole catalogue of misuse. */
import type { Offset } from "@ariax/allocator";
import { Random } from "@ariax/trace";
import { Refusal, type Three } from "./three.ts";

/** Sizes that are none, for every capacity. */
const NO_SIZES = [Number.NaN, -1, 0.5, 2 ** 32, 2 ** 32 + 16, 2 ** 53, Number.POSITIVE_INFINITY];
const NO_ALIGNMENTS = [0, 3, -8, 1.5, 2 ** 17, 2 ** 31, 2 ** 32, Number.NaN];
const NO_OFFSETS = [-1, -8, 0, 0.5, 2 ** 32, 2 ** 53, Number.NaN, Number.NEGATIVE_INFINITY];
/** From a block's start to what is inside of it, or in a neighbour. */
const ASIDE = [1, 2, 4, 8, 16, 24, 2048, 4096, -1, -8, -16, -4096];
const NO_COUNTS = [-1, 0.5, 61, Number.NaN];

export interface Drive {
  readonly seed: number;
  readonly calls: number;
  /** About the largest size, in bytes. */
  readonly scale: number;
}

/** `calls` steps of one call or a few, filling and emptying in turns. The blocks that are live then. */
export function drive(three: Three, { seed, calls, scale }: Drive): Offset[] {
  return new Driver(three, new Random(seed), scale).run(calls);
}

class Driver {
  readonly #three: Three;
  readonly #random: Random;
  readonly #scale: number;
  readonly #live: Offset[] = [];
  /** What was freed, some time: most of it is free still. */
  readonly #dead: Offset[] = [];

  constructor(three: Three, random: Random, scale: number) {
    this.#three = three;
    this.#random = random;
    this.#scale = scale;
  }

  run(calls: number): Offset[] {
    const end = this.#three.calls + calls;
    while (this.#three.calls < end) {
      const filling = (this.#three.calls >>> 9) % 2 === 0 ? 48 : 28;
      const dice = this.#random.below(100);
      if (this.#random.below(10_000) === 0) this.#reset();
      else if (this.#random.below(2000) === 0) this.#three.compareState();
      else if (dice < filling || this.#live.length === 0) this.#allocate();
      else if (dice < 62) this.#free(this.#take());
      else if (dice < 72) this.#misuse();
      else if (dice < 80) this.#resize();
      else if (dice < 90) this.#reallocate();
      else if (dice < 95) this.#allocateMany();
      else this.#freeMany();
    }
    this.#three.compareState();
    this.#three.compare();
    return this.#live;
  }

  #allocate(): void {
    const [size, seed] = [this.#size(), this.#random.bits()];
    const dice = this.#random.below(20);
    const alignment = dice < 3 ? 1 << this.#random.below(17) : undefined;
    this.#keep(
      dice % 2 === 0
        ? this.#three.call(`tryAllocate(${size}, ${alignment})`, (heap) => heap.tryAllocate(size, alignment))
        : this.#three.call(`allocate(${size}, ${alignment})`, (heap) => heap.allocate(size, alignment)),
      size,
      seed,
    );
  }

  #free(offset: Offset): unknown {
    return this.#three.call(`free(${offset})`, (heap) => heap.free(offset));
  }

  #resize(): void {
    const [offset, size] = [this.#any(), this.#size()];
    this.#three.call(`resize(${offset}, ${size})`, (heap) => heap.resize(offset, size));
    this.#three.call(`sizeOf(${offset})`, (heap) => heap.sizeOf(offset));
  }

  #reallocate(): void {
    const at = this.#random.below(this.#live.length);
    const [offset, size] = [this.#live[at], this.#size()];
    const moved = this.#three.call(`reallocate(${offset}, ${size})`, (heap) => heap.reallocate(offset, size));
    if (typeof moved === "number") this.#live[at] = moved;
  }

  #allocateMany(): void {
    const [size, count] = [this.#size() % 2000, this.#random.below(60)];
    const made = this.#three.call(`allocateMany(${size}, ${count})`, (heap) => {
      const out = new Int32Array(count);
      return Array.from(out.subarray(0, heap.allocateMany(size, out)), (offset) => offset >>> 0);
    });
    if (!(made instanceof Refusal)) for (const offset of made) this.#keep(offset, size, offset);
  }

  #freeMany(): void {
    const count = Math.min(this.#live.length, this.#random.below(60));
    const some = Array.from({ length: count }, () => this.#take());
    // At times one is no block, or comes twice: then none of them is freed.
    if (some.length > 0 && this.#random.below(4) === 0) {
      const wrong = this.#random.chance(0.5) ? this.#wrong() : some[0];
      const spoiled = some.toSpliced(this.#random.below(some.length), 0, wrong);
      if (this.#freeAll(spoiled) instanceof Refusal) this.#live.push(...some);
      else this.#forget(wrong);
    } else this.#freeAll(some);
  }

  #freeAll(offsets: readonly Offset[], count?: number): unknown {
    const array = Int32Array.from(offsets, (offset) => offset | 0);
    return this.#three.call(`freeMany(${array}, ${count})`, (heap) => heap.freeMany(array, count));
  }

  #reset(): void {
    this.#three.call("reset", (heap) => heap.reset());
    this.#dead.push(...this.#live.splice(0).slice(0, 100));
  }

  #misuse(): void {
    const dice = this.#random.below(8);
    const wrong = this.#wrong();
    const size = this.#random.chance(0.5) ? this.#size() : this.#of([...NO_SIZES, this.#three.capacity + 1]);
    const { capacity } = this.#three;
    if (dice === 0) {
      // Double, at once.
      const offset = this.#take();
      this.#free(offset);
      this.#free(offset);
    } else if (dice < 4) {
      // Double, later or after its place was used again; interior, unaligned, far, never allocated, no offset at all.
      if (!(this.#free(wrong) instanceof Refusal)) this.#forget(wrong);
    } else if (dice === 4) {
      this.#three.call(`sizeOf(${wrong})`, (heap) => heap.sizeOf(wrong));
      if (this.#random.chance(0.5)) {
        this.#three.call(`resize(${wrong}, ${size})`, (heap) => heap.resize(wrong, size));
      } else {
        const moved = this.#three.call(`reallocate(${wrong}, ${size})`, (heap) => heap.reallocate(wrong, size));
        if (typeof moved === "number" && this.#forget(wrong)) this.#live.push(moved);
      }
    } else if (dice === 5) {
      const none = this.#of([...NO_SIZES, capacity + 1]);
      const offset = this.#any();
      this.#three.call(`tryAllocate(${none})`, (heap) => heap.tryAllocate(none));
      this.#three.call(`resize(${offset}, ${none})`, (heap) => heap.resize(offset, none));
      this.#three.call(`reallocate(${offset}, ${none})`, (heap) => heap.reallocate(offset, none));
      this.#three.call(`allocateMany(${none})`, (heap) => heap.allocateMany(none, new Int32Array(3)));
    } else if (dice === 6) {
      const alignment = this.#of(NO_ALIGNMENTS);
      this.#three.call(`allocate(${size}, ${alignment})`, (heap) => heap.allocate(size, alignment));
      this.#three.call(`tryAllocate(${size}, ${alignment})`, (heap) => heap.tryAllocate(size, alignment));
    } else this.#freeAll([this.#any()], this.#of(NO_COUNTS));
  }

  /** Most of these are the offset of no live block. */
  #wrong(): Offset {
    const { capacity } = this.#three;
    const dice = this.#random.below(8);
    if (dice === 0) return this.#of(NO_OFFSETS);
    if (dice === 1) return this.#random.bits();
    if (dice === 2) return this.#random.below(capacity);
    if (dice === 3) return this.#random.below(capacity >>> 12) * 4096;
    if (dice === 4 && this.#live.length > 0) return this.#any() + this.#of(ASIDE);
    if (dice === 5 && this.#live.length > 0) return this.#any() + this.#of([2 ** 32, -(2 ** 32), 0.25]);
    return this.#dead.length > 0 ? this.#of(this.#dead) : 8;
  }

  /** Mostly small. */
  #size(): number {
    const dice = this.#random.below(100);
    if (dice < 2) return 0;
    return this.#random.below(dice < 60 ? 129 : dice < 88 ? 1500 : dice < 97 ? 20_000 : this.#scale);
  }

  /** A new block: its first bytes are written, so that it is seen where they go. */
  #keep(offset: Offset | Refusal, size: number, seed: number): void {
    if (typeof offset !== "number" || offset === 0) return;
    this.#live.push(offset);
    this.#three.write(offset, Math.min(size, 300), seed);
  }

  #any(): Offset {
    return this.#live.length > 0 ? this.#of(this.#live) : 8;
  }

  #take(): Offset {
    const at = this.#random.below(this.#live.length);
    const [offset, last] = [this.#live[at], this.#live.pop()!];
    if (at < this.#live.length) this.#live[at] = last;
    if (this.#dead.length < 1000) this.#dead.push(offset);
    else this.#dead[this.#random.below(1000)] = offset;
    return offset;
  }

  /** What was freed as if it were wrong, but is a block again: it is live no more. */
  #forget(offset: Offset): boolean {
    const at = this.#live.indexOf(offset);
    if (at >= 0) this.#live.splice(at, 1);
    return at >= 0;
  }

  #of<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)];
  }
}
