/**
 * TypeScript against C: ns per event net of the loop, each side's own, over the traces. Gross times are not compared here:
 * the loop in JavaScript and the loop in C cost differently.
 *
 * The loops touch no block. That spares ours, whose metadata lie apart, misses of the cache which those pay that keep a
 * list in the free blocks, and which the program would pay a moment later. So those in C are timed again with the first
 * byte of each new block *written*.
 */
import { geomean } from "../../base/statistics.ts";
import type { Row } from "../../workloads/rows.ts";

/** Ours, by how far they are from the caller; then theirs. */
const SIDES = ["slab", "native", "wasm", "native-c", "engine-c", "mimalloc", "jemalloc", "glibc"];

/** Whose time by whose. */
const RATIOS = [
  ["slab", "mimalloc"],
  ["engine-c", "mimalloc"],
  ["engine-c", "glibc"],
  ["engine-c, written", "mimalloc, written"],
] as const;

export interface AgainstC {
  readonly traces: readonly string[];
  /** Net ns per event, by trace; null where there is none, or nothing but noise is left of it. */
  readonly times: readonly Line[];
  /** Net time by net time. */
  readonly ratios: readonly Line[];
}

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Geometric mean, where no value is missing. */
  readonly mean: number | null;
}

/** Undefined unless some of ours in JavaScript and some in C were measured. */
export function againstC(rows: readonly Row[], traces: readonly string[]): AgainstC | undefined {
  const lines = (label: string, value: (row: Row) => number | undefined): Line[] =>
    SIDES.flatMap((name) => {
      const values = traces.map((trace) => {
        const row = rows.find((one) => one.subject === name && one.workload === trace);
        const net = row?.status === "ok" ? value(row) : undefined;
        return net !== undefined && net > 0 ? net : null;
      });
      return values.every((one) => one === null) ? [] : [lineOf(name + label, values)];
    });
  const times = [...lines("", ({ net }) => net), ...lines(", written", ({ touched }) => touched)];
  const ratios = RATIOS.flatMap(([ours, theirs]): Line[] => {
    const [a, b] = [ours, theirs].map((side) => times.find(({ name }) => name === side)?.values);
    if (a === undefined || b === undefined) return [];
    const values = traces.map((_, i) => (a[i] == null || b[i] == null ? null : a[i] / b[i]));
    return [lineOf(`${ours} by ${theirs}`, values)];
  });
  return ratios.length === 0 ? undefined : { traces, times, ratios };
}

function lineOf(name: string, values: readonly (number | null)[]): Line {
  const known = values.filter((value) => value !== null);
  return { name, values, mean: known.length === values.length ? (geomean(known) ?? null) : null };
}
