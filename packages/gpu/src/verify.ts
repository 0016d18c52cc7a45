/** Every invariant of the control block, walked. */
import { newBuffer } from "@ariax/allocator/implement";
import { binOf } from "./bins.ts";
import { expect } from "./control.ts";
import { bitOf, fenceOf, reachedFence } from "./fences.ts";
import { bucketOf, rowOf } from "./keys.ts";
import * as L from "./layout.ts";
import { branches } from "./trees.ts";

const NAMES = ["spare", "free", "live", "deferred", "moving", "target"];

/** Throws `CorruptionError` naming the first invariant that is broken. Changes nothing. O(rows). */
export function verifyRange(w: Int32Array): void {
  const rows = w[L.ROWS];
  const all = (w[L.WORDS] - L.FIRST) / L.ROW;
  expect(rows >= 1 && rows <= all, () => `${rows} rows of ${all}`);
  for (const [what, at] of [
    ["name", L.NAMES],
    ["fence", L.REACHED],
  ] as const) {
    expect(w[at + 1] >>> 0 < 2 ** 21, () => `the last ${what} is above 2⁵³`);
  }
  // What each row is, as far as it was met: once.
  const met = new Uint8Array(newBuffer(rows));
  verifyStretches(w, met);
  verifySpare(w, met, all);
  verifyBins(w, met);
  verifyKeys(w, met);
  verifyWaiting(w, met);
}

/** Rows that were met in the range, and those that are spare; later, that a list has them. */
const [IN_RANGE, LISTED, KEYED] = [1, 2, 4];

/** The number of a row, where it is one. */
function numberOf(w: Int32Array, row: number, what: string): number {
  const number = (row - L.FIRST) / L.ROW;
  expect(
    Number.isInteger(number) && number >= 0 && number < w[L.ROWS],
    () => `${what} leads to word ${row}, which is no row`,
  );
  return number;
}

function mark(w: Int32Array, met: Uint8Array, row: number, bit: number, what: string): void {
  const number = numberOf(w, row, what);
  expect((met[number] & bit) === 0, () => `${what} leads to row ${row} again`);
  met[number] |= bit;
}

/** The range from end to end, and the counts of what is in it. */
function verifyStretches(w: Int32Array, met: Uint8Array): void {
  const size = w[L.SIZE] >>> 0;
  const most = w[L.MOST] >>> 0;
  expect(size >= 1 && size <= most, () => `${size} granules of at most ${most}`);
  const [blocks, granules] = [new Array<number>(NAMES.length).fill(0), new Array<number>(NAMES.length).fill(0)];
  let [end, before, wasFree] = [0, 0, false];
  for (let row = L.FIRST; row !== 0; row = w[row + L.AFTER]) {
    mark(w, met, row, IN_RANGE, `the row after ${before}`);
    const kind = L.kindOf(w, row);
    const length = w[row + L.LENGTH] >>> 0;
    expect(kind > L.SPARE && kind < NAMES.length, () => `row ${row} in the range is of kind ${kind}`);
    expect(
      w[row + L.START] >>> 0 === end,
      () => `row ${row} begins at ${w[row + L.START] >>> 0}, the one before ends at ${end}`,
    );
    expect(
      w[row + L.BEFORE] === before,
      () => `row ${row} is said to follow ${w[row + L.BEFORE]}, and follows ${before}`,
    );
    expect(length > 0 && end + length <= size, () => `row ${row} has ${length} granules from ${end} on, of ${size}`);
    expect(!(wasFree && kind === L.FREE), () => `the free run of row ${row} follows another`);
    verifyState(w, row, kind);
    if (kind === L.MOVING || kind === L.TARGET) verifyMove(w, row, kind);
    blocks[kind]++;
    granules[kind] += length;
    [end, before, wasFree] = [end + length, row, kind === L.FREE];
  }
  expect(end === size, () => `the rows have ${end} granules, the range has ${size}`);
  expect(w[L.LAST] === before, () => `the last row is ${before}, not ${w[L.LAST]}`);
  const count = (word: number, right: number, what: string): void =>
    expect(w[word] >>> 0 === right, () => `${right} ${what}, ${w[word] >>> 0} are counted`);
  count(L.DEFERRED_BLOCKS, blocks[L.DEFERRED], "deferred blocks");
  count(L.DEFERRED_GRANULES, granules[L.DEFERRED], "deferred granules");
  count(L.MOVES, blocks[L.TARGET], "moves");
  count(L.MOVES, blocks[L.MOVING], "blocks in a move");
  count(L.MOVING_GRANULES, granules[L.TARGET], "granules of targets");
  count(L.USED, size - granules[L.FREE], "granules used");
  const peak = w[L.PEAK] >>> 0;
  expect(
    peak >= w[L.USED] >>> 0 && peak <= size,
    () => `${w[L.USED] >>> 0} granules used, ${peak} at the peak, of ${size}`,
  );
  const taken = w[L.TAKEN];
  const live = blocks[L.LIVE] + blocks[L.MOVING];
  expect(L.blocksOf(w) === live, () => `${live} blocks, ${L.blocksOf(w)} are counted`);
  expect(taken <= w[L.LIMIT], () => `${taken} blocks of at most ${w[L.LIMIT]}`);
}

/** What a row's state says besides its kind: of blocks that are or will be, an alignment; of handles and fences, high bits. */
function verifyState(w: Int32Array, row: number, kind: number): void {
  const align = (w[row + L.STATE] >>> L.ALIGN_SHIFT) & L.ALIGN_MASK;
  const high = w[row + L.STATE] >>> L.HIGH_SHIFT;
  const isBlock = kind === L.LIVE || kind === L.MOVING;
  if (kind === L.FREE) return; // it is a node of a tree: see verifyBins
  const mayAlign = isBlock || kind === L.TARGET;
  const mayHigh = kind === L.DEFERRED || (isBlock && w[L.TABLE] !== 0);
  const right = (mayAlign || align === 0) && (mayHigh || high === 0) && (w[row + L.START] & (2 ** align - 1)) === 0;
  expect(right, () => `row ${row} is ${NAMES[kind]}, its state can't be ${w[row + L.STATE] >>> 0}`);
}

/** The two ends of a move, from one of them. */
function verifyMove(w: Int32Array, row: number, kind: number): void {
  const other = w[row + L.NEXT];
  numberOf(w, other, `the move of row ${row}`);
  const isPair =
    L.kindOf(w, other) === (kind === L.MOVING ? L.TARGET : L.MOVING) &&
    w[other + L.NEXT] === row &&
    w[other + L.LENGTH] === w[row + L.LENGTH];
  expect(isPair, () => `row ${row} is ${NAMES[kind]}, and row ${other} is not its other end`);
}

/** All rows that are not in the range are spare, and no others. */
function verifySpare(w: Int32Array, met: Uint8Array, all: number): void {
  let [last, spare] = [0, 0];
  for (let row = w[L.SPARE_FIRST]; row !== 0; row = w[row + L.NEXT]) {
    mark(w, met, row, IN_RANGE, "the list of spare rows");
    expect(w[row + L.STATE] === L.SPARE, () => `row ${row} is listed as spare, and is not`);
    last = row;
    spare++;
  }
  expect(w[L.SPARE_LAST] === last, () => `the last spare row is ${last}, not ${w[L.SPARE_LAST]}`);
  const lost = met.indexOf(0);
  expect(lost < 0, () => `row ${L.FIRST + lost * L.ROW} is neither in the range nor spare`);
  const room = spare + all - w[L.ROWS];
  expect(w[L.ROOM] === room, () => `${room} rows can be taken, ${w[L.ROOM]} are counted`);
}

/** Each free run in its bin, once, and nothing else; a bit for each bin that is not empty, and no other. */
function verifyBins(w: Int32Array, met: Uint8Array): void {
  for (let bin = 0; bin < L.BINS; bin++) {
    const root = w[L.HEADS + bin];
    if (root !== 0) verifyTree(w, met, bin, root, 0, []);
    const bit = (w[L.BIN_BITS + (bin >>> 5)] >>> bin) & 1;
    expect(bit === (root === 0 ? 0 : 1), () => `bin ${bin} is ${root === 0 ? "" : "not "}empty, its bit is ${bit}`);
  }
  for (let word = 0; word < 32; word++) {
    const bit = (w[L.BIN_SUMMARY] >>> word) & 1;
    const isIn = word < L.BINS / 32 && w[L.BIN_BITS + word] !== 0;
    expect(bit === (isIn ? 1 : 0), () => `bit ${word} of the bins' summary is ${bit}`);
  }
  expectListed(w, met, L.FREE, "in no bin");
}

/** A node below others, what is as long as it, and what is below it: as many bits as there are nodes above are those of `way`. */
function verifyTree(w: Int32Array, met: Uint8Array, bin: number, node: number, way: number, above: number[]): void {
  const length = w[node + L.LENGTH];
  let prev = 0;
  for (let run = node; run !== 0; run = w[run + L.STATE] >>> L.LIST) {
    mark(w, met, run, LISTED, `bin ${bin}`);
    const long = w[run + L.LENGTH] >>> 0;
    expect(L.kindOf(w, run) === L.FREE, () => `row ${run} is in bin ${bin}, and is not free`);
    expect(binOf(long) === bin, () => `the free run of ${long} granules is in bin ${bin}, not ${binOf(long)}`);
    expect(long === length >>> 0, () => `the free run of ${long} granules is listed with those of ${length >>> 0}`);
    const isListed = run === node || (w[run + L.PREV] === prev && w[run + L.NEXT] === 0);
    expect(isListed, () => `bin ${bin} is broken at row ${run}`);
    prev = run;
  }
  const depth = above.length;
  const isWay = depth === 0 || (branches(length) ^ way) >>> (32 - depth) === 0;
  expect(isWay && !above.includes(length), () => `bin ${bin} is broken at row ${node}`);
  const [low, high] = [w[node + L.NEXT], w[node + L.PREV]];
  const all = [...above, length];
  if (low !== 0) verifyTree(w, met, bin, low, way, all);
  if (high !== 0) verifyTree(w, met, bin, high, way | (-0x80000000 >>> depth), all);
}

/** Each live block, and no other row, is found by its key; offset handles lead to where a block begins, or began. */
function verifyKeys(w: Int32Array, met: Uint8Array): void {
  for (let bucket = 0; bucket < met.length; bucket++) {
    for (let row = w[L.FIRST + bucket * L.ROW + L.HEAD]; row !== 0; row = w[row + L.CHAIN]) {
      mark(w, met, row, KEYED, `bucket ${bucket}`);
      const right = bucketOf(w[row + L.KEY], met.length);
      expect(right === L.FIRST + bucket * L.ROW, () => `row ${row} is in bucket ${bucket}, and not in that of its key`);
    }
  }
  const isTable = w[L.TABLE] !== 0;
  for (let number = 0; number < met.length; number++) {
    const row = L.FIRST + number * L.ROW;
    const [key, kind] = [w[row + L.KEY], L.kindOf(w, row)];
    const isLive = kind === L.LIVE || kind === L.MOVING;
    const isFound = (met[number] & KEYED) !== 0;
    expect(isFound === isLive, () => `the key ${key >>> 0} ${isLive ? "does not lead" : "leads"} to row ${row}`);
    const right = isTable ? !isLive || isName(w, row) : key === 0 || key === ((w[row + L.START] + 1) | 0);
    expect(right && !(isLive && key === 0), () => `row ${row} can't have the key ${key >>> 0}`);
    if (isLive) expect(rowOf(w, key) === row, () => `the key ${key >>> 0} leads to row ${rowOf(w, key)}, not ${row}`);
  }
}

/** Is the name of a live block one that was given? */
function isName(w: Int32Array, row: number): boolean {
  const high = w[row + L.STATE] >>> L.HIGH_SHIFT;
  const last = w[L.NAMES + 1];
  return high < last || (high === last && w[row + L.KEY] >>> 0 <= w[L.NAMES] >>> 0);
}

/** Each deferred row in the list of its fence, which was not reached. */
function verifyWaiting(w: Int32Array, met: Uint8Array): void {
  for (let bit = 0; bit < L.FENCE_BITS; bit++) {
    for (let row = w[L.WAITING + bit]; row !== 0; row = w[row + L.NEXT]) {
      mark(w, met, row, LISTED, `what waits in list ${bit}`);
      const fence = fenceOf(w, row);
      const right = L.kindOf(w, row) === L.DEFERRED && fence > reachedFence(w);
      expect(right, () => `row ${row} waits for fence ${fence}, ${reachedFence(w)} was reached`);
      const list = bitOf(w, fence | 0, Math.floor(fence / 2 ** 32));
      expect(list === bit, () => `row ${row} waits for fence ${fence} in list ${bit}, not ${list}`);
    }
  }
  expectListed(w, met, L.DEFERRED, "and waits for nothing");
}

function expectListed(w: Int32Array, met: Uint8Array, kind: number, what: string): void {
  for (let number = 0; number < met.length; number++) {
    const row = L.FIRST + number * L.ROW;
    const listed = L.kindOf(w, row) !== kind || (met[number] & LISTED) !== 0;
    expect(listed, () => `row ${row} is ${NAMES[kind]}, ${what}`);
  }
}
