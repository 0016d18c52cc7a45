/** How many there are, how much they do, and whether a seed gives the same again. */
import { type Scenario, scenarios } from "@ariax/trace";
import { type Figure, figure } from "./figure.ts";

export function measure(quick: boolean): readonly Figure[] {
  const scale = quick ? 0.02 : 1;
  const all = Object.values(scenarios).map((make) => make({ scale }));
  // Small ones twice: the same seed, and another.
  const again = Object.values(scenarios).map((make) => {
    const [one, same, other] = [{}, {}, { seed: 2 }].map((seed) => hashOf(make({ scale: 0.01, ...seed })));
    return one === same && one !== other;
  });
  const events = all.reduce((sum, { trace }) => sum + trace.events, 0);
  return [
    figure("scenarios", all.length),
    figure(`events in all${quick ? ", at a fiftieth of their size" : ""}`, events),
    figure("of them the same again for the same seed, and others for another", again.filter(Boolean).length),
  ];
}

/** FNV-1a over the events. */
function hashOf({ trace }: Scenario): number {
  let hash = 0x811c9dc5;
  const add = (word: number): void => {
    hash = Math.imul(hash ^ word, 0x01000193);
  };
  for (let i = 0; i < trace.events; i++) {
    add(trace.op[i]!);
    add(trace.slot[i]!);
    add(trace.size[i]!);
  }
  return hash;
}
