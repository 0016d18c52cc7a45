/** What the pool of blocks set out to reach, from one run. What is shown is rounded to the side that is worse. */
import type { Target } from "../shown.ts";
import type { CallRow, OperationRow, ScaleRow, TraceRow } from "./parts.ts";

/** ns a block, net. */
const WANTED: Readonly<Record<string, number>> = {
  "allocate + release, 1": 30,
  "allocate + release, 16": 20,
  "allocate + release, 64": 20,
  "allocate + release, 512": 20,
  "find, hit": 30,
  "find, miss": 15,
  "evict + allocate + register + release": 90,
  "a prompt that is there": 80,
};
/** The same of calls that are no books', ours by name. */
const CALLS_WANTED: Readonly<Record<string, number>> = { ChainKeys: 320, KvPager: 15 };
const TRACE_MS = 40;
const FLAT = 2;
const FASTER = 10;

const up = (value: number, digits: number): string => (Math.ceil(value * 10 ** digits) / 10 ** digits).toFixed(digits);
const down = (value: number): string => (Math.floor(value * 10) / 10).toFixed(1);

/** What the pool took. */
export const poolOf = ({ times }: OperationRow): number | undefined =>
  times.find(({ subject }) => subject === "pool")?.net;

export function targetsOf(
  operations: readonly OperationRow[],
  calls: readonly CallRow[],
  scale: readonly ScaleRow[],
  traces: readonly TraceRow[],
): Target[] {
  const targets: Target[] = [];
  for (const row of operations) {
    const [ns, wanted] = [poolOf(row), WANTED[row.name]];
    if (ns === undefined || wanted === undefined) continue;
    targets.push({
      what: `${row.name}, a block`,
      value: `${up(ns, 1)} ns`,
      wanted: `≤ ${wanted} ns`,
      ok: ns <= wanted,
    });
  }
  for (const { name, subject, ns } of calls) {
    const wanted = CALLS_WANTED[subject];
    if (wanted === undefined) continue;
    targets.push({ what: `${name}, ${subject}`, value: `${up(ns, 1)} ns`, wanted: `≤ ${wanted} ns`, ok: ns <= wanted });
  }
  for (const row of traces) {
    const ns = poolOf(row);
    if (ns === undefined || row.name !== "conversation") continue;
    const ms = (ns * row.lookups) / 1e6;
    targets.push({
      what: "conversation trace, 10,000 blocks",
      value: `${up(ms, 1)} ms`,
      wanted: `≤ ${TRACE_MS} ms`,
      ok: ms <= TRACE_MS,
    });
  }
  for (const { name, subject, points } of scale) {
    const [first, last] = [points[0], points[points.length - 1]];
    if (subject !== "pool" || first === undefined || last === undefined || first === last) continue;
    const ratio = last[1] / first[1];
    const what = `${name}: ${last[0].toLocaleString("en-US")} blocks ÷ ${first[0].toLocaleString("en-US")}`;
    targets.push({ what, value: `${up(ratio, 2)}×`, wanted: `≤ ${FLAT}×`, ok: ratio <= FLAT });
  }
  const factors = [...operations, ...traces].flatMap((row) => {
    const ns = poolOf(row);
    return ns === undefined || row.vllm === undefined ? [] : [row.vllm.low / ns];
  });
  if (factors.length > 0) {
    const least = Math.min(...factors);
    const what = "vLLM's manager in Python ÷ ours, the least of all rows";
    targets.push({ what, value: `${down(least)}×`, wanted: `≥ ${FASTER}×`, ok: least >= FASTER });
  }
  return targets;
}
