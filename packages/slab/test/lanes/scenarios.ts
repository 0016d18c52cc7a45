/** Two or three threads, two or three calls each: what they may get into each other's way with. */
import * as L from "../../src/lanes/layout.ts";
import { TAKE } from "../../src/lanes/strip.ts";
import { BITS_SHIFT, H_LANES, H_REMOTE } from "../../src/layout.ts";
import { PAGE_SHIFT } from "../../src/size-class.ts";
import { PAGE } from "./scene.ts";
import type { Step } from "./stepped.ts";
import type { Hands, Lane, Scenario, World } from "./world.ts";

/** A thread that frees blocks, one after the other. */
function* frees(hands: Hands, thread: number, lane: Lane, ...blocks: number[]): Step<void> {
  for (const block of blocks) yield* hands.free(thread, lane, block);
}

/** One that makes some. */
function* makes(hands: Hands, thread: number, lane: Lane, ...sizes: number[]): Step<void> {
  for (const size of sizes) yield* hands.allocate(thread, lane, size);
}

function* both(...calls: Step<void>[]): Step<void> {
  for (const call of calls) yield* call;
}

/** One that frees a block that another frees too: who was told? */
function* freesToo(hands: Hands, thread: number, lane: Lane, block: number): Step<void> {
  hands.blocks.delete(block);
  hands.inFlight.set(thread, block);
  yield* hands.trying(lane.free(block));
  hands.inFlight.delete(thread);
}

/** Double frees that were told, at once and late. */
function told({ lanes }: World, hands: Hands): number {
  return hands.errors.length + lanes.reduce((sum, lane) => sum + lane.lateDoubleFrees, 0);
}

function expectTold(world: World, hands: Hands, count: number): void {
  // What is not collected yet is told when it is.
  for (const lane of world.lanes) {
    const w = world.words;
    const state = w[w[lane.lane + L.H_MAIL] + L.M_STATE] & 7;
    if (state === L.LIVE)
      world.run((world.load("lanes/collect.ts").sweep as (...args: unknown[]) => Step<void>)(w, lane.lane));
  }
  const found = told(world, hands);
  if (found !== count) throw new Error(`${found} double frees of ${count} were told: ${hands.errors}`);
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "two free blocks of one word, and its owner makes two",
    threads: (world) => {
      const [o, f, g] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(o, 1024, 4);
      return (hands) => [
        { calls: () => makes(hands, 0, o, 1024, 1024) },
        { calls: () => frees(hands, 1, f, made[0]) },
        { calls: () => frees(hands, 2, g, made[1]) },
      ];
    },
  },
  {
    name: "two free blocks of two words, and their owner makes some",
    threads: (world) => {
      const [o, f, g] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(o, 64, 64);
      return (hands) => [
        { calls: () => makes(hands, 0, o, 64, 64) },
        { calls: () => frees(hands, 1, f, made[0], made[40]) },
        { calls: () => frees(hands, 2, g, made[1], made[41]) },
      ];
    },
  },
  {
    name: "one frees blocks, and a large one, of two territories, their owner makes and rests",
    threads: (world) => {
      const [o, f] = [world.lanes[0], world.attach()];
      const made = world.many(o, 4096, 2);
      const large = world.allocate(o, 5 * PAGE);
      return (hands) => [
        {
          *calls() {
            yield* hands.allocate(0, o, 4096);
            yield* o.park();
          },
        },
        { calls: () => frees(hands, 1, f, made[0], large, made[1]) },
      ];
    },
  },
  {
    name: "the last block of a territory is freed, its owner gives it back, another takes it",
    threads: (world) => {
      const [o, f, c] = [world.lanes[0], world.attach(), world.attach()];
      const [first, ...made] = world.many(o, 1024, 5);
      return (hands) => [
        { calls: () => both(frees(hands, 0, o, first), o.park()) },
        { calls: () => frees(hands, 1, f, ...made.slice(2)) },
        { calls: () => both(makes(hands, 2, c, 8 * PAGE), frees(hands, 2, c, made[0])) },
      ];
    },
  },
  {
    name: "three take what there are two of",
    heavy: 1,
    threads: (world) => {
      const [a, b, c] = [world.lanes[0], world.attach(), world.attach()];
      return (hands) => [
        { calls: () => makes(hands, 0, a, 5 * PAGE) },
        { calls: () => makes(hands, 1, b, 5 * PAGE) },
        { calls: () => makes(hands, 2, c, 9 * PAGE) },
      ];
    },
  },
  {
    name: "two make the heap longer",
    pages: 16,
    most: 48,
    lanes: 2,
    threads: (world) => {
      const [a, b] = [world.lanes[0], world.attach()];
      return (hands) => [
        { calls: () => makes(hands, 0, a, 9 * PAGE, 16 * PAGE) },
        { calls: () => makes(hands, 1, b, 9 * PAGE) },
      ];
    },
  },
  {
    name: "two free one block, its owner makes one",
    threads: (world) => {
      const [o, f, g] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(o, 1024, 4);
      return (hands) => [
        { calls: () => makes(hands, 0, o, 2048) },
        { calls: () => freesToo(hands, 1, f, made[0]) },
        { calls: () => freesToo(hands, 2, g, made[0]) },
      ];
    },
    end: (world, hands) => expectTold(world, hands, 1),
  },
  {
    name: "the owner and another free one block",
    threads: (world) => {
      const [o, f] = [world.lanes[0], world.attach()];
      const made = world.many(o, 1024, 4);
      return (hands) => [
        { calls: () => freesToo(hands, 0, o, made[0]) },
        { calls: () => freesToo(hands, 1, f, made[0]) },
      ];
    },
    end: (world, hands) => expectTold(world, hands, 1),
  },
  {
    name: "two, and the owner, free one large block",
    threads: (world) => {
      const [o, f, g] = [world.lanes[0], world.attach(), world.attach()];
      const large = world.allocate(o, 5 * PAGE);
      return (hands) => [
        { calls: () => freesToo(hands, 0, o, large) },
        { calls: () => freesToo(hands, 1, f, large) },
        { calls: () => freesToo(hands, 2, g, large) },
      ];
    },
    end: (world, hands) => expectTold(world, hands, 2),
  },
  {
    name: "the owner makes a large block longer, and shorter, which another frees",
    threads: (world) => {
      const [o, f] = [world.lanes[0], world.attach()];
      const large = world.allocate(o, 5 * PAGE);
      return (hands) => [
        {
          *calls() {
            yield* hands.trying(o.resize(large, 7 * PAGE));
            yield* hands.trying(o.resize(large, 2 * PAGE));
            yield* hands.allocate(0, o, 5 * PAGE);
          },
        },
        {
          *calls() {
            hands.blocks.delete(large);
            hands.inFlight.set(1, large);
            yield* hands.trying(f.free(large));
          },
        },
      ];
    },
  },
  {
    name: "one who frees is killed, others free and make",
    heavy: 1,
    threads: (world) => {
      const [o, f, g, r] = [world.lanes[0], world.attach(), world.attach(), world.attach()];
      const made = world.many(o, 1024, 4);
      return (hands) => [
        { calls: () => frees(hands, 0, f, made[0]), mortal: true },
        { calls: () => frees(hands, 1, g, made[2]) },
        { calls: () => makes(hands, 2, o, 1024) },
        {
          after: 0,
          *calls() {
            yield* r.reclaim(f.holder);
            yield* hands.free(3, r, made[3]);
          },
        },
      ];
    },
  },
  {
    name: "one who frees a large block is killed, its owner makes one",
    threads: (world) => {
      const [o, f, r] = [world.lanes[0], world.attach(), world.attach()];
      const large = world.allocate(o, 5 * PAGE);
      return (hands) => [
        { calls: () => frees(hands, 0, f, large), mortal: true },
        { calls: () => makes(hands, 1, o, 9 * PAGE) },
        {
          after: 0,
          *calls() {
            yield* r.reclaim(f.holder);
          },
        },
      ];
    },
  },
  {
    name: "an owner who collects is killed, others free",
    threads: (world) => {
      const [o, f, r] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(o, 1024, 4);
      world.free(f, made[0]);
      return (hands) => [
        { calls: () => makes(hands, 0, o, 1024), mortal: true },
        { calls: () => frees(hands, 1, f, made[1]) },
        {
          after: 0,
          *calls() {
            yield* r.reclaim(o.holder);
            yield* hands.free(2, r, made[2]);
          },
        },
      ];
    },
  },
  {
    name: "an owner who gives all back is killed, another wants the pages",
    heavy: 1,
    threads: (world) => {
      const [o, f, r] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(o, 1024, 5);
      world.free(o, ...made.slice(1));
      world.free(f, made[0]);
      const w = world.words;
      const claim = world.load("lanes/territory.ts").claim as Claim;
      return () => [
        { calls: () => o.park(), mortal: true },
        {
          *calls() {
            yield* claim(w, f.lane, 9);
          },
        },
        {
          after: 0,
          *calls() {
            yield* r.reclaim(o.holder);
          },
        },
      ];
    },
  },
  {
    name: "one who takes pages is killed, another takes some",
    threads: (world) => {
      const [a, b, r] = [world.lanes[0], world.attach(), world.attach()];
      const w = world.words;
      const claim = world.load("lanes/territory.ts").claim as Claim;
      return () => [
        {
          mortal: true,
          *calls() {
            yield* claim(w, a.lane, 9);
          },
        },
        {
          *calls() {
            yield* claim(w, b.lane, 5);
          },
        },
        {
          after: 0,
          *calls() {
            yield* r.reclaim(a.holder);
          },
        },
      ];
    },
  },
  {
    name: "one announces late, the territory is another's by then",
    threads: (world) => {
      const [o, f, c] = [world.lanes[0], world.attach(), world.attach()];
      world.allocate(f, 4096);
      const made = world.many(o, 4096, 2);
      world.free(c, made[1]);
      const w = world.words;
      const giveAll = world.load("lanes/relief.ts").giveAll as Part;
      const collect = world.load("lanes/collect.ts").collect as Part;
      return (hands) => [
        {
          *calls() {
            yield* hands.free(0, f, made[0]);
            const large = hands.notes.get("large") ?? 0;
            if (large !== 0) yield* hands.free(0, f, large);
          },
        },
        {
          *calls() {
            yield* giveAll(w, o.lane);
            yield* collect(w, o.lane);
          },
        },
        {
          *calls() {
            hands.notes.set("large", yield* hands.allocate(2, c, 16 * PAGE));
          },
        },
      ];
    },
  },
  {
    name: "one who makes a slab is killed",
    threads: (world) => {
      const [o, r] = [world.lanes[0], world.attach()];
      // Bits of a slab that was there.
      const made = world.many(o, 1024, 5);
      world.free(o, ...made.slice(0, 4));
      return (hands) => [
        { calls: () => makes(hands, 0, o, 2048, 9216), mortal: true },
        {
          after: 0,
          *calls() {
            yield* r.reclaim(o.holder);
          },
        },
      ];
    },
  },
  {
    name: "a slab is made where a block was freed twice",
    threads: (world) => {
      const o = world.lanes[0];
      const made = world.many(o, 1024, 5);
      const w = world.words;
      // As by two threads that knew nothing of each other: its bit comes when the slab is gone.
      const word = w[H_REMOTE] + ((made[0] >>> PAGE_SHIFT) << BITS_SHIFT) + 7;
      world.free(o, ...made.slice(0, 4));
      world.run((world.load("slabs.ts").trim as Part)(w, o.lane));
      w[word] = -1 << 28;
      return (hands) => [{ calls: () => makes(hands, 0, o, 2048, 2048) }];
    },
    end: (world, hands) => expectTold(world, hands, 1),
  },
  {
    name: "two reclaim one, another frees its block",
    threads: (world) => {
      const [dead, r, q] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(dead, 1024, 4);
      return (hands) => {
        const counts = function* (lane: Lane): Step<void> {
          const { lanes } = yield* lane.reclaim(dead.holder);
          hands.notes.set("lanes", (hands.notes.get("lanes") ?? 0) + lanes);
        };
        return [{ calls: () => counts(r) }, { calls: () => both(frees(hands, 1, q, made[0]), counts(q)) }];
      };
    },
    end: (_, hands) => {
      if (hands.notes.get("lanes") !== 1) throw new Error(`${hands.notes.get("lanes")} lanes were reclaimed of one`);
    },
  },
  {
    name: "one who repairs is killed, another frees, a third repairs",
    threads: (world) => {
      const [dead, r, q] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(dead, 1024, 4);
      world.free(q, made[0]);
      return (hands) => [
        {
          mortal: true,
          *calls() {
            yield* r.reclaim(dead.holder);
          },
        },
        { calls: () => frees(hands, 1, q, made[1]) },
        {
          after: 0,
          *calls() {
            yield* q.reclaim(r.holder);
            yield* q.reclaim(dead.holder);
          },
        },
      ];
    },
  },
  {
    name: "two attach with one ticket, as a third closes",
    lanes: 3,
    threads: (world) => {
      const [first, last] = [world.lanes[0], world.attach()];
      const ticket = world.run(first.ticket());
      const attach = world.load("lanes/state.ts").attachLane as (w: Int32Array, ticket: number) => Step<number>;
      world.many(last, 64, 1);
      return (hands) => [
        { calls: () => ignoring(hands.trying(attach(world.words, ticket))) },
        { calls: () => ignoring(hands.trying(attach(world.words, ticket))) },
        { calls: () => last.close() },
      ];
    },
    end: ({ words: w }, hands) => {
      let live = 0;
      for (let i = 0; i < w[H_LANES]; i++) {
        const state = w[w[L.laneAt(w, i) + L.H_MAIL] + L.M_STATE];
        if (state >>> 3 === 3 && (state & 7) === L.LIVE) live++;
      }
      if (live > 1) throw new Error(`${live} threads have one ticket`);
      if (live === 0 && hands.errors.length < 2) throw new Error("nobody has the lane");
    },
  },
  {
    name: "one who has no room takes from the lane of one who rests, and wakes",
    heavy: 1,
    threads: (world) => {
      const [o, r, f] = [world.lanes[0], world.attach(), world.attach()];
      const made = world.many(o, 4096, 8);
      world.run(o.park());
      return (hands) => [
        { calls: () => makes(hands, 0, r, 9 * PAGE) },
        { calls: () => makes(hands, 1, o, 1024) },
        { calls: () => frees(hands, 2, f, ...made.slice(0, 1)) },
      ];
    },
  },
  {
    name: "as many threads as lanes: one takes from who rests, and wakes",
    lanes: 2,
    pages: 16,
    threads: (world) => {
      const [r, o] = resting(world, 3);
      return (hands) => [{ calls: () => takes(world, r, o) }, { calls: () => makes(hands, 1, o, 1024) }];
    },
  },
  {
    name: "one takes by a mark that was left on the lane of one who wakes",
    lanes: 2,
    pages: 16,
    threads: (world) => {
      const [r, o] = resting(world, 3, 1);
      const w = world.words;
      const block = [...world.live.keys()][0];
      const at = w[L.H_OWN] + (block >>> (PAGE_SHIFT + w[L.H_TERRITORY]));
      w[at] |= w[r.lane + L.H_CODE] << L.MARK_SHIFT;
      const makeStripped = world.load("lanes/state.ts").makeStripped as Part;
      const strip = world.load("lanes/strip.ts").strip as (...args: readonly unknown[]) => Step<boolean>;
      return (hands) => [
        {
          *calls() {
            if (yield* makeStripped(w, o.lane)) yield* strip(w, r.lane, o.lane, TAKE);
          },
        },
        { calls: () => both(frees(hands, 1, o, block), makes(hands, 1, o, 1024)) },
      ];
    },
  },
  {
    name: "as many threads as lanes: one rests, another wakes, a third begins",
    lanes: 2,
    threads: (world) => {
      const [o, e] = [world.lanes[0], world.attach()];
      world.many(e, 64, 1);
      world.run(e.park());
      const ticket = world.run(o.ticket());
      const attach = world.load("lanes/state.ts").attachLane as (w: Int32Array, ticket: number) => Step<number>;
      return (hands) => [
        { calls: () => both(o.park(), makes(hands, 0, e, 64)) },
        { calls: () => ignoring(attach(world.words, ticket)) },
      ];
    },
  },
  {
    name: "one who takes from who rests, and wakes, is killed",
    lanes: 3,
    pages: 16,
    heavy: 2,
    threads: (world) => {
      const [r, o] = resting(world, 3);
      const n = world.attach();
      return (hands) => [
        { calls: () => takes(world, r, o), mortal: true },
        { calls: () => makes(hands, 1, o, 1024) },
        {
          after: 0,
          *calls() {
            yield* n.reclaim(r.holder);
          },
        },
      ];
    },
  },
];

/** One takes what has no live block of a lane that nobody holds. */
function* takes({ words: w, load }: World, one: Lane, other: Lane): Step<void> {
  if (!(yield* (load("lanes/state.ts").makeStripped as Part)(w, other.lane))) return;
  yield* (load("lanes/strip.ts").takeFrom as (w: Int32Array, lane: number, other: number) => Step<void>)(
    w,
    one.lane,
    other.lane,
  );
}

/** One with a lane, and one who rests: of what that keeps others have freed all but so many blocks since. */
function resting(world: World, count: number, keep = 0): readonly [r: Lane, o: Lane] {
  const [o, r] = [world.lanes[0], world.attach()];
  const made = world.many(o, 4096, count);
  world.run(o.park());
  world.free(r, ...made.slice(0, made.length - keep));
  return [r, o];
}

type Part = (w: Int32Array, lane: number) => Step<unknown>;
type Claim = (w: Int32Array, lane: number, pages: number) => Step<boolean>;

function* ignoring(call: Step<unknown>): Step<void> {
  yield* call;
}
