import { checkInteger } from "@ariax/allocator/implement";
import { Random } from "../random.ts";
import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, takeRandom, type WorkloadOptions } from "./options.ts";

export interface FleetOptions extends WorkloadOptions {
  /** 0 = the mean of the fleet; 1–9 = programs whose mix of sizes lies within the spread of the published profiles. */
  profile?: number | undefined;
  /** Blocks live in the steady state. */
  live?: number | undefined;
}

/**
 * Server programs of a large fleet, from the ten profiles published with google/fleetbench, in 20 bins of size.
 *
 *     upTo          the largest size of a bin, bytes; the smallest is that of the bin before, plus one
 *     share         its part of all allocations in per cent, mean of the profiles
 *     least, most   the same, of the profiles that have least and most of it
 *     life          how long its blocks live, compared with all
 *
 * The last two shares are too small for the published table's one decimal; they follow from its column of bytes. Sizes
 * above 1 MiB are cut at 4 MiB; those published go up to GiB.
 */
export const FLEET_BINS: readonly { upTo: number; share: number; least: number; most: number; life: number }[] = [
  { upTo: 8, share: 4.2, least: 0.5, most: 8.1, life: 0.45 },
  { upTo: 16, share: 7.1, least: 3.7, most: 11.1, life: 0.79 },
  { upTo: 32, share: 23.1, least: 13.6, most: 28.0, life: 1.14 },
  { upTo: 48, share: 18.6, least: 8.5, most: 31.4, life: 0.81 },
  { upTo: 64, share: 11.9, least: 8.1, most: 16.1, life: 1.05 },
  { upTo: 96, share: 9.5, least: 4.6, most: 12.0, life: 1.51 },
  { upTo: 128, share: 6.0, least: 3.4, most: 8.0, life: 0.92 },
  { upTo: 192, share: 4.6, least: 2.6, most: 8.5, life: 0.94 },
  { upTo: 256, share: 3.2, least: 1.9, most: 4.7, life: 0.99 },
  { upTo: 512, share: 4.6, least: 1.2, most: 9.0, life: 0.93 },
  { upTo: 1024, share: 2.5, least: 1.8, most: 3.6, life: 0.69 },
  { upTo: 2048, share: 1.2, least: 0.4, most: 3.7, life: 0.88 },
  { upTo: 4096, share: 1.9, least: 0.8, most: 4.4, life: 1.3 },
  { upTo: 8192, share: 1.0, least: 0.3, most: 2.7, life: 1.0 },
  { upTo: 16_384, share: 0.2, least: 0.0, most: 0.5, life: 1.64 },
  { upTo: 32_768, share: 0.1, least: 0.0, most: 0.2, life: 1.56 },
  { upTo: 65_536, share: 0.1, least: 0.0, most: 0.5, life: 0.27 },
  { upTo: 262_144, share: 0.1, least: 0.0, most: 0.5, life: 0.08 },
  { upTo: 1_048_576, share: 0.002, least: 0.002, most: 0.002, life: 0.37 },
  { upTo: 4_194_304, share: 0.0001, least: 0.0001, most: 0.0001, life: 65 },
];

/** The part of sizes that are a multiple of 8. */
const MULTIPLES_OF_8 = 0.93;

/**
 * Births and deaths at random times: births by the bins' shares, deaths so that the mean life in a bin is what Little's
 * law says (live = births × life). It starts in the steady state.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function fleet(options: FleetOptions = {}): Trace {
  const { builder, random, times, live, profile } = begin(options, { live: 20_000 }, { profile: 0 });
  checkInteger("profile", profile, 0, 9);
  const steps = times(300_000);
  checkWork(2 * live + steps);
  const shares = sharesOf(profile);
  const lives = shares.reduce((sum, share, b) => sum + share * FLEET_BINS[b].life, 0);
  /** Live blocks of each bin, and how likely each of them is to die at a step, where one birth is 1. */
  const blocks: number[][] = FLEET_BINS.map(() => []);
  const deathRate = FLEET_BINS.map(({ life }) => lives / (life * live));
  const target = shares.map((share, b) => (live * share * FLEET_BINS[b].life) / lives);

  const birth = (bin: number): void => {
    const least = bin === 0 ? 1 : FLEET_BINS[bin - 1].upTo + 1;
    // Not evenly: by the bytes allocated, the table's wide bins have their means well below the middle.
    const size = random.inverseSquare(least, FLEET_BINS[bin].upTo + 1);
    blocks[bin].push(builder.allocate(random.chance(MULTIPLES_OF_8) ? (size + 7) & ~7 : size));
  };
  for (let n = live; n > 0; n--) birth(draw(random, target, live));
  const deaths = FLEET_BINS.map(() => 0);
  for (let n = steps; n > 0; n--) {
    let all = 0;
    for (let bin = 0; bin < deaths.length; bin++) all += deaths[bin] = blocks[bin].length * deathRate[bin];
    if (random.chance(1 / (1 + all))) birth(draw(random, shares, 1));
    else builder.free(takeRandom(random, blocks[draw(random, deaths, all)]));
  }
  freeAll(builder, blocks.flat());
  return builder.build();
}

/** The bins' shares in a profile; their sum is 1. */
function sharesOf(profile: number): number[] {
  const random = new Random(profile);
  const shares = FLEET_BINS.map(({ share, least, most }) => {
    if (profile === 0) return share;
    // From the mean towards one of the extremes, smaller steps being likelier.
    const towards = random.chance(0.5) ? least : most;
    return share + (towards - share) * random.unit() * random.unit();
  });
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

/** An index, each as likely as its weight; never one of weight 0. */
function draw(random: Random, weights: readonly number[], sum: number): number {
  let left = random.unit() * sum;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    if (left < weights[i]) return i;
    left -= weights[i];
    last = i;
  }
  // Rounding left a little over.
  return last;
}
