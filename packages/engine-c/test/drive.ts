/** Random calls of every verb on a heap, weighted to those that break allocators: resize, bulk and misuse. */
import { Random } from "@ariax/trace";
import type { Both } from "./both.ts";

/** Mostly small; `scale` bytes is about the largest. */
export function anySize(random: Random, scale: number): number {
  const dice = random.below(100);
  if (dice < 2) return 0;
  if (dice < 3) return random.bits(); // more than fits, mostly
  return random.below(dice < 60 ? 129 : dice < 88 ? 1500 : dice < 97 ? 20_000 : scale);
}

/** `calls` calls, filling and emptying in turns; control blocks are compared `checks` times, the memory at the end. */
export function drive(both: Both, seed: number, calls: number, scale: number, checks: number): void {
  const random = new Random(seed);
  const live: number[] = [];
  const dead: number[] = [];
  const any = () => live[random.below(live.length)];
  const take = (): number => {
    const at = random.below(live.length);
    const [offset, last] = [live[at], live.pop()!];
    if (at < live.length) live[at] = last;
    if (dead.length < 1000) dead.push(offset);
    else dead[random.below(dead.length)] = offset;
    return offset;
  };
  // Most of these are no live block.
  const wrong = (): number => {
    const dice = random.below(6);
    if (dice === 0) return random.bits();
    if (dice === 1) return both.base + random.below(both.heap.capacity);
    if (dice === 2) return (both.base + random.below(both.heap.capacity >>> 12) * 4096) >>> 0;
    if (dice === 3 && live.length > 0) return (any() + [1, 4, 8, 16, 24, 4096][random.below(6)]) >>> 0;
    return dead.length > 0 ? dead[random.below(dead.length)] : 0;
  };
  const keep = (offset: number, size: number): void => {
    if (offset === 0) return;
    live.push(offset);
    const words = Math.min(size >>> 2, 64);
    if (words > 0) both.write(offset, words, random.bits());
  };
  const forget = (offset: number): void => {
    const at = live.indexOf(offset);
    if (at >= 0) live.splice(at, 1);
  };

  for (let i = 0; i < calls; i++) {
    const dice = random.below(100);
    const filling = (i >>> 9) % 2 === 0 ? 45 : 25;
    const size = anySize(random, scale);
    if (i % Math.ceil(calls / checks) === 0) both.control();
    if (i % 5000 === 4999) both.verify();
    if (random.below(10_000) === 0) {
      both.reset();
      dead.push(...live.splice(0).slice(0, 100));
    } else if (dice < 4)
      keep(both.aligned(size, random.below(8) === 0 ? random.below(70_000) : 1 << random.below(18)), size);
    else if (dice < filling || live.length === 0) keep(both.allocate(size), size);
    else if (dice < 64) both.free(take());
    else if (dice < 68) {
      const offset = wrong();
      both.free(offset);
      forget(offset);
    } else if (dice < 71) both.sizeOf(random.chance(0.5) ? any() : wrong());
    else if (dice < 79) both.resize(random.chance(0.9) ? any() : wrong(), size);
    else if (dice < 89) {
      const at = random.below(live.length);
      const offset = random.chance(0.95) ? live[at] : wrong();
      const moved = both.reallocate(offset, size);
      if (moved !== 0) {
        forget(offset);
        live.push(moved);
      }
    } else if (dice < 94) for (const offset of both.many(size % 2000, random.below(60))) live.push(offset);
    else {
      const some = Array.from({ length: Math.min(live.length, random.below(60)) }, take);
      // At times one that is no block, or comes twice: then none of them is freed.
      const spoil = random.below(4) === 0 && some.length > 0;
      const spoiled = spoil
        ? some.toSpliced(random.below(some.length), 0, random.chance(0.5) ? wrong() : some[0])
        : some;
      if (!both.freeMany(spoiled)) live.push(...some);
      else if (spoil) for (const offset of spoiled) forget(offset);
    }
  }
  both.verify();
  both.control();
  both.memory();
}
