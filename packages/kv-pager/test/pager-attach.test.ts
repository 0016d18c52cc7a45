/** All state is in the buffer: another thread, and another pager made of a snapshot, go on as if nothing had been. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { MetadataPool } from "@ariax/metadata-pool";
import { SlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { BlockPool, ChainKeys, KvPager, type KvPagerOptions, VllmKeys } from "../src/index.ts";
import { random } from "../src/suite/random.ts";

const OPTIONS: KvPagerOptions = {
  ...{ blocks: 12, blockTokens: 4, seed: "attach", sequences: 8, tenants: 2, events: true, watermark: 0.1 },
  tiers: [{ name: "host", blocks: 6 }],
};

test("a worker goes on with it", async () => {
  const pager = new KvPager({ ...OPTIONS, shared: true });
  const sequence = pager.open({ tokens: [0, 1, 2, 3, 4, 5], salt: "s", adapter: "x", tenant: "a" });
  pager.allocateSlots(sequence, 6);
  const data = { buffer: pager.buffer, sequence };
  const worker = new Worker(new URL("pager-worker.ts", import.meta.url), { workerData: data });
  const [table] = await once(worker, "message");
  expect([...pager.table(sequence)]).toEqual(table);
  expect(pager.length(sequence)).toBe(10);
  pager.verify();
  // What the worker has hashed, named and offloaded is here too.
  const again = pager.open({ tokens: [0, 1, 2, 3, 4, 5, 0, 1, 2, 3], salt: "s", adapter: "x", tenant: "b" });
  expect(pager.computed(again)).toBe(8);
  expect(pager.refusal(again, 2)).toBe(undefined);
  const runs = new Int32Array(4);
  expect([pager.runs(again, runs), ...runs.slice(0, 2)]).toEqual([1, 0, 2]);
  expect(pager.pool("host").cached).toBe(2);
  expect(pager.charged("a")).toBe(3);
});

test("a pager of a snapshot does what the other does, byte for byte", () => {
  const pager = new KvPager(OPTIONS);
  const next = random(5);
  const step = (one: KvPager, a: number, b: number): unknown => {
    const open = one.sequences();
    const sequence = open[b % Math.max(open.length, 1)];
    if (a < 4 && open.length < 6) {
      const opened = one.open({
        tokens: Array.from({ length: 2 + (b % 12) }, (_, i) => i),
        ...(b % 3 === 0 ? { salt: "s", media: [{ id: "m", from: 1, length: 1 }] } : {}),
      });
      return [opened, one.allocateSlots(opened, one.length(opened) - one.computed(opened))];
    }
    if (sequence === undefined) return undefined;
    if (a === 4) return one.close(sequence);
    if (one.table(sequence).length === 0) return one.load(sequence);
    if (a === 5 && open.length < 6) return one.fork(sequence);
    if (a === 6) return one.preempt(sequence);
    return [one.append(sequence, b % 7), one.commit(sequence)];
  };
  for (let i = 0; i < 300; i++) step(pager, next(12), next(1000));
  const other = KvPager.restore(pager.snapshot());
  expect([other.blocks, other.blockTokens, other.tiers]).toEqual([12, 4, ["device", "host"]]);
  for (let i = 0; i < 300; i++) {
    const [a, b] = [next(12), next(1000)];
    expect(step(other, a, b)).toEqual(step(pager, a, b));
    expect(Buffer.compare(Buffer.from(other.snapshot()), Buffer.from(pager.snapshot()))).toBe(0);
    pager.moves(() => {});
    other.moves(() => {});
  }
  other.verify();
  expect(other.events.snapshot()).toEqual(pager.events.snapshot());
});

test("events replayed are what is held, also from a snapshot on", () => {
  const pager = new KvPager({ ...OPTIONS, events: 8 });
  const serve = (first: number) => {
    const sequence = pager.open({ tokens: Array.from({ length: 9 }, (_, i) => first + i) });
    pager.allocateSlots(sequence, 9 - pager.computed(sequence));
    pager.close(sequence);
  };
  for (let i = 0; i < 5; i++) serve(100 * i);
  // Ten were told, and eight are kept: the reader begins with a snapshot.
  expect([pager.events.next, pager.events.size, pager.events.lost]).toEqual([10, 8, 2]);
  expect(pager.events.drain()[0].seq).toBe(2);
  const { seq, tiers } = pager.events.snapshot();
  expect(seq).toBe(10);
  const held = new Set(tiers[0]);
  serve(900);
  for (const event of pager.events.drain()) {
    if (event.type === "stored") held.add(event.key);
    else held.delete(event.key);
  }
  expect([...held].sort()).toEqual([...pager.events.snapshot().tiers[0]].sort());
});

test("keys are those of the makers, and of one's own", () => {
  const tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const keyOf = (pager: KvPager) => {
    const sequence = pager.open({ tokens, salt: "s" });
    pager.allocateSlots(sequence, 9);
    const key = new Int32Array(8);
    pager.pool().keyOf(pager.table(sequence)[1], key);
    return [...key];
  };
  const shape = { blocks: 8, blockTokens: 4 };
  const chain = keyOf(new KvPager({ ...shape, seed: "x" }));
  expect(keyOf(new KvPager({ ...shape, keys: new ChainKeys({ blockTokens: 4, seed: "x" }) }))).toEqual(chain);
  const vllm = keyOf(new KvPager({ ...shape, seed: "0", hash: "sha256_cbor" }));
  expect(keyOf(new KvPager({ ...shape, keys: new VllmKeys({ blockTokens: 4, seed: "0" }) }))).toEqual(vllm);
  expect(vllm).not.toEqual(chain);
  const maker = new ChainKeys({ blockTokens: 4, seed: "x" });
  const pager = new KvPager({ ...shape, keys: maker });
  expect(() => KvPager.attach(pager.buffer)).toThrow("invalid keys: the pager was made with a maker of keys");
  expect(() => KvPager.attach(new KvPager(shape).buffer, { keys: maker })).toThrow(
    "invalid keys: the pager was made without a maker of keys",
  );
  expect(keyOf(KvPager.attach(pager.buffer, { keys: maker }))).toEqual(chain);
});

test("what is no pager is refused", () => {
  const pager = new KvPager(OPTIONS);
  const snapshot = pager.snapshot();
  const damaged = (at: number) => {
    const copy = snapshot.slice();
    copy[at] ^= 4;
    return () => KvPager.restore(copy);
  };
  expect(() => KvPager.attach(new ArrayBuffer(64))).toThrow(
    "corrupted: no pager: 64 bytes have no room for its header",
  );
  expect(() => KvPager.attach({} as never)).toThrow("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer");
  expect(damaged(0)).toThrow("corrupted: no pager: it begins with 0x41584b52, not 0x41584b56");
  for (const [other, likeness] of [
    [new ArrayBuffer(4096), "0x00000000, as empty memory"],
    [new BlockPool({ blocks: 64 }).buffer, "0x41584250, as a BlockPool"],
    [new MetadataPool({ capacity: 999 }).buffer, "0x41584d50, as a MetadataPool"],
    [new SlabAllocator({ buffer: new ArrayBuffer(65_536) }).memory.buffer, "0x58415241, as a SlabAllocator"],
  ] as const) {
    const message = `corrupted: no pager: it begins with ${likeness} does, not 0x41584b56`;
    expect(() => KvPager.attach(other)).toThrow(message);
  }
  expect(damaged(4)).toThrow("corrupted: the pager's layout has version 5, not 1");
  expect(damaged(20)).toThrow("corrupted: the header's checksum is not that of its words");
  expect(() => KvPager.restore(snapshot.subarray(0, snapshot.length - 8).slice())).toThrow(
    /^corrupted: truncated: the pager has \d+ bytes, \d+ are there$/,
  );
  expect(() => KvPager.restore(7 as never)).toThrow("invalid snapshot: 7 is no Uint8Array");
  // A reference that no table has.
  const sequence = pager.open({ tokens: [1, 2, 3, 4] });
  pager.allocateSlots(sequence, 4);
  pager.table(sequence)[0] = 2;
  expect(() => pager.verify()).toThrow("corrupted: block 1 of tier 0 has 1 references, but 0 name it");
});
