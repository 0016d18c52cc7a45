/**
 * What the project set out to reach on traces and small loops. A target whose sides were not measured is left out. Every ratio is
 * of sides that took turns (`ratios.ts`).
 *
 * Times are gross, the loop included: it is the same on both sides, and makes every ratio smaller. Where the sides have
 * different loops (one in C, or one that makes many blocks in a call) they are net, and so are those of replacement, whose loop
 * costs more than some allocators.
 */
import type { Row } from "../../workloads/rows.ts";
import type { Target } from "../shown.ts";
import { extremeWays } from "./against-c.ts";
import { combine, intervalOf, type Paired, type Ratios, type Sort } from "./ratios.ts";

type Value = Paired | undefined;

export interface Measured {
  readonly rows: readonly Row[];
  readonly ratios: Ratios;
  /** Names of workloads. */
  readonly traces: readonly string[];
  /** Those that nothing was tuned on. */
  readonly untuned: readonly string[];
  readonly replacements: readonly string[];
}

export function targetsOf({ rows, ratios, traces, untuned, replacements }: Measured): Target[] {
  const at = (subject: string, workload: string): Row | undefined =>
    rows.find((row) => row.subject === subject && row.workload === workload);
  /** Over the traces: the first's time by the second's. */
  const by = (above: string, below: string, sort: Sort = "gross", over = traces): Value[] =>
    over.map((workload) => ratios.of({ subject: above, workload }, { subject: below, workload }, sort));
  const over = `${traces.length} traces`;
  const bounds = (subject: string): string => {
    const count = traces.filter((trace) => at(subject, trace)?.status === "stopped").length;
    return count > 0 ? ` (${count} of its ${traces.length} times are lower bounds)` : "";
  };
  const faster = (rival: string, name: string, wanted: number): Target[] =>
    atLeast(`slab vs ${name}, geometric mean over ${over}${bounds(rival)}`, mean(by(rival, "slab")), wanted);
  /** Dearest by cheapest, from 10³ to 10⁶ live blocks. */
  const flatness = (kind: string): Value =>
    ratios.spread(["1k", "10k", "100k", "1m"].map((live) => ({ subject: "slab", workload: `${kind}-${live}` })));
  const peaks = traces.flatMap((trace) => at("slab", trace)?.peakRatio ?? []).map(exactly);
  const known = peaks.length === traces.length ? peaks : [];
  const wasmBySlab = by("wasm", "slab");
  const claims = (...rivals: string[]): Value[] =>
    rivals.map((rival) =>
      ratios.of({ subject: rival, workload: "claim-1%" }, { subject: "bitset", workload: "claim-1%" }),
    );
  const replaced = `replacement, net, the worst of ${replacements.length} live sets`;
  const ways = extremeWays(ratios, traces);
  const unseen = extremeWays(ratios, untuned);
  const others = `${untuned.length} traces that nothing was tuned on`;
  const cheap = "slab, allocate + free of 64 bytes";
  const batch = at("slab", "batch");

  return [
    ...faster("thi.ng", "@thi.ng/malloc", 50),
    ...faster("assemblyscript", "AssemblyScript TLSF", 2),
    ...faster("npm-malloc", "npm's malloc 1.1.0", 10),
    ...atLeast(`slab vs new Uint8Array, the worst of ${over}`, least(by("uint8array", "slab")), 1),
    ...(batch?.status === "ok" ? [nanoseconds(`${cheap}, 16,384 live`, batch.gross!, 8)] : []),
    ...atMost(`${cheap}, 10³ to 10⁶ live: slowest ÷ fastest, net of the loop`, flatness("batch"), 2),
    ...atMost("the same, sizes and order at random, over up to 520 MB: cache misses included", flatness("churn"), 2),
    ...atMost(`slab, peak (reserved + metadata) ÷ peak live, geometric mean over ${over}`, mean(known), 1.15),
    ...atMost(`the same, worst of ${over}`, most(known), 1.35),
    ...atMost(`wasm ÷ slab, geometric mean over ${over}`, mean(wasmBySlab), 1),
    ...atMost(`the same, worst of ${over}`, most(wasmBySlab), 1.2),
    ...atLeast(`wasm vs AssemblyScript TLSF, geometric mean over ${over}`, mean(by("assemblyscript", "wasm")), 1.5),
    ...atMost(`native (mapped memory) ÷ slab, geometric mean over ${over}`, mean(by("native", "slab")), 1.03),
    ...atLeast(
      "native-c, one call for 1,024 blocks vs one for each, net",
      ratios.of({ subject: "native-c", workload: "one-by-one" }, { subject: "native-c", workload: "bulk" }, "net"),
      5,
    ),
    ...atMost(`slab ÷ mimalloc, best way of calling, net, geometric mean over ${over}`, ways?.best.mean, 1.2),
    ...atMost(`the same, worst way of calling`, ways?.worst.mean, 1.5),
    ...atMost(
      `engine-c ÷ mimalloc, both called from C, net, geometric mean over ${over}`,
      mean(by("engine-c", "mimalloc", "net")),
      0.85,
    ),
    ...atMost(`slab ÷ mimalloc, best way of calling, net, geometric mean over ${others}`, unseen?.best.mean, 1.3),
    ...atMost(`the same, worst way of calling`, unseen?.worst.mean, 1.7),
    ...atMost(
      `engine-c ÷ mimalloc, both called from C, net, geometric mean over ${others}`,
      mean(by("engine-c", "mimalloc", "net", untuned)),
      1,
    ),
    ...atLeast(
      `engine-c vs glibc, both called from C, net, the worst of ${over}`,
      least(by("glibc", "engine-c", "net")),
      1,
    ),
    ...atMost(`engine-c ÷ mimalloc, ${replaced}`, most(by("engine-c", "mimalloc", "net", replacements)), 1.3),
    ...atMost(`slab ÷ AssemblyScript TLSF, ${replaced}`, most(by("slab", "assemblyscript", "net", replacements)), 0.5),
    ...atLeast("bitset vs roaring-wasm, claim + free at 1 % free", mean(claims("roaring-wasm")), 3),
    ...atLeast(
      "bitset vs the fastest scanning bitset, claim + free at 1 % free",
      least(claims("bitset.js", "typedfastbitset", "fastbitset", "thi.ng-bitfield")),
      100,
    ),
  ];
}

const mean = (values: readonly Value[]): Value => combine(values, "mean");
const least = (values: readonly Value[]): Value => combine(values, "least");
const most = (values: readonly Value[]): Value => combine(values, "most");
/** What is not about time is the same each time. */
const exactly = (value: number): Paired => ({ value, matches: [] });

const nanoseconds = (what: string, value: number, wanted: number): Target => ({
  ...{ what, value: `${value.toFixed(2)} ns`, wanted: `≤ ${wanted} ns`, ok: value <= wanted },
});

const atMost = (what: string, found: Value, wanted: number): Target[] =>
  found === undefined ? [] : [target(what, found, fixed, `≤ ${wanted}×`, found.value <= wanted)];

const atLeast = (what: string, found: Value, wanted: number): Target[] =>
  found === undefined ? [] : [target(what, found, factor, `≥ ${wanted}×`, found.value >= wanted)];

function target(what: string, found: Paired, show: (value: number) => string, wanted: string, ok: boolean): Target {
  const range = intervalOf(found);
  const interval = range && { interval: `${show(range.low)}–${show(range.high)}` };
  return { what, value: `${show(found.value)}×`, ...interval, wanted, ok };
}

const fixed = (value: number): string => value.toFixed(2);
/** `83.4` → `83`, `2.345` → `2.35`. */
const factor = (value: number): string => String(value >= 10 ? Math.round(value) : value.toPrecision(3));
