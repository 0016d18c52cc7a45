/** Values that no one means to give, where a number, a list, a policy or a maker is due: refused by type, and nothing has changed. */
import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { BlockPool, ChainKeys, KvPager, keysOf, readEvent, VllmKeys } from "../src/index.ts";

function transferred(): Int32Array {
  const words = new Int32Array(16);
  structuredClone(words.buffer, { transfer: [words.buffer] });
  return words;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

const ODD: readonly (readonly [name: string, value: () => unknown])[] = [
  ["a bigint", () => 1n],
  ["a symbol", () => Symbol("odd")],
  ["what is no primitive and can't be one", () => Object.create(null)],
  ["a proxy of a typed array", () => new Proxy(new Int32Array(16), {})],
  ["words that were transferred away", transferred],
  ["a revoked proxy", revoked],
  ["a length that no array has", () => ({ length: 2 ** 40 })],
];
const any = (value: unknown) => value as never;

function refused(call: () => unknown): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(AllocatorError);
}

describe.each(ODD)("%s", (_name, value) => {
  test("in a pool", () => {
    const pool = new BlockPool({ blocks: 8, priorities: 2 });
    const [words, one] = [new Int32Array(8), Int32Array.of(1)];
    pool.take();
    const before = pool.snapshot();
    const calls = [
      () => pool.allocate(any(value()), words),
      () => pool.tryAllocate(1, any(value())),
      () => pool.tryAllocate(1, words, any(value())),
      () => pool.touch(one, any(value())),
      () => pool.touch(one, 0, any(value())),
      () => pool.release(one, any(value())),
      () => pool.release(one, 0, any(value())),
      () => pool.register(any(value()), words),
      () => pool.register(1, words, any(value())),
      () => pool.find(any(value())),
      () => pool.find(words, any(value())),
      () => pool.findPrefix(any(value()), 0, 1),
      () => pool.findPrefix(words, any(value()), 1),
      () => pool.findPrefix(words, 0, any(value())),
      () => pool.findPrefix(words, 0, 1, any(value())),
      () => pool.findPrefix(words, 0, 1, words, any(value())),
      () => new BlockPool({ blocks: 4, policy: any(value()) }),
      () => new BlockPool(any(value())),
    ];
    for (const call of calls) refused(call);
    expect(pool.snapshot()).toEqual(before);
  });

  test("in a pager", () => {
    const pager = new KvPager({ blocks: 8, blockTokens: 4, tiers: [{ name: "host", blocks: 4 }] });
    const runs = pager.open({ tokens: [1, 2, 3, 4, 5] });
    const given = pager.open({ keys: new Int32Array(8), length: 9 });
    pager.allocateSlots(runs, 5);
    pager.append(runs, 6);
    const before = pager.snapshot();
    const calls = [
      () => pager.append(runs, any(value())),
      () => pager.commit(runs, any(value())),
      () => pager.offload(any(value()), "host"),
      () => pager.offload([1, any(value())], "host"),
      () => pager.open({ tokens: any(value()) }),
      () => pager.open({ tokens: [any(value())] }),
      () => pager.open({ keys: any(value()), length: 64 }),
      () => pager.addKeys(given, any(value())),
      () => new KvPager(any(value())),
      () => new KvPager({ blocks: 4, tiers: any(value()) }),
      () => new KvPager({ blocks: 4, keys: any(value()) }),
      () => readEvent(any(value())),
      () => readEvent(new Int32Array(24).fill(1), any(value())),
    ];
    for (const call of calls) refused(call);
    expect(pager.snapshot()).toEqual(before);
  });

  test.each([ChainKeys, VllmKeys])("in %o", (Maker) => {
    const maker = new Maker({ blockTokens: 4, seed: "0" });
    const [context, tokens, out] = [maker.context(), new Int32Array(4), new Int32Array(8)];
    refused(() => keysOf(any(value()), context, tokens));
    refused(() => keysOf(maker, any(value()), tokens));
    refused(() => maker.next(any(value()), 0, out, 0, tokens, 0, out, 0));
    expect(out).toEqual(new Int32Array(8));
  });
});

test("what is wrong is said", () => {
  const pool = new BlockPool({ blocks: 4 });
  const words = new Int32Array(8);
  expect(() => pool.register(any(1n), words)).toThrow("invalid id: 1n is not a whole number from 1 to 4");
  expect(() => pool.allocate(any(2n), words)).toThrow("invalid n: 2n is not a whole number from 0 to");
  expect(() => new BlockPool({ blocks: 4, policy: any({}) })).toThrow(
    "invalid policy: an object is no policy: it needs the methods words and create",
  );
  const kind = { name: "mine", summary: "", lists: 1, words: () => Number.NaN, create: () => any({}) };
  expect(() => new BlockPool({ blocks: 4, policy: kind })).toThrow("invalid policy.words: NaN is not a whole number");
  expect(() => new BlockPool({ blocks: 4, policy: { ...kind, lists: 1.5 } })).toThrow("invalid policy.lists: 1.5");
  expect(() => new BlockPool({ blocks: 4, policy: { ...kind, name: any(7) } })).toThrow(
    "invalid policy.name: 7 is no string",
  );
  expect(() => readEvent(Int32Array.of(1))).toThrow("invalid event: no event begins at word 0");
  const pager = new KvPager({ blocks: 4, tiers: [{ name: "host", blocks: 4 }] });
  expect(() => pager.open({ tokens: transferred() })).toThrow("detached");
});

test("a term that ends after the clock does is for ever", () => {
  for (const left of [0, 4, 5]) {
    const pager = new KvPager({ blocks: 8, blockTokens: 4, priorities: 2 });
    pager.advance(Number.MAX_SAFE_INTEGER - left);
    const sequence = pager.open({ tokens: [1, 2, 3, 4, 5], priority: 1, retain: 5 });
    expect(pager.allocateSlots(sequence, 5)).toBe(true);
    pager.advance(left);
    expect(pager.pool().priority(1)).toBe(left === 5 ? 0 : 1);
    pager.verify();
  }
});

test.each([1, 2, 3])("a callback that drains the full list of %i moves itself", (moves) => {
  const pager = new KvPager({ blocks: 64, blockTokens: 4, moves });
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < moves; i++) {
      const sequence = pager.open({ tokens: [round, i] });
      pager.allocateSlots(sequence, 2);
      pager.append(pager.fork(sequence), 7);
    }
    expect(pager.pendingMoves).toBe(moves);
    let inner = 0;
    pager.moves(() => {
      inner += pager.moves().length;
    });
    expect([inner, pager.pendingMoves]).toEqual([moves, 0]);
    pager.verify();
  }
});
