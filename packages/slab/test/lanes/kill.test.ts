/** Every kind of call, and its thread killed at every access; then another repairs what it left, and all goes on. */
import { describe, expect, test } from "vitest";
import type { SharedSlabAllocator } from "../../src/index.ts";
import * as L from "../../src/lanes/layout.ts";
import type { Lost } from "../../src/lanes/repair.ts";
import { H_LANES } from "../../src/layout.ts";
import { type Case, sceneOf } from "./case.ts";
import { CASES } from "./cases.ts";
import { checkApart, goOn, type Saved, type Scene } from "./scene.ts";
import { type Watched, watched } from "./watched.ts";

/** Every repair killed at every access, which takes many minutes: `ARIAX_ALL_REPAIRS=1`. */
const ALL = process.env.ARIAX_ALL_REPAIRS === "1";

/** The blocks that are live in either are so after a death, and those of the call may be. */
interface Allowed {
  readonly before: Map<number, number>;
  readonly after: Map<number, number>;
  readonly moves: boolean;
}

const counts = { calls: 0, accesses: 0, deaths: 0, repairs: 0 };

/** The words before the first change of a call, after each, and at its end. */
function* states(saved: Saved, { changes }: Watched): Generator<Int32Array> {
  const words = saved.words.slice();
  yield words;
  for (const { at, value } of changes) {
    words[at] = value;
    yield words;
  }
}

/** What is live after a death, where it may be. */
function liveAfter(scene: Scene, { before, after, moves }: Allowed): Map<number, number> {
  const live = scene.found();
  checkApart(live);
  let kept = 0;
  for (const [offset, size] of live) {
    if (before.get(offset) !== size && after.get(offset) !== size)
      throw new Error(`${size} bytes at ${offset} are live`);
  }
  for (const offset of before.keys()) {
    if (!after.has(offset)) continue;
    if (!live.has(offset)) throw new Error(`the block at ${offset} is lost`);
    kept++;
  }
  if (moves && live.size === kept) throw new Error("neither the block that is moved is live, nor where it was");
  return live;
}

/** The block that is there no more. */
function gone(before: Map<number, number>, live: Map<number, number>): number | undefined {
  return [...before.keys()].find((offset) => !live.has(offset));
}

/** Double frees that were found late, by the lanes' own count. */
function lateIn({ words: w }: Scene): number {
  let sum = 0;
  for (let i = 0; i < w[H_LANES]; i++) sum += w[L.laneAt(w, i) + L.H_LATE];
  return sum;
}

function laneOf(heap: SharedSlabAllocator): number {
  return (heap as unknown as { lane: number }).lane;
}

/** A call that was made once; what it began with, and each of its stores. */
interface Made {
  readonly scene: Scene;
  readonly others: readonly SharedSlabAllocator[];
  readonly saved: Saved;
  readonly done: Watched;
  /** Its thread, and whom that was reclaiming. */
  readonly tickets: readonly number[];
  readonly allowed: Allowed;
}

function make(one: Case): Made {
  const scene = sceneOf(one);
  const { heap, ticket, call, dead = [] } = one.prepare(scene);
  const others = scene.heaps.filter((other) => other !== heap);
  others[0].verify();
  expect(scene.found()).toEqual(scene.live);
  const saved = scene.save();
  const done = watched(scene.words, heap, call);
  others[0].verify();
  const allowed = { before: scene.live, after: scene.found(), moves: one.moves === true };
  return { scene, others, saved, done, tickets: [ticket, ...dead], allowed };
}

/** Every thread that is gone, reclaimed by one, in one order or the other. */
function reclaim(by: SharedSlabAllocator, tickets: readonly number[], upwards: boolean): Map<number, Lost> {
  const order = upwards ? tickets : tickets.toReversed();
  return new Map(order.map((ticket) => [ticket, by.reclaim(ticket)]));
}

function killed(one: Case): void {
  const { scene, others, saved, done, tickets, allowed } = make(one);
  counts.calls++;
  counts.accesses += done.accesses;
  let last = allowed.before;
  scene.restore(saved, saved.words);
  const late = lateIn(scene);
  const settled = new Set<number>();
  for (const words of states(saved, done)) {
    scene.restore(saved, words);
    counts.deaths++;
    const lost = reclaim(others[0], tickets, counts.deaths % 2 === 0);
    others[0].verify();
    const live = liveAfter(scene, allowed);
    const freed = gone(allowed.before, live);
    if (one.theirs && freed !== undefined) expect(lost.get(tickets[0])?.inFlight).toBe(freed);
    // A block that has come, or gone, stays so.
    for (const offset of new Set([...last.keys(), ...live.keys()])) {
      if (last.get(offset) === live.get(offset)) continue;
      expect(settled).not.toContain(offset);
      settled.add(offset);
    }
    last = live;
    goOn(scene, others, live);
    if (lateIn(scene) > late) throw new Error(`${lateIn(scene) - late} double frees that nobody made`);
  }
}

/** The thread that repairs what the first one left is killed at every access too; a third repairs what both left. */
function killedTwice(one: Case): void {
  const { scene, others, saved, done, tickets, allowed } = make(one);
  const [second, third, ...rest] = others;
  const most = done.changes.length;
  // In the ordinary tests, of what the first leaves one that is in the middle, and the last.
  const deaths = [...states(saved, done)].map((words) => words.slice());
  for (const words of ALL ? deaths : [deaths[most >> 1], deaths[most]]) {
    scene.restore(saved, words);
    const from = { ...saved, words };
    const repaired = watched(scene.words, second, () => reclaim(second, tickets, counts.repairs % 2 === 0));
    counts.accesses += repaired.accesses;
    for (const left of states(from, repaired)) {
      scene.restore(saved, left);
      counts.repairs++;
      // Whom it was reclaiming is reclaimed with it; whom it had not begun with, or was done with, not.
      const begun = left[laneOf(second) + L.H_RECLAIMS];
      third.reclaim(second.holder);
      if (begun !== 0 && third.reclaim(begun).lanes !== 0) throw new Error(`ticket ${begun} was left`);
      reclaim(third, tickets, counts.repairs % 2 === 0);
      third.verify();
      goOn(scene, [third, ...rest], liveAfter(scene, allowed));
    }
  }
}

describe("killed at every access", () => {
  for (const one of CASES) test(one.name, () => killed(one));
});

describe("killed at every access of the repair", () => {
  for (const one of CASES) test(one.name, () => killedTwice(one));
});

test("calls do the same, watched or not", () => {
  for (const one of CASES) {
    const twin = sceneOf(one);
    one.prepare(twin).call();
    const { scene } = make(one);
    expect(twin.words, one.name).toEqual(scene.words);
  }
});

test("that is thousands of deaths", () => {
  expect(counts.calls).toBe(CASES.length);
  expect(counts.accesses).toBeGreaterThan(100_000);
  expect(counts.deaths).toBeGreaterThan(1500);
  expect(counts.repairs).toBeGreaterThan(2500);
});
