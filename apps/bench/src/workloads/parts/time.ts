import { summarise } from "../../base/statistics.ts";
import type { Figure } from "./figure.ts";

/** What warming up and timing take, in ms, and how long a window is at least: many times what the clock can tell. */
const [WARM, TIMED, WINDOW] = [50, 70, 0.5];
/** In a quick run, that part of it. */
const QUICK = 0.1;
const LEAST_WINDOWS = 5;

/** What keeps V8 from leaving out a loop whose result nobody wants. */
let sink = 0;

/** A loop over `units` units, in ns a unit: the median of windows of whole loops, once it is warm. */
export function timed(what: string, units: number, quick: boolean, run: () => number): Figure {
  const part = quick ? QUICK : 1;
  const loops = (until: (ms: number, count: number) => boolean): { ms: number; count: number } => {
    const start = performance.now();
    let [ms, count] = [0, 0];
    do {
      sink = (sink + run()) | 0;
      count++;
      ms = performance.now() - start;
    } while (!until(ms, count));
    return { ms, count };
  };
  const warm = loops((ms) => ms >= part * WARM);
  const inWindow = Math.max(1, Math.ceil((WINDOW * warm.count) / warm.ms));
  const windows: number[] = [];
  for (const end = performance.now() + part * TIMED; windows.length < LEAST_WINDOWS || performance.now() < end; ) {
    windows.push((1e6 * loops((_, count) => count === inWindow).ms) / (inWindow * units));
  }
  if (!Number.isInteger(sink)) throw new Error("the loop has no result");
  return { what, value: summarise(windows).median, unit: "ns" };
}
