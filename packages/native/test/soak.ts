/**
 * A long run of three engines, not part of the ordinary tests: node packages/native/test/soak.ts [operations] [seed]
 *
 * Half of it: three heaps get the same calls, every verb and every misuse; results, errors and bytes are compared. The other
 * half: one heap is operated by the three in turns, and each call compared with a map of the live blocks and their contents.
 */
import { soak } from "@ariax/conformance";
import { build } from "../src/build.ts";
import { whyUnavailable } from "../src/index.ts";
import { drive } from "./drive.ts";
import { Rotating } from "./rotating.ts";
import { growingHeaps, ownHeaps, type Subject, Three } from "./three.ts";

const KIB = 1024;
const MIB = 1 << 20;

/** A kind of heaps, and the part of the operations that it gets. `run` says in a line what it came through. */
export interface Kind {
  readonly name: string;
  readonly part: number;
  run(operations: number, seed: number): string;
}

/** The errors that a run of some length must have seen: else it has shown less than it says. */
const REFUSALS = [
  "ERR_DOUBLE_FREE",
  "ERR_INVALID_FREE",
  "ERR_INVALID_BLOCK",
  "ERR_INVALID_SIZE",
  "ERR_INVALID_ALIGNMENT",
  "ERR_INVALID_ARGUMENT",
  "ERR_OUT_OF_MEMORY",
];

/** Three heaps get the same calls, of sizes up to about `scale`. */
function sameCalls(name: string, part: number, scale: number, make: () => Subject[]): Kind {
  const run = (calls: number, seed: number) => {
    using three = new Three(make());
    const live = drive(three, { seed, calls, scale });
    const unseen = REFUSALS.filter((code) => !three.refusals.has(code));
    if (calls >= 10_000 && unseen.length > 0) throw new Error(`seed ${seed}: there was no ${unseen.join(", ")}`);
    const refused = [...three.refusals.values()].reduce((sum, times) => sum + times, 0);
    return `${live.length} blocks live, ${refused} calls refused`;
  };
  return { name, part, run };
}

/** One heap goes from engine to engine. */
function inTurns(name: string, part: number, capacity: number, initial?: number): Kind {
  const run = (operations: number, seed: number) => {
    let heap: Rotating | undefined;
    const create = (bytes: number) => (heap = Rotating.make(bytes, initial));
    const { peakBlocks, outOfMemory } = soak({ create, operations, capacity, seed, every: 2500 });
    return `${peakBlocks} blocks at most, ${outOfMemory} times full, ${heap!.turns} turns`;
  };
  return { name, part, run };
}

export const KINDS: readonly Kind[] = [
  sameCalls("the same calls in 64 KiB", 0.1, 30_000, () => ownHeaps(64 * KIB)),
  sameCalls("the same calls in 256 KiB", 0.1, 100_000, () => ownHeaps(256 * KIB)),
  sameCalls("the same calls in 1 MiB", 0.1, 200_000, () => ownHeaps(MIB)),
  sameCalls("the same calls in 8 MiB", 0.1, 2 * MIB, () => ownHeaps(8 * MIB)),
  sameCalls("the same calls in 128 KiB that grow to 1 MiB", 0.1, 200_000, () => growingHeaps(2, MIB)),
  inTurns("one heap in turns, of 256 KiB", 0.15, 256 * KIB),
  inTurns("one heap in turns, of 2 MiB", 0.2, 2 * MIB),
  inTurns("one heap in turns, of 64 KiB that grow to 2 MiB", 0.15, 2 * MIB, 64 * KIB),
];

/** Runs `operations` calls in parts of at most 100,000, each from a seed of its own; tells of each to `report`. */
export function soakEngines(operations: number, seed: number, report: (line: string) => void): number {
  let done = 0;
  for (const { name, part, run } of KINDS) {
    for (let left = Math.round(operations * part); left > 0; seed++) {
      const count = Math.min(left, 100_000);
      const what = run(count, seed);
      left -= count;
      done += count;
      report(`${done} of ${operations}: ${name}, seed ${seed}: ${what}`);
    }
  }
  return done;
}

if (process.argv[1] === import.meta.filename) {
  const operations = Number(process.argv[2] ?? 10_000_000);
  const seed = Number(process.argv[3] ?? 1);
  build();
  const why = whyUnavailable();
  if (why === undefined) {
    const done = soakEngines(operations, seed, (line) => console.log(line));
    console.log(`engines: ${done} operations from seed ${seed}, the same in TypeScript, WebAssembly and native C`);
  } else console.log(`engines: skipped: ${why}`);
}
