/**
 * A thread killed at each access of each call, and reclaimed; the reclaimer killed likewise; two calls in all the ways in which they
 * interleave with up to two changes from one to the other. And pools that are wrong on purpose: each must be found.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { Call, interleave, stepAtomics, stepped } from "../../../scripts/lib/steps.ts";
import { type Handle, SharedMetadataPool } from "../src/index.ts";

let undo = (): void => {};
beforeAll(() => {
  undo = stepAtomics();
});
afterAll(() => undo());

type H = Handle<Record<never, never>>;
type Pool = SharedMetadataPool;
type Kind = typeof SharedMetadataPool;

/** What of a pool is replaced, so that each access is a step, and kept, so that a call can be done again. */
interface Inside {
  words: Int32Array;
  table: Int32Array;
  hints: object;
  slots: object;
  recent: Int32Array;
}

/** A pool whose accesses are steps. */
function stepping(pool: Pool): Pool {
  const inside = pool as unknown as Inside;
  const [words, table] = [stepped(inside.words), stepped(inside.table)];
  const { words: bits } = inside.hints as { words: Int32Array };
  const hints = Object.assign(
    Object.create(Object.getPrototypeOf(inside.hints), Object.getOwnPropertyDescriptors(inside.hints)),
  );
  Object.defineProperty(hints, "words", { value: stepped(bits) });
  return Object.assign(pool, { words, table, hints, slots: { ...inside.slots, words, table, hints } });
}

/** A call of a pool's thread: what that remembers by itself is as it was when the call began. */
function callOf(pool: Pool, body: () => unknown): Call {
  const { recent } = pool as unknown as Inside;
  const before = recent.slice();
  return new Call(body, () => recent.set(before));
}

/** Three threads: one that looks on and reclaims, and two whose accesses are steps. */
interface World {
  readonly main: Pool;
  readonly a: Pool;
  readonly b: Pool;
  /** Live records by who has them. */
  readonly mine: H[];
  readonly as: H[];
  readonly bs: H[];
}

const CAPACITY = 40;

function make(Kind: Kind = SharedMetadataPool, generationBits?: number): World {
  const main = new Kind({ capacity: CAPACITY, lanes: 5, generationBits });
  const attach = (): Pool =>
    Object.setPrototypeOf(SharedMetadataPool.attach(main.buffer, { ticket: main.ticket() }), Kind.prototype);
  const [a, b] = [attach(), attach()];
  const mine = [main.acquire(), main.acquire()];
  const as = [a.acquire(), a.acquire(), a.acquire()];
  const bs = [b.acquire(), b.acquire()];
  return { main, a: stepping(a), b: stepping(b), mine, as, bs };
}

/** All but two slots are taken, so that the word of the second group is empty but for them. */
function fill({ main, mine }: World): void {
  for (let h = main.tryAcquire(); h !== 0; h = main.tryAcquire()) mine.push(h);
  for (const h of mine.splice(-2)) main.release(h);
}

const CALLS: Record<string, (w: World) => () => unknown> = {
  "acquire by a hint":
    ({ a }) =>
    () =>
      a.acquire(),
  "acquire what was released": (w) => {
    w.a.release(w.as.pop()!);
    return () => w.a.acquire();
  },
  "acquire one of the last two": (w) => {
    fill(w);
    return () => w.a.acquire();
  },
  "acquire where there is none": (w) => {
    fill(w);
    for (let i = 0; i < 2; i++) w.mine.push(w.main.acquire());
    return () => w.a.tryAcquire();
  },
  "release its own": (w) => () => w.a.release(w.as[1]),
  "release another's": (w) => () => w.a.release(w.bs[1]),
  "release into an empty group": (w) => {
    fill(w);
    w.mine.push(w.main.acquire(), w.main.acquire());
    return () => w.a.release(w.as[0]);
  },
  "adopt another's": (w) => () => w.a.adopt(w.bs[0]),
  "adopt nobody's": (w) => {
    const c = SharedMetadataPool.attach(w.main.buffer, { ticket: w.main.ticket() });
    const h = c.acquire();
    w.mine.push(h);
    c.close();
    return () => w.a.adopt(h);
  },
  ticket:
    ({ a }) =>
    () =>
      a.ticket(),
  close:
    ({ a }) =>
    () =>
      a.close(),
  "reclaim another":
    ({ a, b }) =>
    () =>
      a.reclaim(b.self),
  "reclaim another, and keep":
    ({ a, b }) =>
    () =>
      a.reclaim(b.self, { keep: () => true }),
  "reclaim a reclaimer": (w) => {
    const call = callOf(w.b, () => w.b.reclaim(w.a.self, { keep: () => true }));
    call.run(60);
    return () => w.a.isLive(w.as[0]);
  },
};

const FLIGHT: Record<string, (w: World) => H[]> = {
  "release its own": ({ as }) => [as[1]],
  "release another's": ({ bs }) => [bs[1]],
  "release into an empty group": ({ as }) => [as[0]],
  "adopt another's": ({ bs }) => [bs[0]],
  "adopt nobody's": ({ mine }) => mine.slice(-1),
  close: ({ as }) => as,
};

/** What is wrong with a pool once `dead` was reclaimed; `flight` may be live or not. Nothing else is the dead threads'. */
function expectWhole(main: Pool, live: readonly H[], flight: readonly H[] = [], ended: readonly H[] = []): void {
  main.verify();
  const now = [...main];
  const rest = (list: readonly H[]) => list.filter((h) => !flight.includes(h)).sort((x, y) => x - y);
  expect(rest(now)).toEqual(rest(live));
  // Every slot that is not live can be had, once.
  const { retired } = main;
  const got: H[] = [];
  for (let h = main.tryAcquire(); h !== 0; h = main.tryAcquire()) got.push(h);
  expect(got.length).toBe(CAPACITY - now.length - retired);
  expect(new Set([...got, ...now].map((h) => h % 64)).size).toBe(got.length + now.length);
  expect(got.filter((h) => ended.includes(h))).toEqual([]);
  for (const h of got) main.release(h);
  main.verify();
  // And every lane but those of the living.
  const tickets: number[] = [];
  expect(() => {
    for (;;) tickets.push(main.ticket());
  }).toThrow("no lane");
  for (const ticket of tickets) main.reclaim(ticket);
}

/** Kills `a` at each access of a call, and reclaims it; returns how many there were. */
function killAll(name: string, Kind: Kind, generationBits?: number): number {
  for (let k = 0; ; k++) {
    const w = make(Kind, generationBits);
    const body = CALLS[name](w);
    const call = callOf(w.a, body);
    const ended = call.run(k);
    const { main, a, b, mine, as, bs } = w;
    const reclaims = name.startsWith("reclaim");
    // The one record that the call was at: it may be as before, or as after.
    const flight = FLIGHT[name]?.(w) ?? [];
    const lost = main.reclaim(a.self);
    expect(main.reclaim(a.self)).toEqual([]);
    for (const h of lost) expect(main.isLive(h)).toBe(false);
    expect(new Set(lost).size).toBe(lost.length);
    if (reclaims) main.reclaim(b.self);
    else {
      const others = [...mine, ...bs].filter((h) => !flight.includes(h));
      expect(lost.filter((h) => others.includes(h))).toEqual([]);
      expect(as.filter((h) => !lost.includes(h) && !flight.includes(h))).toEqual([]);
      b.close();
    }
    expectWhole(main, reclaims ? mine : [...mine, ...bs], flight, [...lost, ...as]);
    if (ended) return k;
    if (k > 20_000) throw new Error("it does not end");
  }
}

/** Counted, so that a pair does not become dearer unseen: each is 6 to 12 ns. Plain accesses are no steps here. */
test("atomic accesses of an acquire and a release, of 10,000 records", () => {
  const count = (body: () => unknown) => {
    const call = new Call(body);
    call.run();
    return call.length;
  };
  const main = new SharedMetadataPool({ capacity: 10_000 });
  const other = SharedMetadataPool.attach(main.buffer, { ticket: main.ticket() });
  const handles = Array.from({ length: 5000 }, () => main.acquire());
  expect(count(() => main.isLive(handles[3]))).toBe(0);
  expect(count(() => main.release(handles[3]))).toBe(5);
  expect(count(() => main.acquire())).toBe(1); // what it released itself
  expect(count(() => other.release(handles[40]))).toBe(4);
  expect(count(() => main.acquire())).toBe(11); // a false hint, 3's, first; both are alone in their words
  expect(count(() => main.acquire())).toBe(2); // one of many
});

describe("killed at each access", () => {
  test.each(Object.keys(CALLS))("%s", (name) => {
    expect(killAll(name, SharedMetadataPool)).toBeGreaterThan(0);
  });

  test.each(["release its own", "release another's"])("%s, in its last life", (name) => {
    expect(killAll(name, SharedMetadataPool, 1)).toBeGreaterThan(0);
  });

  test("attach", () => {
    for (let k = 0, ended = false; !ended; k++) {
      const { main, b, mine, as, bs, a } = make();
      const ticket = main.ticket();
      ended = new Call(() => SharedMetadataPool.attach(main.buffer, { ticket })).run(k);
      expect(main.reclaim(ticket)).toEqual([]);
      expect(() => SharedMetadataPool.attach(main.buffer, { ticket })).toThrow(
        `ticket: ${ticket} has ended: it was closed or reclaimed`,
      );
      a.close();
      b.close();
      expectWhole(main, [...mine, ...as, ...bs]);
    }
  });

  test("a reclaimer, and who reclaims that", () => {
    for (let k = 0, outer = false; !outer; k += times(7, 4)) {
      for (let j = 0, inner = false; !inner; j += times(7, 4)) {
        const { main, a, b, mine, as, bs } = make();
        const c = stepping(SharedMetadataPool.attach(main.buffer, { ticket: main.ticket() }));
        outer = callOf(a, () => a.reclaim(b.self, { keep: (h) => h === bs[0] })).run(k);
        inner = callOf(c, () => c.reclaim(a.self, { keep: (h) => h === bs[0] || h === as[1] })).run(j);
        const kept = main.reclaim(c.self);
        for (const h of kept) expect([...as, ...bs]).toContain(h);
        // One that was killed before its first step has done nothing: then they are still there to be reclaimed.
        main.reclaim(a.self);
        main.reclaim(b.self);
        expectWhole(main, mine);
      }
    }
  });
});

describe("two calls at once", () => {
  const both: Record<string, (w: World) => [() => unknown, () => unknown]> = {
    "two acquires": ({ a, b }) => [() => a.acquire(), () => b.acquire()],
    "two acquires of the last two": (w) => {
      fill(w);
      return [() => w.a.acquire(), () => w.b.acquire()];
    },
    "an acquire, and another's of what the first released last": (w) => {
      fill(w);
      w.a.release(w.as.pop()!);
      return [() => w.a.acquire(), () => w.b.acquire()];
    },
    "two releases of one record": ({ a, b, as }) => [() => a.release(as[0]), () => b.release(as[0])],
    "two releases": ({ a, b, as }) => [() => a.release(as[0]), () => b.release(as[1])],
    "a release and an acquire, nothing else is free": (w) => {
      fill(w);
      w.mine.push(w.main.acquire(), w.main.acquire());
      return [() => w.a.release(w.as[0]), () => w.b.tryAcquire()];
    },
    "a release and an adoption": ({ a, b, as }) => [() => a.release(as[0]), () => b.adopt(as[0])],
    "two adoptions": ({ a, b, mine }) => [() => a.adopt(mine[0]), () => b.adopt(mine[0])],
    "two tickets": ({ a, b }) => [() => a.ticket(), () => b.ticket()],
  };

  const errors = (calls: readonly Call[]) =>
    calls.flatMap(({ outcome }) => (outcome!.thrown === undefined ? [] : [(outcome!.thrown as Error).message]));

  /** Runs a pair in all its ways; each must leave a whole pool, in which each live record is of who got it. */
  function explore(name: string, Kind: Kind): number {
    const world = () => {
      const w = make(Kind);
      const [first, second] = both[name](w);
      return { ...w, calls: [callOf(w.a, first), callOf(w.b, second)] };
    };
    return interleave(world, 2, ({ main, a, b, mine, as, bs, calls }) => {
      const got = calls.map(({ outcome }) => outcome!.returned).filter((h) => typeof h === "number" && h !== 0) as H[];
      expect(new Set(got).size, "one record for two").toBe(got.length);
      if (name === "two tickets") for (const ticket of got) main.reclaim(ticket);
      else main.verify();
      const wrong = errors(calls);
      if (name === "two releases of one record") {
        expect(wrong).toEqual([`double free: the record of handle ${as[0]} is free already`]);
      } else if (name === "a release and an adoption") {
        expect(wrong.every((text) => text === `stale handle: ${as[0]} is not live`) && wrong.length < 2).toBe(true);
      } else expect(wrong).toEqual([]);
      const live = new Set<H>([...mine, ...as, ...bs, ...(name === "two tickets" ? [] : got)]);
      if (name.includes("release") && !name.startsWith("an acquire")) live.delete(as[0]);
      if (name === "two releases") live.delete(as[1]);
      expect(new Set(main)).toEqual(live);
      a.close();
      b.close();
      expectWhole(main, [...live]);
    });
  }

  test.each(Object.keys(both))("%s", (name) => {
    expect(explore(name, SharedMetadataPool)).toBeGreaterThan(3);
  });

  test("a claim that looks, and then writes, is found", () => {
    const { compareExchange } = Atomics;
    Object.assign(Atomics, {
      compareExchange: (array: Int32Array, i: number, from: number, to: number) => {
        const seen = Atomics.load(array, i);
        if (seen === from) Atomics.store(array, i, to);
        return seen;
      },
    });
    try {
      expect(() => explore("two releases of one record", SharedMetadataPool)).toThrow();
      expect(() => explore("an acquire, and another's of what the first released last", SharedMetadataPool)).toThrow();
    } finally {
      Object.assign(Atomics, { compareExchange });
    }
  });
});

describe("pools that are wrong are found", () => {
  /** What is claimed has no name. */
  class Nameless extends SharedMetadataPool {
    override tryAcquire(): H | 0 {
      const inside = this as unknown as { lane: number; slots: { nobody: number } };
      const { lane } = inside;
      Object.assign(this, { lane: inside.slots.nobody });
      try {
        return super.tryAcquire();
      } finally {
        Object.assign(this, { lane });
      }
    }
  }

  /** A slot lives the same life again. */
  class Undead extends SharedMetadataPool {
    override release(handle: H): void {
      const { table, hints, laneMask } = this as unknown as {
        table: Int32Array;
        hints: { set(i: number): void };
        laneMask: number;
      };
      const slot = this.slot(handle);
      Atomics.store(table, slot, table[slot] & ~laneMask);
      hints.set(slot);
    }
  }

  /** How many are live is counted, and believed. */
  class Counting extends SharedMetadataPool {
    override tryAcquire(): H | 0 {
      const { words } = this as unknown as { words: Int32Array };
      if (Atomics.add(words, 15, 1) >= CAPACITY) {
        Atomics.sub(words, 15, 1);
        return 0;
      }
      return super.tryAcquire();
    }

    override release(handle: H): void {
      super.release(handle);
      const { words } = this as unknown as { words: Int32Array };
      Atomics.sub(words, 15, 1);
    }

    override verify(): void {}
  }

  /** Who reclaims frees slots, and sets no hints. */
  class Hintless extends SharedMetadataPool {
    override reclaim(ticket: number): H[] {
      const inside = this as unknown as { slots: { hints: object } };
      const slots = { ...inside.slots, hints: { ...inside.slots.hints, set: () => true } };
      return SharedMetadataPool.prototype.reclaim.call(Object.assign(Object.create(this), { slots }), ticket) as H[];
    }
  }

  test.each([
    ["a claim without a name", "acquire by a hint", Nameless],
    ["a release that starts the same life again", "release its own", Undead],
    ["a counter that is believed", "acquire by a hint", Counting],
    ["a repair without hints", "acquire by a hint", Hintless],
    ["a repair without hints", "release another's", Hintless],
  ] as const)("%s: %s", (_, name, Kind) => {
    expect(() => killAll(name, Kind as unknown as Kind)).toThrow();
  });
});
