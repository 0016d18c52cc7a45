/** Lists in which something comes twice: what counts, counts twice; what is one thing, is one. */
import { expect, test } from "vitest";
import { BlockPool, KvPager } from "../src/index.ts";

const key = (first: number) => Int32Array.from({ length: 8 }, (_, i) => (i === 0 ? first : 9));
const prompt = (n: number, first = 0) => Array.from({ length: n }, (_, i) => first + i);

test("touch: each is a reference, and a cached block leaves its line once", () => {
  const pool = new BlockPool({ blocks: 4 });
  const block = pool.take();
  pool.register(block, key(1));
  pool.release(Int32Array.of(block));
  expect(pool.cached).toBe(1);
  pool.touch(Int32Array.of(block, block, block));
  expect([pool.refs(block), pool.cached, pool.free]).toEqual([3, 0, 3]);
  pool.verify();
  pool.release(Int32Array.of(block, block, block));
  expect([pool.refs(block), pool.cached, pool.free]).toEqual([0, 1, 4]);
  pool.verify();
});

test("offload: an id that comes twice, or two blocks of one key, are one copy", () => {
  const pager = new KvPager({ blocks: 8, blockTokens: 4, tiers: [{ name: "host", blocks: 8 }] });
  const [first, second] = [pager.open({ tokens: prompt(8) }), pager.open({ tokens: prompt(8) })];
  for (const sequence of [first, second]) pager.allocateSlots(sequence, 8 - pager.computed(sequence));
  const [a, b] = pager.table(first);
  const [same, copy] = pager.table(second);
  expect([same === a, copy === b]).toEqual([true, false]);
  const ticket = pager.offload([b, copy, a, b, a], "host");
  expect(pager.moves().map(({ from }) => from)).toEqual([b, a]);
  if (ticket !== 0) pager.done(ticket);
  expect(pager.pool("host").cached).toBe(2);
  pager.verify();
});

test("transfers: of two that bring one key, the second brings nothing, and its block is empty", () => {
  const pager = new KvPager({ blocks: 8, blockTokens: 4, tiers: [{ name: "host", blocks: 8 }], events: true });
  const first = pager.open({ tokens: prompt(9) });
  pager.allocateSlots(first, 9);
  const ids = [...pager.table(first)].slice(0, 2);
  const tickets = [pager.offload(ids, "host"), pager.offload(ids, "host")];
  for (const ticket of tickets) if (ticket !== 0) pager.done(ticket);
  expect(pager.pool("host").stats()).toMatchObject({ cached: 2, empty: 6, used: 0 });
  pager.close(first);
  const other = pager.open({ tokens: prompt(32, 100) });
  pager.allocateSlots(other, 32);
  pager.close(other);
  pager.events.drain();
  // Two sequences that wait for the same prefix: both may load it.
  const waiting = [pager.open({ tokens: prompt(9) }), pager.open({ tokens: prompt(9) })];
  const loads = waiting.map((sequence) => pager.load(sequence));
  for (const load of loads) if (load !== 0) pager.done(load);
  expect(pager.events.drain().filter(({ type }) => type === "stored").length).toBe(2);
  expect(pager.stats().tiers[0]).toMatchObject({ cached: 6, empty: 2, used: 0 });
  for (const sequence of waiting) {
    expect(pager.computed(sequence)).toBe(8);
    expect(pager.allocateSlots(sequence, 1)).toBe(true);
  }
  pager.verify();
});

test("keys: a sequence whose blocks all have one key loses nothing", () => {
  const pager = new KvPager({ blocks: 8, blockTokens: 4, tenants: 1, tiers: [{ name: "host", blocks: 4 }] });
  const keys = new Int32Array(24).fill(5);
  for (let round = 0; round < 3; round++) {
    const sequence = pager.open({ keys, length: 13, tenant: "a" });
    expect(pager.allocateSlots(sequence, 13 - pager.computed(sequence))).toBe(true);
    pager.verify();
    const ticket = pager.offload([...pager.table(sequence)].slice(0, 3), "host");
    expect(pager.moves().length).toBe(round === 0 ? 1 : 0);
    if (ticket !== 0) pager.done(ticket);
    const fork = pager.fork(sequence);
    pager.close(sequence);
    pager.verify();
    pager.close(fork);
    expect([pager.free, pager.charged("a")]).toEqual([8, 0]);
  }
  pager.verify();
});
