/** The books of a key/value cache as they are shown: the targets, then operations, sizes and whole traces. */
import { BOOKS } from "../../subjects/kv/subjects.ts";
import { count, endOf, factor, ms, ns } from "../format.ts";
import { type Section, type Shown, targetCards, targetSection } from "../shown.ts";
import { chartsOf } from "./charts.ts";
import type { KvReport, OperationRow } from "./parts.ts";
import type { Published } from "./published.ts";
import { poolOf } from "./targets.ts";

const OURS = BOOKS.filter(({ origin }) => origin !== "loop").map(({ name }) => name);

export function showKv(report: KvReport): Shown {
  const { machine, date, mode, targets, partial, blocks } = report;
  const missing = [...report.unavailable, ...report.failures];
  return {
    title: `AriaX, key/value cache, ${date.slice(0, 10)}`,
    heading: "The books of a key/value cache",
    machine,
    summary: `${date.slice(0, 10)}, ${mode} run; ns a block, net of the loop, ${count(blocks)} blocks; bookkeeping only: no hashing, no bytes moved${endOf(partial)}`,
    cards: targetCards(targets),
    charts: chartsOf(report),
    sections: [
      ...(targets.length > 0 ? [targetSection("Targets, all in this run", targets)] : []),
      ...(report.operations.length > 0 ? [operations(report)] : []),
      ...(report.calls.length > 0 ? [calls(report)] : []),
      ...(report.scale.length > 0 ? [scale(report)] : []),
      ...(report.traces.length > 0 ? [traces(report)] : []),
      ...(missing.length > 0 ? [{ title: "Not measured", notes: missing }] : []),
    ],
    reading: READING,
  };
}

export const published = (vllm: Published | undefined): string =>
  vllm === undefined ? "" : vllm.low === vllm.high ? count(vllm.low) : `${count(vllm.low)}–${count(vllm.high)}`;

/** Of each subject, the loop, vLLM, and how often ours goes into each of the others. */
export function cellsOf(row: OperationRow, show: (ns: number | undefined) => string = ns): string[] {
  const net = (name: string): number | undefined => row.times.find(({ subject }) => subject === name)?.net;
  const own = poolOf(row);
  const by = (other: number | undefined): string =>
    own === undefined || other === undefined ? "" : factor(other / own);
  return [
    ...OURS.map((name) => show(net(name))),
    ...[show(net("nothing")), published(row.vllm)],
    ...[by(net("objects")), by(net("map")), by(row.vllm?.low)],
  ];
}

export const HEAD: readonly string[] = [...OURS, "loop", "vLLM", "objects ÷ pool", "map ÷ pool", "vLLM ÷ pool"];

function operations({ operations: rows }: KvReport): Section {
  return {
    title: "Operations",
    text: "ns a block; of vLLM's own manager in Python, as published",
    table: { head: ["", ...HEAD], lines: rows.map((row) => [row.name, ...cellsOf(row)]) },
    notes: rows.map(({ name, what }) => `${name}: ${what}`),
  };
}

function calls({ calls: rows }: KvReport): Section {
  return {
    title: "Keys and decoded tokens",
    text: "ns each",
    table: {
      head: ["", "ns", "vLLM", "vLLM ÷ this"],
      lines: rows.map(({ name, subject, ns: own, vllm }) => [
        ...[`${name}, ${subject}`, ns(own), published(vllm)],
        vllm === undefined ? "" : factor(vllm.low / own),
      ]),
    },
    notes: rows.map(({ subject, what }) => `${subject}: ${what}`),
  };
}

function scale({ scale: rows }: KvReport): Section {
  const sizes = [...new Set(rows.flatMap(({ points }) => points.map(([blocks]) => blocks)))];
  return {
    title: "By the number of blocks",
    text: "ns a block",
    table: {
      head: ["", ...sizes.map(count), "last ÷ first"],
      lines: rows.map(({ name, subject, points }) => {
        const found = new Map(points);
        const [first, last] = [points[0]![1], points[points.length - 1]![1]];
        return [
          `${name}, ${subject}`,
          ...sizes.map((blocks) => ns(found.get(blocks))),
          `${(last / first).toFixed(2)}×`,
        ];
      }),
    },
  };
}

function traces({ traces: rows, traceBlocks }: KvReport): Section {
  return {
    title: "Whole traces",
    text: `ns a block that is looked up, in ${count(traceBlocks)} blocks, the making of the books included; all find the same blocks`,
    table: { head: ["", ...HEAD], lines: rows.map((row) => [row.name, ...cellsOf(row)]) },
    notes: rows.map((row) => {
      const own = poolOf(row);
      const whole = own === undefined ? "" : `; pool ${ms((own * row.lookups) / 1e6)} ms in all`;
      return `${row.name}: ${row.what}; ${count(row.hits)} hits of ${count(row.lookups)} lookups${whole}`;
    }),
  };
}

const READING = `<p>Each row is measured in processes of its own that take turns of some ms; the least of many windows counts. What the loop takes that
calls the books, which is <b>loop</b>, is taken off.</p>
<ul>${BOOKS.map(({ name, what }) => `<li><b>${name}</b>: ${what}</li>`).join("")}
<li><b>vLLM</b>: its own <code>block_pool.py</code> and <code>kv_cache_manager.py</code> of 2026-08, run without torch in CPython on this kind of machine: proportions, no
promises. There bookkeeping is 4–12 % of an engine's step, and Rust ports of it exist (vllm-project/vllm#40459).</li></ul>`;
