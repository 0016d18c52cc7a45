/** Phase 2.1 beside phase 2, where that can be built: a block and its record made and ended, and the system calls of it. */
import { createPhase, type Phase } from "../../subjects/phases/phases.ts";
import { type Figure, figure, ifBuilt, timed } from "./figure.ts";

const UNITS = 1000;
const SIZE = 64;

export async function measure(quick: boolean): Promise<readonly Figure[]> {
  return [...(await ofPhase("phase-2.1", quick)), ...(await ifBuilt(() => ofPhase("phase-2", quick)))];
}

async function ofPhase(name: "phase-2" | "phase-2.1", quick: boolean): Promise<Figure[]> {
  const phase = await createPhase(name, 1 << 20);
  const time = timed(`${name}: allocate() + free() of ${SIZE} bytes`, UNITS, quick, () => pairs(phase, UNITS));
  const before = phase.systemCalls!();
  pairs(phase, UNITS);
  const calls = (phase.systemCalls!() - before) / UNITS;
  return [time, figure(`${name}: system calls by pair`, calls)];
}

function pairs(phase: Phase, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const block = phase.allocate(SIZE);
    sum += block;
    phase.free(block);
  }
  return sum;
}
