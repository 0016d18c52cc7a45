/** A snapshot with a damaged word is refused, or what it says is consistent, and then every verb goes on with it. */
import { AllocatorError } from "@ariax/allocator";
import { expect, test } from "vitest";
import { BlockPool, KvPager } from "../src/index.ts";
import { policyOf } from "../src/policies/index.ts";
import { layOut } from "../src/pool/layout.ts";

/** Numbers that no counter, index or handle expects. */
const WORDS = [0, -1, 5, 1e6, 2 ** 31 - 1, -(2 ** 31)];

function* damaged(snapshot: Uint8Array): Generator<Uint8Array> {
  const words = new Int32Array(snapshot.buffer);
  let n = 0;
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 0) continue;
    const copy = snapshot.slice();
    new Int32Array(copy.buffer)[i] = WORDS[n++ % WORDS.length];
    yield copy;
  }
}

/** What was restored of those, and used without an error; the others were refused by type. */
function usable<T>(snapshot: Uint8Array, restore: (bytes: Uint8Array) => T, use: (restored: T) => void): number {
  let n = 0;
  for (const bytes of damaged(snapshot)) {
    let restored: T;
    try {
      restored = restore(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(AllocatorError);
      continue;
    }
    use(restored);
    n++;
  }
  return n;
}

test("of a pager", () => {
  const counts = { sequences: 8, tickets: 4, moves: 16, events: 64, tenants: 3, priorities: 3 };
  const tiers = [{ name: "host", blocks: 8 }];
  const pager = new KvPager({ blocks: 8, blockTokens: 4, seed: "damaged", tableBytes: 65536, tiers, ...counts });
  const prompt = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const runs = pager.open({ tokens: prompt, tenant: "a", salt: "q", priority: 1, retain: 9 });
  pager.allocateSlots(runs, 9);
  pager.append(pager.fork(runs), 3);
  pager.offload([1], "host");
  const restored = usable(
    pager.snapshot(),
    (bytes) => KvPager.restore(bytes),
    (other) => {
      other.events.drain();
      other.moves();
      for (const ticket of other.tickets()) other.done(ticket);
      // As many as fill the block: then a key is made of them, and of the salt.
      for (const sequence of other.sequences()) {
        for (let i = 0; i < 4; i++) other.append(sequence, 5);
        other.commit(sequence);
        other.moves();
        other.verify();
      }
      const more = other.open({ tokens: [...prompt.slice(0, 8), 1], salt: "q", tenant: "b" });
      other.allocateSlots(more, 9 - other.computed(more));
      for (const sequence of other.sequences()) other.close(sequence);
      other.verify();
    },
  );
  expect(restored).toBeGreaterThan(0); // tokens and names may be any
});

test("of a pool", () => {
  const pool = new BlockPool({ blocks: 8, priorities: 2 });
  const ids = new Int32Array(6);
  pool.allocate(6, ids);
  for (const id of ids) pool.register(id, new Int32Array(8).fill(id));
  pool.setPriority(2, 1, 5);
  pool.pin(3);
  pool.release(ids, 1);
  const restored = usable(
    pool.snapshot(),
    (bytes) => BlockPool.restore(bytes),
    (other) => {
      other.advance(5);
      other.allocate(other.free, new Int32Array(8));
      other.verify();
      other.reset();
      other.verify();
    },
  );
  expect(restored).toBeGreaterThan(0); // what an empty block's record says is of no meaning
});

test("an index without a free slot, where no lookup would end", () => {
  const pool = new BlockPool({ blocks: 8 });
  const ids = new Int32Array(1);
  pool.allocate(1, ids);
  pool.register(ids[0]!, new Int32Array(8).fill(7));
  const snapshot = pool.snapshot();
  const { at, slots } = layOut({ blocks: 8, priorities: 1, kind: policyOf(pool.policy), pinLimit: pool.pinLimit });
  const index = new Int32Array(snapshot.buffer, at.index, slots);
  expect(index.filter((slot) => slot !== 0)).toHaveLength(1);
  index.fill(index.find((slot) => slot !== 0)!);
  expect(() => BlockPool.restore(snapshot)).toThrow("corrupted: 32 slots of the index are in use, for 8 blocks");
});

test.each([8, 30, 31, 32, 63])("a cached block behind the last of %i", (blocks) => {
  const snapshot = new BlockPool({ blocks }).snapshot();
  const { at } = layOut({ blocks, priorities: 1, kind: policyOf("reuse"), pinLimit: Math.floor(blocks / 5) });
  const cached = new Int32Array(snapshot.buffer, at.cached, Math.ceil((blocks + 1) / 32));
  expect(BlockPool.restore(snapshot).cached).toBe(0);
  if ((blocks & 31) === 31) return; // no bit is left
  cached[blocks >>> 5] = 1 << 31;
  expect(() => BlockPool.restore(snapshot)).toThrow("corrupted: a block behind the last one counts as cached");
});
