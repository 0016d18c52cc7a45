import type { Random } from "../random.ts";
import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, type WorkloadOptions } from "./options.ts";

export interface AllocTestOptions extends WorkloadOptions {
  /** Places for blocks, half of them full at the start. */
  places?: number | undefined;
}

/**
 * The 80/20 rule applied to itself six times, in 15,625ths: group k is picked with C(6, k) · 0.8^(6−k) · 0.2^k, and has
 * C(6, k) · 0.2^(6−k) · 0.8^k of the places: the same numbers from the other end.
 */
const PARETO = [4096, 6144, 3840, 1280, 240, 24, 1];
const PARETO_SUM = 5 ** 6;

/**
 * Few places that are busy and many that are not (OLogN's alloc-test): a place is picked by the 80/20 rule six deep,
 * and freed if full, or else filled. Half of the sizes are 5–8 bytes, a quarter 9–16, and so on up to 513–1024. The
 * original has 2¹⁸ places, here 2¹⁶, so that filling them does not outweigh the work.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function allocTest(options: AllocTestOptions = {}): Trace {
  const { builder, random, times, places } = begin(options, { places: 1 << 16 });
  const toggles = times(300_000);
  checkWork(2 * places + toggles);
  const pick = pareto(random, places);
  const allocate = () => builder.allocate(octaves(random));
  const blocks = Array.from({ length: places }, () => (random.chance(0.5) ? allocate() : undefined));
  for (let n = toggles; n > 0; n--) {
    const place = pick();
    const id = blocks[place];
    if (id === undefined) blocks[place] = allocate();
    else {
      builder.free(id);
      blocks[place] = undefined;
    }
  }
  freeAll(builder, blocks);
  return builder.build();
}

/** 2^k + 1 … 2^(k+1) bytes, each octave half as likely as the one below; the last takes what is left. */
function octaves(random: Random): number {
  const octave = Math.min(7, Math.clz32(random.bits()));
  return random.between((4 << octave) + 1, 8 << octave);
}

/** A picker of places, by groups. */
function pareto(random: Random, places: number): () => number {
  let [weight, part] = [0, 0];
  const groups = PARETO.map((likelihood, k) => {
    const from = Math.floor((part / PARETO_SUM) * places);
    part += PARETO[PARETO.length - 1 - k];
    weight += likelihood;
    return { weight, from, count: Math.floor((part / PARETO_SUM) * places) - from };
  });
  const last = groups[groups.length - 1];
  return () => {
    const pick = random.below(PARETO_SUM);
    const { from, count } = groups.find((group) => pick < group.weight && group.count > 0) ?? last;
    return from + random.below(count);
  };
}
