/**
 * How much of its quota a context can use, by what it reserves beyond it. `node packages/memory-context/test/reserve.ts` writes
 * the tables of README.md; reserve.test.ts fails where they are not what is so.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Trace } from "@ariax/trace";
import { loadTrace, TRACE_NAMES } from "@ariax/trace/node";
import { MemoryContext } from "../src/index.ts";
import { bytesFor, fullSlack } from "../src/reserve.ts";
import { random } from "./helpers.ts";

const PAGE = 4096;

/** What a trace takes of a context at its peak, and how many of its calls found no room. */
export interface Replayed {
  readonly peak: number;
  readonly failures: number;
}

/** Replays a trace in a context of that quota and slack. */
export function replay({ op, slot, size, slots }: Trace, quota: number, slack: number): Replayed {
  const context = new MemoryContext(null, { name: "trace", quota, reserve: bytesFor(quota, slack) });
  const offsets = new Uint32Array(slots);
  let failures = 0;
  for (let e = 0; e < op.length; e++) {
    const p = offsets[slot[e]];
    if (op[e] === 0) {
      offsets[slot[e]] = context.tryAllocate(size[e]);
      if (offsets[slot[e]] === 0) failures++;
    } else if (p === 0) {
      // It was never made.
    } else if (op[e] === 1) {
      context.free(p);
      offsets[slot[e]] = 0;
    } else {
      try {
        offsets[slot[e]] = context.reallocate(p, size[e]);
      } catch {
        failures++;
      }
    }
  }
  return { peak: context.usage().peak, failures };
}

/** The least slack with which a trace finds room for everything, in whole pages. */
function slackFor(trace: Trace, quota: number): number {
  let [none, some] = [Math.ceil((2 * quota + (4 << 20)) / PAGE), 0];
  while (none - some > 1) {
    const half = (none + some) >>> 1;
    if (replay(trace, quota, half * PAGE).failures === 0) none = half;
    else some = half;
  }
  return none * PAGE;
}

/** The quota that a trace needs, which is its peak. */
export function quotaOf(trace: Trace): number {
  return replay(trace, 1 << 27, 1 << 26).peak;
}

/** Bytes of a block, at random. */
const MIXES: Readonly<Record<string, (next: (n: number) => number) => number>> = {
  "1–128": (next) => 1 + next(128),
  "1–1,000": (next) => 1 + next(1000),
  "1–16,384": (next) => 1 + next(16_384),
  "16–16,384, small ones most": (next) => Math.floor(2 ** (4 + next(10_000) / 1000)),
};

/** The part of its quota that is used when the first block finds no room; of 10 contexts, the least. */
function share(quota: number, mix: (next: (n: number) => number) => number, reserve: number): number {
  let least = 1;
  for (let seed = 1; seed <= 10; seed++) {
    const context = new MemoryContext(null, { name: "mix", quota, reserve });
    const next = random(seed);
    while (context.tryAllocate(mix(next)) !== 0);
    if (context.usage().refused === 0) least = Math.min(least, context.used / quota);
  }
  return least;
}

const group = (n: number) => n.toLocaleString("en-US");
const KiB = (bytes: number) => group(Math.round(bytes / 1024));
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |\n`;

export function sharesTable(): string {
  const names = Object.keys(MIXES);
  const rows = [16, 64, 256, 1024, 4096].flatMap((k) =>
    (
      [
        ["all", fullSlack(k * 1024)],
        ["64", 65_536],
      ] as const
    ).map(([slack, bytes]) => {
      const reserve = bytesFor(k * 1024, bytes);
      const shares = names.map((name) => `${Math.floor(100 * share(k * 1024, MIXES[name], reserve))} %`);
      return [group(k), slack === "all" ? KiB(bytes) : slack, KiB(reserve), ...shares];
    }),
  );
  const head = ["quota, KiB", "slack, KiB", "reserved, KiB", ...names];
  return row(head) + row(head.map(() => "---:")) + rows.map(row).join("");
}

async function tracesTable(): Promise<string> {
  let rows = "";
  for (const name of TRACE_NAMES) {
    const trace = await loadTrace(name);
    const quota = quotaOf(trace);
    rows += row([name, KiB(quota), KiB(slackFor(trace, quota)), KiB(fullSlack(quota))]);
  }
  return `${row(["program", "quota, KiB", "slack it needs, KiB", "slack by default, KiB"])}| --- | ---: | ---: | ---: |\n${rows}`;
}

export const README: URL = new URL("../README.md", import.meta.url);

/** A generated part of the README. */
export function part(text: string, name: string): RegExpExecArray {
  const found = new RegExp(`(<!-- ${name}:begin[^\n]*-->\n)(.*?)(<!-- ${name}:end -->)`, "s").exec(text);
  if (found === null) throw new Error(`README.md has no markers "${name}:begin" and "${name}:end"`);
  return found;
}

if (process.argv[1] === import.meta.filename) {
  let text = readFileSync(README, "utf8");
  for (const [name, table] of [
    ["traces", await tracesTable()],
    ["shares", sharesTable()],
  ] as const) {
    const [whole, begin, , end] = part(text, name);
    text = text.replace(whole, () => `${begin}${table}${end}`);
  }
  writeFileSync(README, text);
}
