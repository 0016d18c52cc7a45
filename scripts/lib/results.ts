/** The documents' tables of a bench run. */
export interface Results {
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly commit: string };
  readonly rows: readonly Row[];
  readonly targets: readonly { what: string; value: string; interval?: string; wanted: string; ok: boolean }[];
  /** Net times, where a C compiler was there. */
  readonly againstC?: Net;
  /** The same of replacement at steady state. */
  readonly replacement?: Net;
}

interface Net {
  /** Names of the workloads. */
  readonly traces: readonly string[];
  readonly times: readonly Line[];
  readonly ratios: readonly Line[];
}

interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly mean: number | null;
}

interface Row {
  readonly workload: string;
  readonly subject: string;
  readonly status: string;
  readonly gross?: number;
}

const TRACES = ["git", "jq", "lua", "nginx", "python", "redis", "sqlite"];
const OURS = ["slab", "slab-shared", "native", "wasm", "native-c"];
const PEERS = ["assemblyscript", "npm-malloc", "thi.ng", "uint8array"];

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Where and when it was measured. */
function origin({ date, machine }: Pick<Results, "date" | "machine">): string {
  return `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${date.slice(0, 10)}, commit ${machine.commit}`;
}

/** ns per event of subjects on the traces. */
function traceTable(rows: readonly Row[], subjects: readonly string[]): string[] {
  const cell = (subject: string, workload: string): string => {
    const row = rows.find((r) => r.subject === subject && r.workload === workload);
    if (row?.gross === undefined) return "";
    const digits = row.gross < 100 ? 1 : 0;
    return `${row.status === "stopped" ? "> " : ""}${row.gross.toFixed(digits)}`;
  };
  return [
    line(["", ...TRACES]),
    line(["---", ...TRACES.map(() => "---:")]),
    ...subjects.map((subject) => line([subject, ...TRACES.map((trace) => cell(subject, trace))])),
    "",
  ];
}

/** What the README shows of a run: ours and its peers in JavaScript, on the traces. */
export function summaryTable(results: Results): string {
  return [
    `Nanoseconds per event (an allocation, a free or a reallocation), the replay loop's own \`nothing\` included.`,
    `${origin(results)}; \`>\`: stopped at a time limit.`,
    "",
    ...traceTable(results.rows, ["nothing", "slab", "wasm", ...PEERS]),
  ].join("\n");
}

/** All of a run: ns per event on the traces, loop included, and what the project set out to reach. */
export function resultTables(results: Results): string {
  const { rows, targets, againstC, replacement } = results;
  return [
    `${origin(results)}.`,
    "",
    "## Seven recorded programs",
    "",
    "Nanoseconds per event, the replay loop's own (`nothing`) included; `>`: stopped at a time limit.",
    "",
    ...traceTable(rows, ["nothing", ...OURS, ...PEERS]),
    ...(againstC === undefined
      ? []
      : netTable(
          "Beside allocators in C",
          "ns per event, net of the loop, each side's own; C is called from C.",
          againstC,
        )),
    ...(replacement === undefined
      ? []
      : netTable("Replacement", "ns a pair at steady state (live blocks × bytes), net of the loop.", replacement)),
    "## Goals",
    "",
    line(["goal", "reached", "in pairs", "wanted", ""]),
    line(["---", "---:", "---:", "---:", "---"]),
    ...targets.map(({ what, value, interval = "", wanted, ok }) =>
      line([what, value, interval, wanted, ok ? "met" : "missed"]),
    ),
    "",
  ].join("\n");
}

/** Ours beside allocators in C. */
function netTable(title: string, what: string, { traces, times, ratios }: Net): string[] {
  const show = ({ name, values, mean }: Line, digits: number): string =>
    line([name, ...[...values, mean].map((value) => value?.toFixed(digits) ?? "")]);
  return [
    `## ${title}`,
    "",
    what,
    "",
    line(["", ...traces.map((name) => name.replace(/^replace-(\d+)x/, "$1 × ")), "geometric mean"]),
    line(["---", ...traces.map(() => "---:"), "---:"]),
    ...times.filter(({ name }) => !name.endsWith("written")).map((one) => show(one, 1)),
    ...ratios.filter(({ name }) => !name.includes("written")).map((one) => show(one, 2)),
    "",
  ];
}

/** What of `results/story.json` the README shows. */
export interface Story {
  readonly date: string;
  readonly machine: Results["machine"];
  readonly chapters: readonly {
    readonly title: string;
    readonly what: string;
    readonly original: number;
    readonly allocate?: { readonly median: number };
    readonly pair?: { readonly median: number };
    readonly systemCalls?: { readonly allocate: number; readonly free: number };
    readonly unavailable?: string;
  }[];
}

/** AriaX's three phases: its own figures, and ours. */
export function storyTable({ date, machine, chapters }: Story): string {
  const ns = (summary?: { readonly median: number }): string =>
    summary === undefined ? "" : summary.median.toLocaleString("en-US", { maximumSignificantDigits: 3 });
  return [
    `ns per allocation; ${machine.cpu}, Node ${machine.node}, ${date.slice(0, 10)}.`,
    "",
    line(["", "AriaX's", "here: allocate", "allocate + free", "system calls a block"]),
    line(["---", "---:", "---:", "---:", "---:"]),
    ...chapters.map(({ title, what, original, allocate, pair, systemCalls, unavailable }) =>
      line([
        `${title}: ${what}`,
        original.toLocaleString("en-US"),
        unavailable === undefined ? ns(allocate) : `unavailable: ${unavailable}`,
        ns(pair),
        systemCalls === undefined ? "" : String(systemCalls.allocate + systemCalls.free),
      ]),
    ),
    "",
  ].join("\n");
}

/** What of `results/threads.json` the page on threads shows. */
export interface Threads {
  readonly date: string;
  readonly machine: Results["machine"];
  readonly targets: Results["targets"];
  readonly throughput: readonly {
    readonly subject: string;
    readonly perMicrosecond: readonly (readonly [threads: number, events: number])[];
  }[];
}

/** What the heap with lanes set out to reach, and events a µs by threads. */
export function threadsTable({ date, machine, targets, throughput }: Threads): string {
  const counts = throughput[0]?.perMicrosecond.map(([threads]) => threads) ?? [];
  return [
    `${origin({ date, machine })}; nothing is claimed above ${machine.cores} threads.`,
    "",
    line(["", "reached", "in matches", "wanted", ""]),
    line(["---", "---:", "---:", "---:", "---"]),
    ...targets.map(({ what, value, interval = "", wanted, ok }) =>
      line([what, value, interval, wanted, ok ? "" : "missed"]),
    ),
    "",
    "Events a µs of so many threads together, each on a recorded program of its own, the loop (`nothing`) included:",
    "",
    line(["threads", ...counts.map(String)]),
    line(["---", ...counts.map(() => "---:")]),
    ...throughput.map(({ subject, perMicrosecond }) => {
      const found = new Map(perMicrosecond);
      return line([subject, ...counts.map((threads) => found.get(threads)?.toPrecision(3) ?? "")]);
    }),
    "",
  ].join("\n");
}

/** What of `results/kv.json` the README of kv-pager shows. */
export interface Kv {
  readonly date: string;
  readonly machine: Results["machine"];
  readonly blocks: number;
  readonly traceBlocks: number;
  readonly targets: Results["targets"];
  readonly operations: readonly Timed[];
  readonly calls: readonly {
    readonly name: string;
    readonly subject: string;
    readonly ns: number;
    readonly vllm?: Timed["vllm"];
  }[];
  readonly traces: readonly Timed[];
  readonly scale: readonly {
    readonly name: string;
    readonly subject: string;
    readonly points: readonly (readonly [blocks: number, ns: number])[];
  }[];
}

interface Timed {
  readonly name: string;
  readonly times: readonly { readonly subject: string; readonly net: number }[];
  readonly vllm?: { readonly low: number; readonly high: number };
}

const BOOKS = ["pool", "objects", "map"];

/** A whole number, or below 1 tenths; rounded down, as it is in our favour. */
const down = (ratio: number): number => (ratio < 1 ? Math.floor(10 * ratio) / 10 : Math.floor(ratio));

/** Operations and whole traces beside others and beside vLLM, the pool by its blocks, and what it set out to reach. */
export function kvTables({
  date,
  machine,
  blocks,
  traceBlocks,
  targets,
  operations,
  calls,
  traces,
  scale,
}: Kv): string {
  const n = (value: number): string => value.toLocaleString("en-US");
  const ns = (value: number | undefined): string => value?.toFixed(value < 100 ? 1 : 0) ?? "";
  const published = (vllm: Timed["vllm"]): string =>
    vllm === undefined ? "" : [...new Set([vllm.low, vllm.high])].map(n).join("–");
  const timed = ({ name, times, vllm }: Timed): string => {
    const net = new Map(times.map((one) => [one.subject, one.net]));
    const own = net.get("pool");
    const by = vllm === undefined || own === undefined ? "" : `${down(vllm.low / own)}×`;
    return line([name, ...BOOKS.map((subject) => ns(net.get(subject))), published(vllm), by]);
  };
  const sizes = [...new Set(scale.flatMap(({ points }) => points.map(([count]) => count)))];
  return [
    `ns a block, net of the loop; ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${date.slice(0, 10)}, commit ${machine.commit};`,
    `${n(blocks)} blocks, of traces ${n(traceBlocks)}.`,
    "",
    line(["", ...BOOKS, "vLLM", "vLLM ÷ pool"]),
    line(["---", ...BOOKS.map(() => "---:"), "---:", "---:"]),
    ...operations.map(timed),
    // What is no books' has one subject a row: ours stands where the pool's does.
    ...calls.map(({ name, subject, ns, vllm }) =>
      timed({ name: `${name}, \`${subject}\``, times: [{ subject: "pool", net: ns }], ...(vllm && { vllm }) }),
    ),
    ...traces.map((one) => timed({ ...one, name: `${one.name} trace` })),
    "",
    "The pool by its number of blocks:",
    "",
    line(["", ...sizes.map(n)]),
    line(["---", ...sizes.map(() => "---:")]),
    ...scale
      .filter(({ subject }) => subject === "pool")
      .map(({ name, points }) => line([name, ...sizes.map((size) => ns(new Map(points).get(size)))])),
    "",
    line(["goal", "reached", "wanted", ""]),
    line(["---", "---:", "---:", "---"]),
    ...targets.map(({ what, value, wanted, ok }) => line([what, value, wanted, ok ? "" : "missed"])),
    "",
  ].join("\n");
}
