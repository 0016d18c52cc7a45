/**
 * What the project set out to reach on traces and small loops. A target whose rows were not measured is left out.
 *
 * Times are gross, the loop included: it is the same on both sides, and makes every ratio smaller. Where the sides have
 * different loops (one in C, or one that makes many blocks in a call) they are net.
 */
import { geomean } from "../../base/statistics.ts";
import type { Row } from "../../workloads/rows.ts";
import type { Target } from "../shown.ts";

/** A subject on a workload. */
type At = readonly [subject: string, workload: string];
/** Undefined unless all of them were measured. */
type Values = number[] | undefined;

export function targetsOf(rows: readonly Row[], traces: readonly string[]): Target[] {
  const at = ([subject, workload]: At): Row | undefined =>
    rows.find((row) => row.subject === subject && row.workload === workload);
  const gross = (where: At): number | undefined => {
    const row = at(where);
    return row?.status === "ok" || row?.status === "stopped" ? row.gross : undefined;
  };
  const net = (where: At): number | undefined => at(where)?.net;
  const on = (subject: string): At[] => traces.map((trace) => [subject, trace]);

  /** Of as many pairs: the first's time by the second's. */
  const ratios = (above: readonly At[], below: readonly At[], time = gross): Values => {
    const all = above.map((where, i) => time(where)! / time(below[i]!)!);
    return all.length > 0 && all.every((value) => value > 0 && Number.isFinite(value)) ? all : undefined;
  };
  /** Over the traces. */
  const by = (above: string, below: string, time = gross): Values => ratios(on(above), on(below), time);
  const over = `${traces.length} traces`;
  const bounds = (subject: string): string => {
    const count = on(subject).filter((where) => at(where)?.status === "stopped").length;
    return count > 0 ? ` (${count} of its ${traces.length} times are lower bounds)` : "";
  };
  const faster = (rival: string, name: string, wanted: number): Target[] =>
    atLeast(`slab vs ${name}, geometric mean over ${over}${bounds(rival)}`, mean(by(rival, "slab")), wanted);
  /** Dearest by cheapest, from 10³ to 10⁶ live blocks. */
  const flatness = (kind: string): number | undefined => {
    const nets = ["1k", "10k", "100k", "1m"].map((live) => net(["slab", `${kind}-${live}`]));
    return nets.every((one) => one !== undefined) ? Math.max(...nets) / Math.min(...nets) : undefined;
  };
  const peaks = on("slab").map((where) => at(where)?.peakRatio);
  const known = peaks.length > 0 && peaks.every((peak) => peak !== undefined) ? peaks : undefined;
  const wasmBySlab = by("wasm", "slab");
  const claims = (...rivals: string[]): Values =>
    ratios(
      rivals.map((rival) => [rival, "claim-1%"]),
      rivals.map(() => ["bitset", "claim-1%"]),
    );
  const scanning = claims("bitset.js", "typedfastbitset", "fastbitset", "thi.ng-bitfield");
  const cheap = "slab, allocate + free of 64 bytes";

  return [
    ...faster("thi.ng", "@thi.ng/malloc", 50),
    ...faster("assemblyscript", "AssemblyScript TLSF", 2),
    ...faster("malloc", "malloc 1.1.0", 10),
    ...atLeast(`slab vs new Uint8Array, the worst of ${over}`, least(by("uint8array", "slab")), 1),
    ...atMost(`${cheap}, 16,384 live`, gross(["slab", "batch"]), 8, " ns"),
    ...atMost(`${cheap}, 10³ to 10⁶ live: dearest by cheapest, net`, flatness("batch"), 2),
    ...atMost("the same, sizes and order at random, over up to 520 MB: cache misses included", flatness("churn"), 2),
    ...atMost(`slab, peak reserved and metadata by peak live, geometric mean over ${over}`, mean(known), 1.25),
    ...atMost(`the same, worst of ${over}`, most(known), 1.6),
    ...atMost(`wasm by slab, geometric mean over ${over}`, mean(wasmBySlab), 1.5),
    ...atMost(`the same, worst of ${over}`, most(wasmBySlab), 1.5),
    ...atLeast(`wasm vs AssemblyScript TLSF, geometric mean over ${over}`, mean(by("assemblyscript", "wasm")), 1.5),
    ...atMost(`native (mapped memory) by slab, geometric mean over ${over}`, mean(by("native", "slab")), 1.03),
    ...atLeast(
      "native-c, one call for 1,024 blocks vs one for each, net",
      mean(ratios([["native-c", "one-by-one"]], [["native-c", "bulk"]], net)),
      5,
    ),
    ...atMost(
      `engine-c by mimalloc, both called from C, net, geometric mean over ${over}`,
      mean(by("engine-c", "mimalloc", net)),
      1.3,
    ),
    ...atLeast(
      `engine-c vs glibc, both called from C, net, the worst of ${over}`,
      least(by("glibc", "engine-c", net)),
      1,
    ),
    ...atLeast("bitset vs roaring-wasm, claim + free at 1 % free", mean(claims("roaring-wasm")), 3),
    ...atLeast("bitset vs the fastest scanning bitset, claim + free at 1 % free", least(scanning), 100),
  ];
}

const mean = (values: Values): number | undefined => values && geomean(values);
const least = (values: Values): number | undefined => values && Math.min(...values);
const most = (values: Values): number | undefined => values && Math.max(...values);

const atMost = (what: string, value: number | undefined, wanted: number, unit = "×"): Target[] =>
  value === undefined
    ? []
    : [{ what, value: `${value.toFixed(2)}${unit}`, wanted: `≤ ${wanted}${unit}`, ok: value <= wanted }];

const atLeast = (what: string, value: number | undefined, wanted: number): Target[] =>
  value === undefined ? [] : [{ what, value: factor(value), wanted: `≥ ${wanted}×`, ok: value >= wanted }];

/** `83.4` → `83×`, `2.345` → `2.35×`. */
const factor = (value: number): string => `${value >= 10 ? Math.round(value) : value.toPrecision(3)}×`;
