/** Who is preempted: by what it costs, which is what it then did cost. */
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { chooseVictim, KvPager, type Sequence } from "../src/index.ts";
import { random } from "../src/suite/random.ts";

// biome-ignore lint/suspicious/noExplicitAny: what no type lets through
const any = (value: unknown): any => value;
const prompt = (n: number, first = 0) => Array.from({ length: n }, (_, i) => first + i);

function admit(pager: KvPager, tokens: number[]): Sequence {
  const sequence = pager.open({ tokens });
  expect(pager.allocateSlots(sequence, tokens.length - pager.computed(sequence))).toBe(true);
  return sequence;
}

describe("by default the fewest tokens for each block that is freed", () => {
  test("blocks that others have count for nothing", () => {
    const pager = new KvPager({ blocks: 32, blockTokens: 4 });
    const shared = prompt(16);
    const [long, twin] = [admit(pager, [...shared, ...prompt(4, 100)]), admit(pager, [...shared, ...prompt(2, 200)])];
    const alone = admit(pager, prompt(20, 300));
    expect(pager.cost(long)).toEqual({ recompute: 4, freed: 1 });
    expect(pager.cost(twin)).toEqual({ recompute: 2, freed: 1 });
    expect(pager.cost(alone)).toEqual({ recompute: 20, freed: 5 });
    expect(chooseVictim(pager, [long, twin, alone])).toEqual({ sequence: twin, cost: { recompute: 2, freed: 1 } });
    pager.preempt(twin);
    // The other one has the shared blocks alone now.
    expect(pager.cost(long)).toEqual({ recompute: 20, freed: 5 });
  });

  test("of equals the last one, and nobody who frees nothing", () => {
    const pager = new KvPager({ blocks: 32, blockTokens: 4 });
    const [first, second] = [admit(pager, prompt(8)), admit(pager, prompt(8, 100))];
    expect(chooseVictim(pager, [first, second])?.sequence).toBe(second);
    expect(chooseVictim(pager, [second, first])?.sequence).toBe(first);
    const fork = pager.fork(first);
    const waits = pager.open({ tokens: prompt(9) });
    expect(chooseVictim(pager, [first, fork, waits])).toBeUndefined();
    expect(chooseVictim(pager, [])).toBeUndefined();
  });

  test("the loop of its documentation ends, and makes room", () => {
    const pager = new KvPager({ blocks: 16, blockTokens: 4 });
    const running = new Set([0, 1, 2, 3].map((i) => admit(pager, prompt(16, 100 * i))));
    const next = pager.open({ tokens: prompt(40, 900) });
    while (!pager.allocateSlots(next, 40)) {
      const victim = chooseVictim(pager, running);
      if (victim === undefined) break;
      expect(pager.preempt(victim.sequence)).toEqual(victim.cost);
      running.delete(victim.sequence);
    }
    expect([running.size, pager.computed(next)]).toEqual([1, 40]);
  });
});

test("the policy is the caller's", () => {
  const pager = new KvPager({ blocks: 32, blockTokens: 4 });
  const [short, long] = [admit(pager, prompt(4)), admit(pager, prompt(16, 100))];
  const all = [short, long];
  expect(chooseVictim(pager, all, ({ recompute }) => recompute)?.sequence).toBe(short);
  expect(chooseVictim(pager, all, ({ freed }) => -freed)?.sequence).toBe(long);
  // Who is not to be preempted, and who does not give enough.
  expect(chooseVictim(pager, all, (_, sequence) => (sequence === long ? Number.POSITIVE_INFINITY : 0))?.sequence).toBe(
    short,
  );
  expect(chooseVictim(pager, all, ({ freed }) => (freed < 9 ? Number.POSITIVE_INFINITY : freed))).toBeUndefined();
  // The last one that was admitted, as vLLM does.
  expect(chooseVictim(pager, all, () => 0)?.sequence).toBe(long);
});

test.each<[string, () => unknown]>([
  ["invalid candidates: null is no list", () => chooseVictim(new KvPager({ blocks: 4 }), any(null))],
  ["invalid candidates: 5 is no list", () => chooseVictim(new KvPager({ blocks: 4 }), any(5))],
  ["invalid rank: it is no function", () => chooseVictim(new KvPager({ blocks: 4 }), [], any(5))],
  ["stale handle: 5 is not live", () => chooseVictim(new KvPager({ blocks: 4 }), [any(5)])],
  [
    "invalid rank: NaN is no number",
    () => {
      const pager = new KvPager({ blocks: 4 });
      chooseVictim(pager, [admit(pager, prompt(4))], () => Number.NaN);
    },
  ],
])("%s", (message, call) => {
  expect(call).toThrow(expect.objectContaining({ message, code: expect.stringMatching(/^ERR_/) }));
});

test("what a cost says is what happens, whoever shares with whom", () => {
  let chosen = 0;
  for (let seed = 0; seed < times(60, 1000); seed++) {
    const next = random(seed);
    const pager = new KvPager({
      blocks: 24,
      blockTokens: 2,
      sequences: 8,
      seed: "v",
      tiers: [{ name: "host", blocks: 8 }],
    });
    const open: Sequence[] = [];
    for (let step = 0; step < 30; step++) {
      const kind = next(6);
      const one = open[next(Math.max(open.length, 1))];
      if (kind < 2 && open.length < 6) {
        const sequence = pager.open({ tokens: Array.from({ length: 1 + next(12) }, (_, i) => (i < 6 ? i : next(2))) });
        pager.allocateSlots(sequence, pager.length(sequence) - pager.computed(sequence));
        open.push(sequence);
      } else if (kind === 2 && one !== undefined && open.length < 6) open.push(pager.fork(one));
      else if (kind === 3 && one !== undefined && pager.computed(one) === pager.length(one)) {
        if (pager.append(one, next(3)) && next(2) === 0) pager.commit(one);
      } else if (kind === 4 && one !== undefined && pager.table(one).length > 1) {
        const [first] = pager.table(one);
        const isFull = pager.committed(one) >= 2;
        if (isFull && next(2) === 0) pager.offload([first], "host");
        else if (isFull && next(3) === 0 && pager.stats().tiers[0].used > 2) pager.pin(first);
      } else if (one !== undefined && next(3) === 0) {
        pager.close(one);
        open.splice(open.indexOf(one), 1);
      }
      pager.moves();
    }
    // Each cost, beside what preempting that one does to a copy of the pager.
    const costs = open.map((sequence) => {
      const copy = KvPager.restore(pager.snapshot());
      const { free } = copy;
      const before = copy.computed(sequence);
      const runs = copy.table(sequence).length > 0;
      const { recompute, freed } = copy.preempt(sequence);
      expect(copy.free - free).toBe(freed);
      copy.verify();
      // Nobody has taken anything: at most so much is to be computed again.
      if (runs)
        expect(Math.min(before, pager.committed(sequence)) - copy.computed(sequence)).toBeLessThanOrEqual(
          recompute + 2,
        );
      return { sequence, cost: { recompute, freed } };
    });
    const right = costs
      .filter(({ cost }) => cost.freed > 0)
      .reduce<(typeof costs)[number] | undefined>(
        (best, one) =>
          best === undefined || one.cost.recompute / one.cost.freed <= best.cost.recompute / best.cost.freed
            ? one
            : best,
        undefined,
      );
    const before = Buffer.from(pager.snapshot());
    expect(chooseVictim(pager, open)).toEqual(right);
    expect(Buffer.compare(Buffer.from(pager.snapshot()), before)).toBe(0);
    if (right !== undefined) chosen++;
  }
  expect(chosen).toBeGreaterThan(40);
});
