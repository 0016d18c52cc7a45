/** The walk and `verify` are no use if they pass a wrong heap: each of these, one line of it changed, must fail. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import type { RangeHeap as Right } from "../src/index.ts";
import { KINDS, Walk } from "./walk.ts";

const src = fileURLToPath(new URL("../src", import.meta.url));
// Where the packages that it imports are found from.
const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
mkdirSync(modules, { recursive: true });
const dir = mkdtempSync(join(modules, ".wrong-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Change = readonly [file: string, line: string, instead: string];

const CHANGES: readonly Change[] = [
  // Where blocks are.
  ["fit", "return (-w[run + START] & (align - 1)) >>> 0;", "return 0;"],
  ["fit", "onlyOf(w, leastNode(w, length + align - 1)) ||", "onlyOf(w, leastNode(w, length)) ||"],
  ["fit", "searchRun(w, length, align, PROBES) ||", ""],
  ["fit", "searchRun(w, length, align, ALL)", "0"],
  ["fit", "const node = leastNode(w, long + 1);", "const node = leastNode(w, long + 2);"],
  ["fit", "const next = nextBin(w, bin + 1);", "const next = nextBin(w, bin + 2);"],
  ["bins", "const bits = w[BIN_BITS + word] & (-1 << bin);", "const bits = w[BIN_BITS + word] & (-2 << bin);"],
  ["bins", "const words = w[BIN_SUMMARY] & (-2 << word);", "const words = 0;"],
  ["bins", "const bits = w[word] & ~(1 << bin);", "const bits = w[word];"],
  ["bins", "if (bits === 0) w[BIN_SUMMARY] &= ~(1 << (bin >>> 5));", ""],
  ["bins", "if (bits === 0) w[BIN_SUMMARY] |= 1 << (bin >>> 5);", ""],
  // The trees of bins.
  ["trees", "if (next !== 0) w[next + PREV] = prev;", ""],
  ["trees", "if (next !== 0) w[next + PREV] = row;", ""],
  ["trees", "if (prev !== 0 && w[prev + STATE] >>> LIST === row) {", "if (false) {"],
  ["trees", "w[heir + PREV] = w[row + PREV];", ""],
  ["trees", "w[link] = 0;", ""],
  ["trees", "const heir = next === 0 ? takeLeaf(w, row) : next;", "const heir = next;"],
  ["trees", "const half = at + HALVES + (bits >>> 31);", "const half = at + HALVES;"],
  ["trees", "if (long > length && long < shortest) {", "if (long > length) {"],
  ["trees", "if (bits >= 0 && w[at + PREV] !== 0) longer = w[at + PREV];", ""],
  ["trees", "return w[least + LENGTH] >>> 0 < shortest ? least : best;", "return best;"],
  ["trees", "if (w[at + LENGTH] >>> 0 > w[best + LENGTH] >>> 0) best = at;", ""],
  // Rows.
  ["rows", "w[row + KEY] = 0;", ""],
  ["rows", "if (next === 0) w[SPARE_LAST] = 0;", ""],
  ["rows", "if (after === 0) w[LAST] = rest;", "if (false) w[LAST] = rest;"],
  ["rows", "if (after === 0) w[LAST] = row;", "if (false) w[LAST] = row;"],
  ["rows", "w[row + LENGTH] += w[rest + LENGTH];", ""],
  ["rows", "  if (before !== 0) {\n    unlinkRun(w, before);", "  if (false) {\n    unlinkRun(w, before);"],
  ["rows", "  if (after !== 0) {\n    unlinkRun(w, after);", "  if (false) {\n    unlinkRun(w, after);"],
  ["rows", "if (used > w[PEAK] >>> 0) w[PEAK] = used;", ""],
  ["rows", "w[USED] -= w[row + LENGTH];", ""],
  ["rows", "w[after + KEY] = 0;", ""],
  ["rows", "if (after === 0 || w[after + LENGTH] >>> 0 < more) return false;", "if (after === 0) return false;"],
  ["rows", "w[row + START] = w[SIZE];", "w[row + START] = w[SIZE] - 1;"],
  ["rows", "w[ROOM]--;", ""],
  // Handles.
  ["keys", "bucket & (isOne | (mask >>> 1))", "bucket & isOne"],
  ["keys", "  w[stays] = 0;", ""],
  ["keys", "  w[goes] = 0;", ""],
  ["keys", "w[linkOf(w, w[row + KEY])] = w[row + CHAIN];", ""],
  ["keys", "if (w[row + KEY] === key) return true;", ""],
  ["handles", "w[link] = w[row + CHAIN];", ""],
  ["handles", "if ((state & KIND) === MOVING) throw new BlockMovingError(handle);", ""],
  ["handles", "if (!(Number.isSafeInteger(handle) && handle > 0)) return 0;", "if (!(handle > 0)) return 0;"],
  ["handles", "w[NAMES] = low;", ""],
  ["handles", "handle > 0 && handle <= last;", "handle > 0;"],
  // Fences.
  ["fences", "for (let bit = 0; bit <= top; bit++) {", "for (let bit = 0; bit < top; bit++) {"],
  ["fences", "if (bit === top && isLater(w, row, low, high))", "if (false)"],
  ["fences", "return its > high ||", "return its >= high ||"],
  ["fences", "w[row + PREV] >>> 0 > low >>> 0", "w[row + PREV] >>> 0 >= low >>> 0"],
  ["fences", "w[DEFERRED_GRANULES] -= w[row + LENGTH];", ""],
  ["fences", "w[REACHED + 1] = high;", ""],
  [
    "range-heap",
    "if (fence > reachedFence(w)) wait(w, row, fence);",
    "if (fence >= reachedFence(w)) wait(w, row, fence);",
  ],
  // Moves.
  ["moves", "w[row + LENGTH] >>> 0 > this.left) continue;", "false) continue;"],
  ["moves", "this.left -= length;", ""],
  [
    "moves",
    "const target = carve(w, this.gaps.rowOf(gap), length, 2 ** shift);",
    "const target = carve(w, this.gaps.rowOf(gap), length, 1);",
  ],
  ["moves", "w[target + PREV] = ++w[MOVE];", "w[target + PREV] = w[MOVE] = 1;"],
  ["moves", "w[row + STATE] ^= LIVE ^ MOVING;\n    w[row + NEXT]", "w[row + NEXT]"],
  ["moves", "dropKey(w, row);", ""],
  ["moves", "w[target + STATE] |= high;", ""],
  ["moves", "if (fence === 0) giveBlock(w, row);", "giveBlock(w, row); if (fence === 0) {}"],
  ["moves", "giveBlock(w, endMove(w, row));", "endMove(w, row);"],
  ["moves", "w[TAKEN]++;", ""],
  ["moves", "w[MOVING_GRANULES] -= w[row + LENGTH];", ""],
  ["gaps", "this.longest[this.leaves + i] = lengthOf(rest);", ""],
  [
    "gaps",
    "if (i < 0 || gapOf(w, this.rows[i], align) + length <= this.longest[this.leaves + i]) return i;",
    "return i;",
  ],
  // The verbs.
  [
    "range-heap",
    "const length = Math.ceil(size / granule) || 1;\n    if (w[TAKEN]",
    "const length = Math.floor(size / granule) || 1;\n    if (w[TAKEN]",
  ],
  ["range-heap", "if (w[TAKEN] >= w[LIMIT]) return 0;", "if (w[TAKEN] > w[LIMIT]) return 0;"],
  ["layout", "return w[TAKEN] - w[DEFERRED_BLOCKS] - w[MOVES];", "return w[TAKEN] - w[DEFERRED_BLOCKS];"],
  ["checks", "return alignment <= granule ? 0 : 31 - Math.clz32(alignment / granule);", "return 0;"],
  ["rows", "w[TAKEN]--;", ""],
  ["checks", "if (row !== 0 && kindOf(w, row) === MOVING) throw new BlockMovingError(handle);", ""],
  ["resize", "(w[MOST] >>> 0) * granule + (w[REST] >>> 0)", "((w[MOST] >>> 0) + 1) * granule - 1"],
  ["control", "w[L.REST] = wish.rest;", ""],
  [
    "resize",
    "if (length > now && !lengthen(w, row, length - now)) return false;",
    "if (length > now) lengthen(w, row, length - now);",
  ],
  ["resize", "    shorten(w, row, length);", ""],
  ["control", "longer[L.ROOM] += (words - w.length) / L.ROW;", ""],
  ["control", "longer.set(w);", ""],
  ["control", "w.fill(0, L.TURNS, L.FIRST);", ""],
  ["stats", "live: reserved - deferredBytes - movingBytes,", "live: reserved - deferredBytes,"],
];

/** Turns of loops since a step of the walk began: what is wrong may make one endless. */
const turns = globalThis as unknown as { turns: number };
const TURN = "(++globalThis.turns < 1e6 || (() => { throw new Error('endless'); })())";

async function heapOf(number: number, [file, line, instead]: Change): Promise<typeof Right> {
  const at = join(dir, String(number));
  mkdirSync(at);
  writeFileSync(join(at, "package.json"), '{ "type": "module" }');
  for (const name of readdirSync(src).filter((one) => one.endsWith(".ts"))) {
    let code = readFileSync(join(src, name), "utf8");
    if (name === `${file}.ts`) {
      expect(code, "the line is there once more").toContain(line);
      code = code.replace(line, () => instead);
    }
    code = stripTypeScriptTypes(code)
      .replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"')
      .replaceAll(/\bwhile \(/g, `while (${TURN} && `)
      .replaceAll(/\bfor \((let [^;]*);( [^ ;][^;]*);/g, `for ($1; ${TURN} && $2;`);
    writeFileSync(join(at, name.replace(".ts", ".js")), code);
  }
  return (await import(pathToFileURL(join(at, "index.js")).href)).RangeHeap;
}

/** Walks until something is wrong. */
function walkOver(RangeHeap: typeof Right): void {
  for (let seed = 1; seed <= 4; seed++) {
    for (const { options, walk } of Object.values(KINDS)) {
      turns.turns = 0;
      const one = new Walk(new RangeHeap(options), seed, walk);
      if (seed % 2 === 0 && walk.limit === undefined) one.fill(80);
      for (let i = 0; i < 150; i++) {
        turns.turns = 0;
        one.step();
      }
    }
  }
}

test("the right one passes", async () => {
  walkOver(await heapOf(CHANGES.length, ["index", "", ""]));
});

// In the ordinary tests, one of six.
const tried = CHANGES.map((change, i) => [...change, i] as const).filter((_, i) => i % times(6, 1) === 0);

test.each(tried)("%s: %s → %s", async (file, line, instead, i) => {
  const RangeHeap = await heapOf(i, [file, line, instead]);
  let failure: unknown;
  try {
    walkOver(RangeHeap);
  } catch (error) {
    failure = error;
  }
  expect(failure, "nobody has noticed").toBeDefined();
});
