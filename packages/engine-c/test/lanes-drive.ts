/** Random calls of every verb by threads drawn at random, that come, rest, close, are killed and reclaimed. */
import { Random } from "@ariax/trace";
import { anySize } from "./drive.ts";
import type { LanesBoth } from "./lanes-both.ts";

/** The lane of a thread number of which lanes-driver.c keeps none. */
const MOST_THREADS = 250;

/** `calls` calls; control blocks are compared `checks` times, the memory at the end. */
export function driveLanes(both: LanesBoth, seed: number, calls: number, scale: number, checks: number): void {
  const random = new Random(seed);
  const pick = <T>(of: readonly T[]): T => of[random.below(of.length)];
  /** Numbers of threads: with a lane; at rest; reclaimed while they lived. Tickets that were drawn. */
  let live = [0];
  let parked: number[] = [];
  const ghosts: number[] = [];
  const tickets = [1];
  const blocks: number[] = [];
  const dead: number[] = [];
  const take = (): number => {
    const at = random.below(blocks.length);
    const [offset, last] = [blocks[at], blocks.pop()!];
    if (at < blocks.length) blocks[at] = last;
    if (dead.length < 1000) dead.push(offset);
    else dead[random.below(dead.length)] = offset;
    return offset;
  };
  // Most of these are no live block.
  const wrong = (): number => {
    const dice = random.below(6);
    if (dice === 0) return random.bits();
    if (dice === 1) return both.base + random.below(both.capacity);
    if (dice === 2) return (both.base + random.below(both.capacity >>> 12) * 4096) >>> 0;
    if (dice === 3 && blocks.length > 0) return (pick(blocks) + [1, 4, 8, 16, 24, 4096][random.below(6)]) >>> 0;
    return dead.length > 0 ? pick(dead) : 0;
  };
  const keep = (offset: number, size: number): void => {
    if (offset === 0) return;
    blocks.push(offset);
    const words = Math.min(size >>> 2, 64);
    if (words > 0) both.write(offset, words, random.bits());
  };
  const forget = (offset: number): void => {
    const at = blocks.indexOf(offset);
    if (at >= 0) blocks.splice(at, 1);
  };
  const without = (threads: readonly number[], thread: number) => threads.filter((other) => other !== thread);

  /** What concerns threads, and not blocks. One with a lane is left. */
  const thread = (): void => {
    const dice = random.below(14);
    const it = pick(live);
    if (dice < 4 && both.threads.length < MOST_THREADS) {
      const drawn = random.chance(0.8);
      const ticket = drawn ? both.ticket() : random.chance(0.8) ? pick(tickets) : random.below(1000);
      if (drawn) tickets.push(ticket);
      const attached = both.attach(ticket);
      if (attached < 0) return;
      live.push(attached);
      // One ticket is one thread: who rested with it is this one now.
      parked = parked.filter((other) => both.threads[other].holder !== ticket);
      // Which lane that was another thread's is seen when that goes on.
    } else if (dice < 6 && live.length > 1) {
      both.park(it);
      live = without(live, it);
      parked.push(it);
    } else if (dice < 9 && parked.length > 0) {
      const rested = pick(parked);
      if (!both.resume(rested)) return;
      parked = without(parked, rested);
      live.push(rested);
    } else if (dice < 10 && live.length > 1) {
      const gone = parked.length > 0 && random.chance(0.3) ? pick(parked) : it;
      both.close(gone);
      live = without(live, gone);
      parked = without(parked, gone);
    } else if (dice < 12 && live.length > 1) {
      const killed = parked.length > 0 && random.chance(0.2) ? pick(parked) : it;
      live = without(live, killed);
      const ticket = random.chance(0.9) ? both.threads[killed].holder : pick(tickets);
      const others = live.filter((other) => both.threads[other].holder !== ticket);
      if (others.length === 0) {
        if (!parked.includes(killed)) live.push(killed);
        return;
      }
      both.reclaim(ticket, pick(others), random.chance(0.5) ? 1 + random.below(4) : 0);
      // Whoever has the ticket: one that lives is lost; one at rest has lost its lane, and may get another.
      for (const other of [...live, killed]) {
        if (both.threads[other].holder !== ticket || parked.includes(other)) continue;
        live = without(live, other);
        ghosts.push(other);
      }
      if (!live.includes(killed) && !ghosts.includes(killed) && !parked.includes(killed)) live.push(killed);
    } else if (dice < 13 && ghosts.length > 0) {
      const ghost = pick(ghosts);
      both.aligned(ghost, 40, 16);
      both.resize(ghost, blocks.length > 0 ? pick(blocks) : 0, 8);
      both.free(ghost, both.base);
    } else if (random.chance(0.02) && both.reset(it)) {
      dead.push(...blocks.splice(0).slice(0, 100));
    }
  };

  for (let i = 0; i < calls; i++) {
    const dice = random.below(100);
    const filling = (i >>> 9) % 2 === 0 ? 48 : 28;
    const size = anySize(random, scale);
    if (i % Math.ceil(calls / checks) === 0) both.control();
    if (i % 2500 === 2499) both.verify(pick(live));
    const it = pick(live);
    if (random.below(60) === 0) thread();
    else if (dice < 4)
      keep(both.aligned(it, size, random.below(8) === 0 ? random.below(70_000) : 1 << random.below(18)), size);
    else if (dice < filling || blocks.length === 0) keep(both.allocate(it, size), size);
    else if (dice < 70) both.free(it, take());
    else if (dice < 73) {
      const offset = wrong();
      both.free(it, offset);
      forget(offset);
    } else if (dice < 75) both.sizeOf(it, random.chance(0.5) ? pick(blocks) : wrong());
    else if (dice < 81) both.resize(it, random.chance(0.9) ? pick(blocks) : wrong(), size);
    else if (dice < 89) {
      const offset = random.chance(0.95) ? pick(blocks) : wrong();
      const moved = both.reallocate(it, offset, size);
      if (moved !== 0) {
        forget(offset);
        blocks.push(moved);
      }
    } else if (dice < 94) blocks.push(...both.many(it, size % 2000, random.below(60)));
    else {
      const some = Array.from({ length: Math.min(blocks.length, random.below(60)) }, take);
      // At times one that is no block, or comes twice: then none of them is freed.
      const spoil = random.below(4) === 0 && some.length > 0;
      const spoiled = spoil
        ? some.toSpliced(random.below(some.length), 0, random.chance(0.5) ? wrong() : some[0])
        : some;
      if (!both.freeMany(it, spoiled)) blocks.push(...some);
      else if (spoil) for (const offset of spoiled) forget(offset);
    }
  }
  both.verify(pick(live));
  both.control();
  both.memory();
}
