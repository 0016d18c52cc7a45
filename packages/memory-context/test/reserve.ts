/**
 * How much of its quota a context can use, by what it reserves beyond it. `node packages/memory-context/test/reserve.ts` writes
 * the tables of README.md; reserve.test.ts fails where they are not what is so.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { CLASS_SIZES } from "@ariax/slab/engine";
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

/** Sizes of so many classes, from the smallest to the largest at equal steps; of one, 64 bytes. */
const sizesOf = (k: number): number[] =>
  k === 1
    ? [64]
    : Array.from({ length: k }, (_, i) => CLASS_SIZES[Math.round(((i + 0.5) * CLASS_SIZES.length) / k - 0.5)]);

/** Can a quota be used whole by blocks of these sizes, at random, each with as many bytes as the others; in each of 5 contexts? */
function isEnough(quota: number, sizes: readonly number[], slack: number): boolean {
  const total = sizes.reduce((sum, size) => sum + 1 / size, 0);
  for (let seed = 1; seed <= 5; seed++) {
    const context = new MemoryContext(null, { name: "mix", quota, reserve: bytesFor(quota, slack) });
    const next = random(seed);
    for (let i = 0, p = -1; p !== 0; i = 0) {
      for (
        let at = (next(2 ** 30) / 2 ** 30) * total - 1 / sizes[0];
        at > 0 && i < sizes.length - 1;
        at -= 1 / sizes[++i]
      );
      p = context.tryAllocate(sizes[i]);
    }
    if (context.usage().refused === 0) return false;
  }
  return true;
}

/** The least slack that is enough, in whole pages. */
function leastSlack(quota: number, sizes: readonly number[]): number {
  let [none, some] = [256, 0];
  while (none - some > 1) {
    const half = (none + some) >>> 1;
    if (isEnough(quota, sizes, half * PAGE)) none = half;
    else some = half;
  }
  return none * PAGE;
}

/** What a block of each size takes of a context: bytes of pages, less the blocks' own. */
function slackOfFirst(sizes: readonly number[]): number {
  const context = new MemoryContext(null, { name: "first", quota: 1 << 20 });
  for (const size of sizes) context.allocate(size);
  const { reserved, live } = context.stats();
  return reserved - live;
}

export function classesTable(): string {
  const quotas = [64, 256, 1024];
  const rows = [1, 4, 16, CLASS_SIZES.length].map((k) => {
    const sizes = sizesOf(k);
    return [k, KiB(slackOfFirst(sizes)), ...quotas.map((quota) => KiB(leastSlack(quota * 1024, sizes)))];
  });
  const head = ["classes", "a block of each", ...quotas.map((quota) => `quota of ${group(quota)}`)];
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
    ["classes", classesTable()],
  ] as const) {
    const [whole, begin, , end] = part(text, name);
    text = text.replace(whole, () => `${begin}${table}${end}`);
  }
  writeFileSync(README, text);
}
