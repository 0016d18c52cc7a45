/** Births and deaths of a mini-VM, empty and full, and what it measures of itself. */
import { MiniVm } from "@ariax/consciousness";
import { SlabAllocator } from "@ariax/slab";
import { components } from "@ariax/trace";
import { tailOf } from "../../base/tail.ts";
import { ALLOCATE, FREE } from "../../subjects/events.ts";
import { loadMappedRecords } from "../../subjects/phases/addon.ts";
import { PhaseTwo } from "../../subjects/phases/phase-2.ts";
import { type Figure, figure, ifBuilt, middle } from "./figure.ts";

const QUOTA = 2 << 20;
const REGION = 8 << 20;
const BLOCKS = 10_000;

export async function measure(quick: boolean): Promise<readonly Figure[]> {
  const region = new SlabAllocator({ capacity: REGION });
  const rounds = quick ? 20 : 300;
  const lives = [...lifeOf(region, rounds, 0), ...lifeOf(region, rounds, BLOCKS)];
  using vm = new MiniVm(region, { vmName: "vm-0", quota: QUOTA });
  work(vm, quick);
  // One measurement takes some 100 ms, and is worth as much: the middle of several.
  const gains = Float64Array.from({ length: quick ? 3 : 9 }, () => vm.measurePerformanceGain().gain).sort();
  const ofComponents = `performanceGain of a VM of components, against phase 1: the median of ${gains.length}`;
  const againstTwo = await ifBuilt(() => {
    const records = loadMappedRecords();
    const { gain } = vm.measurePerformanceGain((capacity) => new PhaseTwo({ capacity }, records));
    return [figure("performanceGain against phase 2", gain, "×")];
  });
  return [
    ...lives,
    figure(ofComponents, tailOf(gains).p50, "×"),
    figure("the lowest of them", gains[0]!, "×"),
    figure("the highest of them", gains.at(-1)!, "×"),
    ...againstTwo,
  ];
}

/** The creation and the end of a VM that had so many blocks. */
function lifeOf(region: SlabAllocator, rounds: number, blocks: number): Figure[] {
  const [births, deaths] = [new Float64Array(rounds), new Float64Array(rounds)];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const vm = new MiniVm(region, { vmName: "vm", quota: QUOTA, poolSize: 256 });
    births[round] = performance.now() - start;
    for (let i = 0; i < blocks; i++) vm.allocate(64);
    const end = performance.now();
    vm.dispose();
    deaths[round] = performance.now() - end;
  }
  const ofDeath = middle(`dispose() with ${blocks.toLocaleString("en-US")} blocks`, deaths, "µs");
  return blocks === 0 ? [middle("new MiniVm()", births, "µs"), ofDeath] : [ofDeath];
}

/** What one VM of the scenario *components* does. */
function work(vm: MiniVm, quick: boolean): void {
  const { trace, owner, deaths } = components({ scale: quick ? 0.05 : 0.3 });
  const live = new Int32Array(trace.slots);
  const dying = deaths.find((death) => death.vm === 0)?.from ?? trace.events;
  for (let i = 0; i < dying; i++) {
    if (owner[i] !== 0) continue;
    const s = trace.slot[i]!;
    if (trace.op[i] === ALLOCATE) live[s] = vm.allocate(trace.size[i]!);
    else if (trace.op[i] === FREE) vm.free(live[s]!);
    else live[s] = vm.reallocate(live[s]!, trace.size[i]!);
  }
}
