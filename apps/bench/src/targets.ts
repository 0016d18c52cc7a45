/** What the project set out to reach, computed from one run. A target whose rows were not measured is left out. */
import type { Cell } from "./plan.ts";
import type { Row } from "./row.ts";
import { geomean } from "./statistics.ts";

export interface Target {
  readonly what: string;
  /** As it is to be read: `83×`. */
  readonly value: string;
  readonly wanted: string;
  readonly ok: boolean;
}

/**
 * Times are gross, the loop included: it is the same on both sides, and makes every ratio smaller. Where the sides have
 * different loops (one in C, or one that makes many blocks in a call) they are net.
 */
export function targetsOf(rows: readonly Row[], cells: readonly Cell[]): Target[] {
  const traces = [...new Set(cells.filter(({ workload }) => workload.group === "traces").map((c) => c.workload.name))];
  const at = (subject: string, workload: string): Row | undefined =>
    rows.find((row) => row.subject === subject && row.workload === workload);
  const timed = (subject: string, workload: string): number | undefined => {
    const row = at(subject, workload);
    return row?.status === "ok" || row?.status === "stopped" ? row.gross : undefined;
  };

  /** Rival's time by ours, for each workload; undefined unless all were measured. */
  const ratios = (ours: string, rival: string, workloads: readonly string[]): number[] | undefined => {
    const all = workloads.map((workload) => [timed(rival, workload), timed(ours, workload)] as const);
    return all.length > 0 && all.every(([a, b]) => a !== undefined && b !== undefined)
      ? all.map(([a, b]) => a! / b!)
      : undefined;
  };
  const stopped = (subject: string, workloads: readonly string[]): string => {
    const count = workloads.filter((workload) => at(subject, workload)?.status === "stopped").length;
    return count > 0 ? ` (${count} of its ${workloads.length} times are lower bounds)` : "";
  };
  const atLeast = (what: string, values: number[] | undefined, wanted: number): Target[] => {
    const value = values && geomean(values);
    return value === undefined ? [] : [{ what, value: times(value), wanted: `≥ ${wanted}×`, ok: value >= wanted }];
  };
  const netRatios = (above: [string, string][], below: [string, string][]): number[] | undefined => {
    const net = ([subject, workload]: [string, string]): number => at(subject, workload)?.net ?? Number.NaN;
    const all = above.map((one, i) => net(one) / net(below[i]!));
    return all.length > 0 && all.every((value) => value > 0 && Number.isFinite(value)) ? all : undefined;
  };
  const on = (subject: string): [string, string][] => traces.map((trace) => [subject, trace]);
  const atMost = (what: string, value: number | undefined, wanted: number, unit: string): Target[] =>
    value === undefined
      ? []
      : [{ what, value: `${value.toFixed(2)}${unit}`, wanted: `≤ ${wanted}${unit}`, ok: value <= wanted }];

  const faster = (rival: string, name: string, wanted: number): Target[] =>
    atLeast(
      `slab vs ${name}, geometric mean over ${traces.length} traces${stopped(rival, traces)}`,
      ratios("slab", rival, traces),
      wanted,
    );
  const worst = (values: number[] | undefined): number[] | undefined => values && [Math.min(...values)];
  const mean = (values: number[] | undefined): number | undefined => values && geomean(values);
  const dearest = (values: number[] | undefined): number | undefined => values && Math.max(...values);
  const wasmBySlab = ratios("slab", "wasm", traces);
  const peaks = traces.flatMap((workload) => at("slab", workload)?.peakRatio ?? []);
  const isWhole = traces.length > 0 && peaks.length === traces.length;
  /** Dearest by cheapest, from 10³ to 10⁶ live blocks. */
  const flatness = (kind: string): number | undefined => {
    const nets = ["1k", "10k", "100k", "1m"].map((live) => at("slab", `${kind}-${live}`)?.net);
    return nets.every((net) => net !== undefined) ? Math.max(...nets) / Math.min(...nets) : undefined;
  };
  const scanning = ["bitset.js", "typedfastbitset", "fastbitset", "thi.ng-bitfield"];

  return [
    ...faster("thi.ng", "@thi.ng/malloc", 50),
    ...faster("assemblyscript", "AssemblyScript TLSF", 2),
    ...faster("malloc", "malloc 1.1.0", 10),
    ...atLeast(
      `slab vs new Uint8Array, the worst of ${traces.length} traces`,
      worst(ratios("slab", "uint8array", traces)),
      1,
    ),
    ...atMost("slab, allocate + free of 64 bytes, 16,384 live", timed("slab", "batch"), 8, " ns"),
    ...atMost(
      "slab, allocate + free of 64 bytes, 10³ to 10⁶ live: dearest by cheapest, net",
      flatness("batch"),
      2,
      "×",
    ),
    ...atMost(
      "the same, sizes and order at random, over up to 520 MB: cache misses included",
      flatness("churn"),
      2,
      "×",
    ),
    ...atMost(
      `slab, peak reserved and metadata by peak live, geometric mean over ${traces.length} traces`,
      isWhole ? geomean(peaks) : undefined,
      1.25,
      "×",
    ),
    ...atMost(`the same, worst of ${traces.length} traces`, isWhole ? Math.max(...peaks) : undefined, 1.6, "×"),
    ...atMost(`wasm by slab, geometric mean over ${traces.length} traces`, mean(wasmBySlab), 1.5, "×"),
    ...atMost(`the same, worst of ${traces.length} traces`, dearest(wasmBySlab), 1.5, "×"),
    ...atLeast(
      `wasm vs AssemblyScript TLSF, geometric mean over ${traces.length} traces`,
      ratios("wasm", "assemblyscript", traces),
      1.5,
    ),
    ...atMost(
      `native (mapped memory) by slab, geometric mean over ${traces.length} traces`,
      mean(ratios("slab", "native", traces)),
      1.03,
      "×",
    ),
    ...atLeast(
      "native-c, one call for 1,024 blocks vs one for each, net",
      netRatios([["native-c", "one-by-one"]], [["native-c", "bulk"]]),
      5,
    ),
    ...atMost(
      `engine-c by mimalloc, both called from C, net, geometric mean over ${traces.length} traces`,
      mean(netRatios(on("engine-c"), on("mimalloc"))),
      1.3,
      "×",
    ),
    ...atLeast(
      `engine-c vs glibc, both called from C, net, the worst of ${traces.length} traces`,
      worst(netRatios(on("glibc"), on("engine-c"))),
      1,
    ),
    ...atLeast("bitset vs roaring-wasm, claim + free at 1 % free", ratios("bitset", "roaring-wasm", ["claim-1%"]), 3),
    ...atLeast(
      "bitset vs the fastest scanning bitset, claim + free at 1 % free",
      fastest(scanning.map((rival) => ratios("bitset", rival, ["claim-1%"])?.[0])),
      100,
    ),
  ];
}

function fastest(values: readonly (number | undefined)[]): number[] | undefined {
  return values.every((value) => value !== undefined) ? [Math.min(...values)] : undefined;
}

/** `83.4` → `83×`, `2.345` → `2.35×`. */
const times = (value: number): string => `${value >= 10 ? Math.round(value) : value.toPrecision(3)}×`;
