/** Cases from bugs of serving engines, as far as they are of blocks alone; those of whole sequences are in `cases.test.ts`. */
import { expect, test } from "vitest";
import { BlockPool } from "../src/index.ts";

const keyOf = (n: number) => Int32Array.of(n, 0, 0, 0, 0, 0, 0, 0);
const ids = (...list: number[]) => Int32Array.from(list);

/** As many blocks as keys, in use, each with its key. */
function blocksOf(pool: BlockPool, keys: readonly number[]): Int32Array {
  const out = new Int32Array(keys.length);
  pool.allocate(keys.length, out);
  keys.forEach((key, i) => {
    pool.register(out[i]!, keyOf(key));
  });
  return out;
}

/** The order in which all free blocks are given. */
function order(pool: BlockPool): number[] {
  const out = new Int32Array(pool.free);
  BlockPool.restore(pool.snapshot()).allocate(out.length, out);
  return [...out];
}

function unchanged(pool: BlockPool, call: () => void): void {
  const before = Buffer.from(pool.snapshot());
  call();
  expect(before.equals(pool.snapshot())).toBe(true);
}

// vLLM's design document, prefix caching, time 6; vllm-project/vllm#42656
test("case 3: what holds nothing goes before what can be found, and the end of a prompt before its beginning", () => {
  const pool = new BlockPool({ blocks: 10, policy: "vllm" });
  // R0: four full blocks and a part; R1: two of those, a full one of its own and a part.
  const r0 = Int32Array.of(...blocksOf(pool, [0, 1, 2, 3]), pool.take());
  pool.touch(r0, 0, 2);
  const r1 = Int32Array.of(...r0.subarray(0, 2), ...blocksOf(pool, [12]), pool.take());
  expect([[...r0], [...r1]]).toEqual([
    [1, 2, 3, 4, 5],
    [1, 2, 6, 7],
  ]);
  pool.release(r0);
  pool.release(r1);
  // There, of ids from 0 on: 7-8-9-4-3-2-6-5-1-0. Here the parts, 5 and 7, are empty, and so first; the cached ones as there.
  expect(order(pool)).toEqual([5, 7, 8, 9, 10, 4, 3, 6, 2, 1]);
  // R2 finds three of R0's, and takes five.
  pool.touch(ids(1, 2, 3));
  const more = new Int32Array(5);
  pool.allocate(5, more);
  expect([...more]).toEqual([5, 7, 8, 9, 10]);
  expect([pool.find(keyOf(3)), pool.find(keyOf(12))]).toEqual([4, 6]);
});

// Free in reverse
test("case 4: of a prompt of four the last two go first, and its beginning is found still", () => {
  const pool = new BlockPool({ blocks: 4 });
  pool.release(blocksOf(pool, [0, 1, 2, 3]));
  const out = new Int32Array(2);
  pool.allocate(2, out);
  expect([...out]).toEqual([4, 3]);
  expect([0, 1, 2, 3].map((key) => pool.find(keyOf(key)))).toEqual([1, 2, 0, 0]);
});

// vllm-project/vllm#11562, #11565
test("case 5: two hits leave the line when they are touched, so three more do not fit", () => {
  const pool = new BlockPool({ blocks: 8 });
  blocksOf(pool, [10, 11, 12, 13]);
  pool.release(blocksOf(pool, [0, 1, 2, 3]));
  expect(pool.free).toBe(4);
  // A caller asks first: 3 new ones and 2 that leave the line are more than 4.
  const leaving = ids(5, 6).filter((id) => pool.isCached(id)).length;
  expect(3 + leaving <= pool.free).toBe(false);
  pool.touch(ids(5, 6));
  unchanged(pool, () => expect(pool.tryAllocate(3, new Int32Array(3))).toBe(false));
});

// vllm-project/vllm#48933, #55092; llm-d#680
test("case 8: a key of two blocks is lost with the second one only", () => {
  const pool = new BlockPool({ blocks: 2 });
  pool.release(blocksOf(pool, [7, 7]));
  expect(pool.find(keyOf(7))).toBe(1);
  expect([pool.take(), pool.dropped, pool.find(keyOf(7))]).toEqual([2, 0, 1]);
  expect([pool.take(), pool.dropped, pool.find(keyOf(7))]).toEqual([1, 1, 0]);
  const key = new Int32Array(8);
  expect(pool.droppedAt(0, key)).toBe(1);
  expect(key).toEqual(keyOf(7));
});

// vllm-project/vllm#42656
test("case 16: a block that is full in part is taken first, and what is cached stays", () => {
  const pool = new BlockPool({ blocks: 5 });
  const full = blocksOf(pool, [0, 1, 2, 3]);
  const part = pool.take();
  pool.release(ids(...full, part));
  expect(pool.take()).toBe(part);
  expect(pool.cached).toBe(4);
});

// NVIDIA/TensorRT-LLM#17926
test("case 24: who allocates for itself in a full pool does not lose what it has", () => {
  const pool = new BlockPool({ blocks: 4 });
  const own = blocksOf(pool, [0, 1, 2]);
  pool.release(own, 2);
  const out = new Int32Array(3);
  unchanged(pool, () => expect(pool.tryAllocate(3, out)).toBe(false));
  pool.allocate(2, out);
  expect([...out]).toEqual([4, 3, 0]);
  expect([pool.find(keyOf(0)), pool.find(keyOf(1)), pool.refs(1)]).toEqual([1, 2, 1]);
});

// vllm-project/vllm#12284, SkyRL#1824, NVIDIA/TensorRT-LLM#17145
test("case 25: reset with three in use: they stay, nothing of them is found, nor registered again", () => {
  const pool = new BlockPool({ blocks: 8 });
  const used = blocksOf(pool, [0, 1, 2]);
  const plain = pool.take();
  pool.release(blocksOf(pool, [3, 4]));
  expect([pool.reset(), pool.epoch]).toEqual([2, 2]);
  expect(pool.stats()).toMatchObject({ used: 4, cached: 0, empty: 4 });
  expect([0, 1, 2, 3, 4].map((key) => pool.find(keyOf(key)))).toEqual([0, 0, 0, 0, 0]);
  for (const id of [...used, plain]) {
    unchanged(pool, () => expect(pool.register(id, keyOf(0))).toBe(false));
  }
  pool.release(ids(...used, plain));
  expect(pool.empty).toBe(8);
  pool.release(blocksOf(pool, [0]));
  expect(pool.find(keyOf(0))).toBe(1);
  pool.verify();
});

// vllm-project/vllm#27097
test("case 26: a fifth may be pinned; the rest is allocated; unpinned, a block is where it was in line", () => {
  const pool = new BlockPool({ blocks: 10 });
  for (const key of [0, 1, 2]) pool.release(blocksOf(pool, [key]));
  pool.pin(1);
  pool.pin(2);
  unchanged(pool, () => expect(() => pool.pin(3)).toThrow("pin limit: 2 of 10 blocks are pinned, and 2 may be"));
  const rest = new Int32Array(8);
  pool.allocate(8, rest);
  expect([...rest].sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  pool.release(rest);
  pool.unpin(2);
  pool.unpin(1);
  expect(order(pool).slice(8)).toEqual([1, 2]);
});

// NVIDIA/TensorRT-LLM, retention; vllm-project/vllm#47802
test("case 27: the lowest priority goes first, until its term is over; then as it was let go", () => {
  const pool = new BlockPool({ blocks: 4, priorities: 100 });
  const all = blocksOf(pool, [0, 1, 2, 3]);
  pool.setPriority(2, 90, 100);
  pool.setPriority(3, 10);
  pool.release(all);
  expect(order(pool)).toEqual([4, 1, 3, 2]);
  pool.advance(99);
  expect(order(pool)).toEqual([4, 1, 3, 2]);
  pool.advance();
  expect(order(pool)).toEqual([4, 2, 1, 3]);
  expect([1, 2, 3, 4].map((id) => pool.priority(id))).toEqual([0, 0, 10, 0]);
});

// kvcached#453, vllm-project/vllm#45856
test("case 28: of five that ask the third finds too little: false, and the others have theirs", () => {
  const pool = new BlockPool({ blocks: 8 });
  const tables = Array.from({ length: 5 }, () => new Int32Array(3));
  expect([3, 3, 3, 1, 1].map((n, i) => pool.tryAllocate(n, tables[i]!))).toEqual([true, true, false, true, true]);
  expect(tables.map((table) => [...table])).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [0, 0, 0],
    [7, 0, 0],
    [8, 0, 0],
  ]);
});

// vllm-project/vllm#54727, CVE-2025-25183
test("case 31: keys of which one word only differs, whichever, are never taken for each other", () => {
  const pool = new BlockPool({ blocks: 16 });
  const one = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  pool.register(pool.take(), one);
  for (let word = 0; word < 8; word++) {
    for (const bit of [0, 31]) {
      const other = Int32Array.from(one);
      other[word] = other[word]! ^ (1 << bit);
      expect(pool.find(other)).toBe(0);
    }
  }
  expect(pool.find(Uint32Array.from(one))).toBe(1);
});
