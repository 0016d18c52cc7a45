import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { BitSet, verify } from "../src/index.ts";
import { compare, Model, type Name, OPERATIONS, random, step } from "./model.ts";

/** An index 0 ≤ i < n, near the edges of words more often than not. */
function index(n: number): fc.Arbitrary<number> {
  const edges = [0, 31, 32, 33, 63, 64, 1023, 1024, 1025, n - 2, n - 1].filter((i) => i >= 0 && i < n);
  return fc.oneof(fc.nat(n - 1), fc.constantFrom(...edges));
}

function command(name: Name, n: number): fc.Arbitrary<fc.Command<Model, BitSet>> {
  const args: fc.Arbitrary<number[]> = {
    none: fc.constant<number[]>([]),
    index: index(n).map((i) => [i]),
    from: index(n + 1).map((i) => [i]),
    range: fc.tuple(index(n + 1), index(n + 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
    run: fc
      .oneof(
        fc.integer({ min: 1, max: 8 }),
        index(n + 1).map((i) => i + 1),
      )
      .map((i) => [i]),
  }[OPERATIONS[name]];
  return args.map((args) => ({
    check: () => true,
    run(model, set) {
      step(set, model, name, ...args);
      verify(set);
    },
    toString: () => `${name}(${args})`,
  }));
}

/** A property that holds for a bitset, and for nothing less. */
function behavesLikeASet(create: (length: number) => BitSet): fc.IProperty<unknown> {
  const lengths = fc.constantFrom(1, 2, 31, 32, 33, 64, 100, 1023, 1024, 1025, 1100);
  const runs = lengths.chain((n) => {
    const commands = (Object.keys(OPERATIONS) as Name[]).map((name) => command(name, n));
    // Ops on one bit come several times: else the sets would be nearly empty, or nearly full, always.
    return fc.tuple(fc.constant(n), fc.commands([...commands, command("set", n), command("setRange", n)]));
  });
  return fc.property(runs, ([n, commands]) => {
    const state = { model: new Model(n), real: create(n) };
    fc.modelRun(() => state, commands);
    compare(state.real, state.model);
  });
}

describe("BitSet against a Set<number>", () => {
  test("random operations", () => {
    fc.assert(
      behavesLikeASet((n) => new BitSet(n)),
      { seed: 1, numRuns: times(1000, 20_000) },
    );
  });

  test("random operations, over words in the middle of others", () => {
    const property = behavesLikeASet((n) => {
      const size = BitSet.byteLength(n) / 4;
      const words = new Int32Array(size + 7).fill(0x55555555).fill(0, 3, 3 + size);
      return BitSet.over(words, 3, n);
    });
    fc.assert(property, { seed: 2, numRuns: 300 });
  });

  test("a long life", () => {
    const operations = times(100_000, 1_000_000);
    const names = Object.keys(OPERATIONS) as Name[];
    const next = random(3);
    const upTo = (n: number) => Math.floor(next() * (n + 1));
    for (let done = 0, life = 0; done < operations; life++) {
      const n = [1, 31, 32, 33, 65, 500, 1023, 1024, 1025, 1057][life % 10];
      const set = new BitSet(n);
      const model = new Model(n);
      for (let i = 0; i < 5000; i++, done++) {
        // Three of four operations are on one bit, so that a life has all degrees of fill.
        const name = next() < 0.75 ? names[upTo(2)] : names[upTo(names.length - 1)];
        if (name.endsWith("All") && next() < 0.9) continue;
        const a = upTo(n - 1);
        const kind = OPERATIONS[name];
        if (kind === "none") step(set, model, name);
        else if (kind === "run") step(set, model, name, 1 + upTo(next() < 0.5 ? 5 : n));
        else if (kind === "range") step(set, model, name, a, Math.min(n, a + upTo(next() < 0.8 ? 40 : n)));
        else step(set, model, name, a);
        if (i % 500 === 0) compare(set, model);
      }
      compare(set, model);
    }
  });
});

describe("the model finds a set that", () => {
  const broken: Record<string, new (length: number) => BitSet> = {
    "forgets the summary when it clears": class extends BitSet {
      override clear(i: number): boolean {
        const had = this.has(i);
        this.words[i >>> 5] &= ~(1 << i);
        return had;
      }
    },
    "takes 1 << 32 for 2 ** 32 at the end of a range": class extends BitSet {
      override setRange(from: number, to: number): void {
        const end = to & ~31;
        super.setRange(from, to % 32 === 0 && from < end ? end - 32 + Math.min(32, from % 32) : to);
      }
    },
    "leaves the last bit of a run": class extends BitSet {
      override takeRun(n: number): number {
        const start = super.takeRun(n);
        if (start >= 0 && n > 33) this.set(start + n - 1);
        return start;
      }
    },
    "takes a run that is not the lowest": class extends BitSet {
      override takeRun(n: number): number {
        const low = super.takeRun(n);
        const high = low < 0 ? -1 : super.takeRun(n);
        if (high >= 0) this.setRange(low, low + n);
        return high < 0 ? low : high;
      }
    },
    "is off by one in next": class extends BitSet {
      override next(from: number): number {
        return super.next(Math.min(from + (from % 32 === 31 ? 1 : 0), this.length));
      }
    },
    "loses bit 31, a negative word": class extends BitSet {
      override has(i: number): boolean {
        return (this.words[i >>> 5] & (1 << i)) > 0;
      }
    },
    "sets bits past the end": class extends BitSet {
      override setAll(): void {
        super.setAll();
        this.words.fill(-1, 0, (this.length + 31) >>> 5);
      }
    },
  };
  for (const [name, Broken] of Object.entries(broken)) {
    test(name, () => {
      const result = fc.check(
        behavesLikeASet((n) => new Broken(n)),
        { seed: 1, numRuns: 2000, endOnFailure: true },
      );
      expect(result.failed).toBe(true);
    });
  }
});
