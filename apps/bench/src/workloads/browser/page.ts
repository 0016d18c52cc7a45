/**
 * Runs in the page: the programs of *game-frame*, the same files as in Node. What it offers is `ariaxBench(arm, scale)`, which
 * the driver calls.
 */
import { type GameScenario, gameFrame } from "@ariax/trace";
import { tailOf } from "../../base/tail.ts";
import { ariax, gc } from "../../subjects/programs/game-frame.ts";
import type { Program } from "../../subjects/programs/program.ts";
import type { Arm } from "../../subjects/programs/subjects.ts";
import { warmUp } from "../scenarios/replay.ts";
import { FRAMES_AT_ONCE, MARKS, type PageObservation } from "./result.ts";

const WARM_MS = 100;
/** Frames between two turns of the event loop, where they are not the browser's own. */
const CHUNK = 600;

declare global {
  function ariaxBench(arm: Arm, scale: number): Promise<PageObservation>;
}

globalThis.ariaxBench = async (arm, scale) => {
  const scenario = gameFrame({ scale });
  const program = arm === "ariax" ? ariax(scenario) : gc(scenario);
  warmUp(program, scenario, WARM_MS);
  await turn();
  const simulated = await simulate(program, scenario);
  const real = await realFrames(program, scenario);
  program.verify?.();
  return { simulated, real, resolution: resolution() };
};

async function simulate(program: Program, { steps, trace }: GameScenario): Promise<PageObservation["simulated"]> {
  const times = new Float64Array(steps.length);
  const before = program.checksum();
  let from = 0;
  let ms = 0;
  performance.mark(MARKS.simulated[0]);
  for (let step = 0; step < steps.length; ) {
    const end = Math.min(step + CHUNK, steps.length);
    const start = performance.now();
    let last = start;
    for (; step < end; step++) {
      program.run(step, from, steps[step]!);
      from = steps[step]!;
      const now = performance.now();
      times[step] = now - last;
      last = now;
    }
    ms += last - start;
    await turn();
  }
  performance.mark(MARKS.simulated[1]);
  program.end();
  return { ms, events: trace.events, frame: tailOf(times), checksum: (program.checksum() - before) & 0x3fffffff };
}

function realFrames(program: Program, { steps }: GameScenario): Promise<PageObservation["real"]> {
  const count = Math.ceil(steps.length / FRAMES_AT_ONCE);
  const [intervals, work] = [new Float64Array(Math.max(0, count - 1)), new Float64Array(count)];
  const before = program.checksum();
  let [step, from, frame, last] = [0, 0, 0, 0];
  return new Promise((resolve) => {
    const onFrame = (): void => {
      const start = performance.now();
      if (frame > 0) intervals[frame - 1] = start - last;
      last = start;
      for (const end = Math.min(step + FRAMES_AT_ONCE, steps.length); step < end; step++) {
        program.run(step, from, steps[step]!);
        from = steps[step]!;
      }
      work[frame++] = performance.now() - start;
      if (frame < count) return void requestAnimationFrame(onFrame);
      performance.mark(MARKS.real[1]);
      program.end();
      resolve({
        interval: tailOf(intervals),
        work: tailOf(work),
        checksum: (program.checksum() - before) & 0x3fffffff,
      });
    };
    performance.mark(MARKS.real[0]);
    requestAnimationFrame(onFrame);
  });
}

/** A turn of the event loop, without the least time that a timer takes. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function resolution(): number {
  let least = Number.POSITIVE_INFINITY;
  let last = performance.now();
  for (const end = last + 5; last < end; ) {
    const now = performance.now();
    if (now > last) least = Math.min(least, now - last);
    last = now;
  }
  return least;
}
