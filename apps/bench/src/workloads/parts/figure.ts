/** What is measured of a part, and how. */
import { summarise } from "../../base/statistics.ts";
import { tailOf } from "../../base/tail.ts";
import { NoAddonError } from "../../subjects/phases/addon.ts";

export interface Figure {
  /** "first() + clear(), 10,000,000 bits". */
  readonly what: string;
  readonly value: number;
  readonly unit: "ns" | "µs" | "bytes" | "×" | "";
}

export const figure = (what: string, value: number, unit: Figure["unit"] = ""): Figure => ({ what, value, unit });

/** The middle of times in ms. */
export const middle = (what: string, ms: Float64Array, unit: "ns" | "µs" = "ns"): Figure =>
  figure(what, (unit === "ns" ? 1e6 : 1e3) * tailOf(ms).p50, unit);

/** What needs phase 2: nothing where that can't be built. */
export async function ifBuilt(
  measure: () => readonly Figure[] | Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  try {
    return await measure();
  } catch (error) {
    if (error instanceof NoAddonError) return [];
    throw error;
  }
}

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
  return figure(what, summarise(windows).median, "ns");
}
