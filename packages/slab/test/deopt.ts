/**
 * Run with --trace-deopt --redirect-code-traces --redirect-code-traces-to=FILE, and FILE as the argument: prints the code
 * that V8 gave up during a million pairs in steady state, a line each. When that begins is the compiler's affair, which works
 * in the background: the first of ten millions without such a line will do.
 */
import { readFileSync } from "node:fs";
import { SlabAllocator } from "../src/index.ts";
import { churn } from "./churn.ts";

const traced = () => {
  try {
    return readFileSync(process.argv[2], "utf8");
  } catch {
    return ""; // nothing was given up so far
  }
};

const heap = new SlabAllocator({ capacity: 16 << 20 });
// Give something up for certain, so that a log without a line can be told from no log.
const sum = (a: number, b: number) => a + b;
for (let i = 0; i < 100_000; i++) sum(i, 1);
sum("a" as unknown as number, 1);
for (let i = 0; i < 40; i++) churn(heap, 100_000);
const before = traced();
let lines: string[] = [];
for (let i = 0, from = before; i < 10; i++) {
  churn(heap, 1_000_000);
  const now = traced();
  lines = now
    .slice(from.length)
    .split("\n")
    .filter((line) => line.includes("bailout"));
  if (lines.length === 0) break;
  from = now;
}
heap.verify();
console.log(JSON.stringify({ before: before.split("\n").length - 1, lines }));
