import type { TraceBuilder } from "../builder.ts";
import type { Random } from "../random.ts";
import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, takeRandom, type WorkloadOptions } from "./options.ts";

export interface MstressOptions extends WorkloadOptions {
  /** Simulated by turns: thread t takes t + 1 of them (up to 8) in each. */
  threads?: number | undefined;
  /** Transient allocations of the first thread in a round; half as many are retained. */
  perRound?: number | undefined;
}

/** Blocks that pass from thread to thread. */
const SHARED = 1000;

/**
 * Threads of uneven load, blocks that migrate between them, and survivors (mimalloc's test-stress). Transient blocks of
 * 8–128 bytes and retained ones of 8–512, now and then 100, 1,000 or 10,000 times as large (about 1.7, 0.2 and 0.04 %).
 * After each allocation, with 66 % a random transient block is freed, and with 25 % one is swapped with a shared place.
 * At the end of a round a thread frees all it has; half of the shared blocks survive.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function mstress(options: MstressOptions = {}): Trace {
  const { builder, random, times, threads, perRound } = begin(options, { threads: 4, perRound: 1000 });
  const rounds = times(10);
  const rest = threads % 8;
  checkWork(3 * rounds * perRound * (36 * Math.floor(threads / 8) + (rest * (rest + 1)) / 2));
  const shared: (number | undefined)[] = new Array(SHARED).fill(undefined);

  for (let round = rounds; round > 0; round--) {
    const workers = Array.from({ length: threads }, (_, t) => ({
      load: (t % 8) + 1,
      toAllocate: perRound * ((t % 8) + 1),
      toRetain: (perRound * ((t % 8) + 1)) >> 1,
      transient: [] as number[],
      retained: [] as number[],
    }));
    while (workers.some((w) => w.toAllocate + w.toRetain > 0)) {
      for (const worker of workers) {
        for (let turn = worker.load; turn > 0 && worker.toAllocate + worker.toRetain > 0; turn--) {
          const retain = worker.toAllocate === 0 || (worker.toRetain > 0 && random.chance(0.5));
          if (retain) {
            worker.retained.push(allocate(builder, random, 7));
            worker.toRetain--;
          } else {
            worker.transient.push(allocate(builder, random, 5));
            worker.toAllocate--;
          }
          if (random.chance(0.66) && worker.transient.length > 0) builder.free(takeRandom(random, worker.transient));
          if (random.chance(0.25) && worker.transient.length > 0) swap(random, worker.transient, shared);
        }
      }
    }
    for (const worker of workers) {
      freeAll(builder, worker.retained);
      freeAll(builder, worker.transient);
    }
    for (let place = 0; place < SHARED; place++) {
      if (random.chance(0.5)) freeAll(builder, shared.splice(place, 1, undefined));
    }
  }
  freeAll(builder, shared);
  return builder.build();
}

/** 8 bytes times a power of two, one of `powers`; rarely much larger. */
function allocate(builder: TraceBuilder, random: Random, powers: number): number {
  let size = 8 << random.below(powers);
  if (random.chance(0.017)) size *= 100;
  else if (random.chance(0.0022)) size *= 1000;
  else if (random.chance(0.0004)) size *= 10_000;
  return builder.allocate(size);
}

function swap(random: Random, transient: number[], shared: (number | undefined)[]): void {
  const place = random.below(SHARED);
  const given = takeRandom(random, transient);
  const taken = shared[place];
  if (taken !== undefined) transient.push(taken);
  shared[place] = given;
}
