import { CorruptionError } from "@ariax/allocator";
import { BitSet } from "@ariax/bitset";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MetadataPool, SharedMetadataPool } from "../src/index.ts";

const fields = { size: "u32", owner: "f64", tag: "bytes:5" } as const;

/** A pool with some records live, some released. */
function busyPool(options: { shared?: boolean; buffer?: ArrayBuffer; byteOffset?: number } = {}) {
  const pool = new MetadataPool({ capacity: 100, fields, ...options });
  const handles = Array.from({ length: 40 }, () => pool.acquire());
  for (const h of handles) pool.set(h, "size", h);
  for (let i = 0; i < 40; i += 3) pool.release(handles[i]);
  return pool;
}

describe("attach", () => {
  test.each([{}, { shared: true }, { buffer: new ArrayBuffer(8192), byteOffset: 1000 }])(
    "continues a pool: %o",
    (place) => {
      const pool = busyPool(place);
      const other = MetadataPool.attach(pool.buffer, {
        byteOffset: pool.byteOffset,
        fields: { tag: "bytes:5", owner: "f64", size: "u32" },
      });
      expect([...other]).toEqual([...pool]);
      for (const h of other) expect(other.get(h, "size")).toBe(h);
      const h = other.acquire();
      other.set(h, "owner", 5);
      expect(pool.get(h, "owner")).toBe(5);
      pool.release(h);
      expect(other.isLive(h)).toBe(false);
      expect(other.size).toBe(pool.size);
      other.verify();
    },
  );

  test("a shared pool is over a SharedArrayBuffer", () => {
    expect(new MetadataPool({ shared: true }).buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test("a given buffer keeps what lies around the pool", () => {
    const { byteLength } = busyPool();
    const bytes = new Uint8Array(8 + byteLength + 8).fill(0xee);
    const pool = busyPool({ buffer: bytes.buffer, byteOffset: 8 });
    for (const column of Object.values(pool.columns)) column.fill(0);
    expect([...bytes.subarray(0, 8), ...bytes.subarray(8 + byteLength)]).toEqual(new Array(16).fill(0xee));
  });

  test("places without room are refused", () => {
    const make = (buffer: unknown, byteOffset?: number) => () =>
      new MetadataPool({ capacity: 100, fields, buffer: buffer as ArrayBuffer, byteOffset });
    const { byteLength } = busyPool();
    expect(make(new ArrayBuffer(byteLength), 8)).toThrow(
      `invalid buffer: ${byteLength - 8} bytes at 8, but the pool takes ${byteLength}`,
    );
    expect(make(new ArrayBuffer(9000), 4)).toThrow("invalid byteOffset: 4 is not a multiple of 8");
    expect(make(new ArrayBuffer(8), 9)).toThrow("invalid byteOffset: 9 is not a whole number from 0 to 8");
    expect(make(null)).toThrow("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer");
    expect(make({})).toThrow("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer");
  });

  test("what is no pool is refused", () => {
    const attach =
      (buffer: ArrayBuffer, byteOffset = 0) =>
      () =>
        MetadataPool.attach(buffer, { fields, byteOffset });
    const pool = busyPool();
    const buffer = pool.buffer as ArrayBuffer;
    expect(attach(new ArrayBuffer(63))).toThrow("corrupted: 63 bytes at 0 have no room for the header of a pool");
    expect(attach(new ArrayBuffer(64))).toThrow("corrupted: no pool at 0: it begins with 0x00000000, not 0x41584d50");
    expect(attach(buffer, 8)).toThrow(/^corrupted: no pool at 8: /);
    expect(attach(buffer.slice(0, -8))).toThrow(
      `corrupted: the pool is truncated: ${pool.byteLength - 8} bytes of ${pool.byteLength}`,
    );
    expect(() => MetadataPool.attach(buffer, { fields: { size: "u32" } })).toThrow(
      `invalid fields: the pool was made with others than {"size":"u32"}: it has ${pool.byteLength} bytes, and would have ${MetadataPool.byteLength({ capacity: pool.capacity, fields: { size: "u32" } })} with these`,
    );
    expect(() => MetadataPool.attach(buffer)).toThrow(
      /^invalid fields: the pool has some, and none are given: attach needs the same { fields }$/,
    );
    expect(() => MetadataPool.attach(buffer, { fields: { ...fields, size: "i32" } })).toThrow(
      'invalid fields: the pool was made with others than {"owner":"f64","size":"i32","tag":"bytes:5"}: of the same length, so a name or a type differs',
    );
    const shared = new SharedMetadataPool({ capacity: 10, fields });
    expect(() => MetadataPool.attach(shared.buffer, { fields })).toThrow(
      "corrupted: the pool at 0 is a shared one: SharedMetadataPool opens it",
    );
    const future = buffer.slice();
    new Int32Array(future)[1] = 2;
    expect(attach(future)).toThrow("corrupted: the pool's layout has version 2, not 1");
  });

  test("one changed bit in header, slots or the set of old slots is found", () => {
    const pool = busyPool();
    const length = pool.byteLength / 4;
    const { owner, tag } = pool.columns;
    const [columns, behind] = [owner.byteOffset / 4, (tag.byteOffset + tag.byteLength) / 4];
    const slots = length - 100;
    fc.assert(
      fc.property(fc.nat(length - 1 - (behind - columns)), fc.nat(31), (n, bit) => {
        const word = n < columns ? n : n + behind - columns;
        const copy = pool.buffer.slice() as ArrayBuffer;
        new Int32Array(copy)[word] ^= 1 << bit;
        let error: unknown;
        try {
          MetadataPool.attach(copy, { fields });
        } catch (e) {
          error = e;
        }
        // Another life is a valid slot that merely lived more or less often, from bit 7 on; nothing else may pass.
        const isLife = word >= slots && bit >= 7;
        expect(error instanceof CorruptionError || isLife).toBe(true);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  test("verify names what is broken", () => {
    // 26 are live, 14 were, 24 are ready for their first life, and 36 are not.
    const first = busyPool().byteLength / 4 - 100;
    const broken = (word: number, value: number) => {
      const pool = busyPool();
      new Int32Array(pool.buffer)[word] = value;
      return () => pool.verify();
    };
    const slot = (n: number, value: number) => broken(first + n, value);
    expect(broken(8, 5)).toThrow("corrupted: 38 slots are young and free, 5 are counted");
    expect(broken(11, 5)).toThrow("corrupted: 0 slots are old and free, 5 are counted");
    expect(broken(12, 5)).toThrow("corrupted: 0 slots are retired, 5 are counted");
    expect(broken(14, 1)).toThrow("corrupted: word 14 of the header is 0x00000001, not 0x00000000");
    expect(broken(13, 2)).toThrow("corrupted: slot 1 is said to be old and free, and is live");
    expect(broken(13, 101)).toThrow("corrupted: slot 100 can't be the old one that was released last");
    expect(broken(13, -1)).toThrow("corrupted: slot -2 can't be the old one that was released last");
    expect(broken(10, 101)).toThrow("corrupted: 101 of 100 slots are said to have lived");
    expect(broken(10, 65)).toThrow("corrupted: slot 64 of 65 that have lived has the word 0x00000000");
    expect(slot(70, 128 + 70)).toThrow("corrupted: slot 70 of 64 that have lived has the word 0x000000c6");
    for (const word of [1, 128 + 2, 2 ** 30, ~(2 ** 30 + 5), ~1])
      expect(slot(1, word)).toThrow(
        `corrupted: slot 1 has the word 0x${(word >>> 0).toString(16).padStart(8, "0")}, which is no slot's`,
      );
    // slot 39 is the first of the list, 36 follows
    expect(broken(9, 1)).toThrow("corrupted: entry 0 of the 38 free slots is slot 1, which is not free");
    expect(broken(9, 120)).toThrow("corrupted: entry 0 of the 38 free slots is slot 120, which is not free");
    expect(slot(36, ~(256 + 39))).toThrow("corrupted: entry 2 of the 38 free slots is slot 39, which was there before");
    expect(slot(63, ~(128 + 63))).toThrow("corrupted: the list of the 38 free slots ends at 63, not at 0");
    expect(slot(3, ~(2 ** 30))).toThrow("corrupted: 37 slots are young and free, 38 are counted");
    expect(broken(first - 5, 4)).toThrow(/^corrupted: in the old slots, .*\d/);
    const pool = busyPool();
    const set = BitSet.over(new Int32Array(pool.buffer), first - 5, 100);
    set.set(2);
    expect(() => pool.verify()).toThrow("corrupted: slot 2 is said to be old and free, and is live");
  });
});
