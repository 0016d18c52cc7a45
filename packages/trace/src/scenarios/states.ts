import type { Random } from "../random.ts";
import { checkWork, type WorkloadOptions } from "../workloads/options.ts";
import { beginScenario } from "./begin.ts";
import { exp, Weighted, zipf } from "./chances.ts";
import type { Scenario } from "./scenario.ts";

export interface StatesOptions extends WorkloadOptions {
  /** States live at any time. */
  live?: number | undefined;
  /** Changes, before scaling. */
  changes?: number | undefined;
  /** Bytes of a state. */
  size?: number | undefined;
}

export interface StatesScenario extends Scenario {
  /** By event: the frequency of the state that is allocated, in Hz; 0 for a free. */
  readonly frequency: Float64Array;
}

const CHANGES_A_STEP = 1000;
const FUNDAMENTAL = 3.14159;
const HARMONICS = 8;
/** The part of states that run at the fundamental frequency or a harmonic of it; the others at any. */
const IN_TUNE = 0.8;
const LEAST_HZ = 0.1;
/** ln 10,000: from 0.1 to 1,000 Hz. */
const LN_RANGE = 9.210340371976184;

/**
 * State records that come and go: a change is the free of a random live state and the allocation of a new one, all of
 * 64 bytes. Four of five have 3.14159 Hz or one of its first eight harmonics, harmonic n half as often as harmonic n/2;
 * the others any frequency from 0.1 to 1,000 Hz, each decade as likely. The first step allocates the live states, and
 * each one behind it is 1,000 changes. Steps are no time.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function states(options: StatesOptions = {}): StatesScenario {
  const beginning = beginScenario(options, { live: 10_000, changes: 1_000_000, size: 64 });
  const { builder, random, times, live, changes, size } = beginning;
  const count = times(changes);
  checkWork(live + 2 * count);
  const frequency = new Float64Array(live + 2 * count);
  const harmonic = new Weighted(zipf(HARMONICS));
  const birth = (): number => {
    frequency[builder.events] = frequencyOf(random, harmonic);
    return builder.allocate(size, 0);
  };

  const blocks = Int32Array.from({ length: live }, birth);
  builder.endStep();
  for (let n = 1; n <= count; n++) {
    const victim = random.below(live);
    builder.free(blocks[victim]);
    blocks[victim] = birth();
    if (n % CHANGES_A_STEP === 0 || n === count) builder.endStep();
  }
  return { ...builder.build("states", 0, ["state"]), frequency };
}

function frequencyOf(random: Random, harmonic: Weighted): number {
  if (random.chance(IN_TUNE)) return FUNDAMENTAL * (harmonic.draw(random) + 1);
  return LEAST_HZ * exp(random.unit() * LN_RANGE);
}
