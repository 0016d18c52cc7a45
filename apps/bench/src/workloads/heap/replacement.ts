/**
 * Replacement at steady state: of so many live blocks one at random is freed, and one of the same band allocated. It is what
 * programs with entities, caches and maps do for hours; every free comes to a block that no neighbour of its slab shares its fate
 * with, every allocation to a place that was freed long ago.
 */
import { ALLOCATE, FREE, makeProgram } from "../../subjects/events.ts";
import { type HeapWork, type Replacement, replace, SEED, xorshift } from "../../worker/loops.ts";
import type { HeapWorkload } from "../workload.ts";

/** Steps of a replay: of one after the other, as it never begins anew. */
const STEPS = 1 << 16;
/** In shorter runs than `--full`: who finds a free block without looking at each one. */
const ONLY = ["slab", "wasm", "native", "assemblyscript", "npm-malloc", "uint8array"];
const IN_C = ["engine-c", "mimalloc", "jemalloc", "glibc"];

const LIVE_SETS: readonly Replacement[] = [
  { live: 256, least: 64, most: 64 },
  { live: 8192, least: 64, most: 64 },
  { live: 8192, least: 8, most: 64 },
  { live: 65_536, least: 8, most: 64 },
  { live: 8192, least: 65, most: 1024 },
];

const named = ({ least, most }: Replacement): string => (least === most ? `${least}` : `${least}-${most}`);

export const REPLACEMENTS: readonly HeapWorkload[] = LIVE_SETS.map((set) => ({
  ...{ kind: "heap", group: "replacement", level: "default", unit: "pair", only: [...ONLY, ...IN_C] },
  name: `replace-${set.live}x${named(set)}`,
  what: `${set.live.toLocaleString("en-US")} live blocks of ${named(set).replace("-", "–")} bytes: one at random freed, one allocated`,
  load: () => replacementOf(set),
}));

/** The program is the beginning of it: all allocated, and a replay's steps, of the numbers that the loop has. */
export function replacementOf(set: Replacement, steps: number = STEPS): HeapWork {
  const { live, least, most } = set;
  let state = SEED;
  const next = (below: number): number => {
    state = xorshift(state);
    return (state >>> 0) % below;
  };
  const program = makeProgram(live + 2 * steps, live, (at) => {
    for (let i = 0; i < steps; i++) {
      const place = next(live);
      at(live + 2 * i, FREE, place, 0);
      at(live + 2 * i + 1, ALLOCATE, place, least + next(most - least + 1));
    }
    for (let i = 0; i < live; i++) at(i, ALLOCATE, i, least + next(most - least + 1));
  });
  return { program, prelude: live, loop: replace(set), events: 2 * steps, eventsPerUnit: 2, steady: set };
}
