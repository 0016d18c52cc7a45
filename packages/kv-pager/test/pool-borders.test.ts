import { spawnSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { BlockPool, POLICIES, type PolicyKind } from "../src/index.ts";
import { EPOCH, HOLDS, MAX_REFS } from "../src/pool/layout.ts";

const SRC = new URL("../src/index.ts", import.meta.url).href;
const keyOf = (n: number) => Int32Array.of(n, 0, 0, 0, 0, 0, 0, 0);

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(AllocatorError);
    return (error as AllocatorError).code;
  }
  return "none";
}

describe("options", () => {
  test.each([
    [undefined, "invalid options: undefined is no object"],
    [{}, "invalid blocks: undefined is not a whole number from 1 to 16777215"],
    [{ blocks: 2 ** 24 }, "invalid blocks: 16777216 is not a whole number from 1 to 16777215"],
    [{ blocks: 1, priorities: 257 }, "invalid priorities: 257 is not a whole number from 1 to 256"],
    [{ blocks: 1, pinLimit: 1.5 }, "invalid pinLimit: 1.5 is not a share from 0 to 1"],
    [{ blocks: 1, policy: "lru" }, 'invalid policy: "lru" is not one of reuse, vllm'],
    [
      { blocks: 1, polcy: "vllm" },
      'unknown option: "polcy" is not one of blocks, priorities, policy, pinLimit, buffer, byteOffset, shared',
    ],
    [{ blocks: 1, shared: 1 }, "invalid shared: 1 is not true or false"],
    [
      { blocks: 1, shared: true, buffer: new ArrayBuffer(9) },
      "contradictory options: shared and buffer exclude each other",
    ],
    [{ blocks: 1, byteOffset: 8 }, "contradictory options: byteOffset means nothing without buffer"],
    [{ blocks: 1, buffer: {} }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
    [{ blocks: 1, buffer: new ArrayBuffer(64), byteOffset: 4 }, "invalid byteOffset: 4 is not a multiple of 8"],
    [{ blocks: 1, buffer: new ArrayBuffer(64) }, /^invalid buffer: 64 bytes at 0, but the pool takes \d+$/],
  ])("%#: refused", (options, message) => {
    expect(() => new BlockPool(options as never)).toThrow(message);
    expect(codeOf(() => new BlockPool(options as never))).toBe("ERR_INVALID_ARGUMENT");
  });

  test("are read once, and undefined is not given", () => {
    const seen: string[] = [];
    const options = new Proxy({ blocks: 4, priorities: undefined, policy: undefined } as { blocks: number }, {
      get: (target, name) => {
        seen.push(String(name));
        return Reflect.get(target, name);
      },
    });
    expect(new BlockPool(options).priorities).toBe(1);
    expect(seen.filter((name) => name === "blocks")).toHaveLength(1);
  });

  test("a share of blocks that may be pinned is rounded down, as people count", () => {
    const limits = [0.29, 0.2, 1, 0].map((pinLimit) => new BlockPool({ blocks: 100, pinLimit }).pinLimit);
    expect(limits).toEqual([29, 20, 100, 0]);
    expect(new BlockPool({ blocks: 8 }).pinLimit).toBe(1);
  });
});

describe("memory", () => {
  test("that exists: what lies there is overwritten, and nothing beside it", () => {
    const bytes = BlockPool.byteLength({ blocks: 9, priorities: 2 });
    const buffer = new ArrayBuffer(bytes + 16);
    new Uint8Array(buffer).fill(0xa5);
    const pool = new BlockPool({ blocks: 9, priorities: 2, buffer, byteOffset: 8 });
    pool.verify();
    pool.allocate(9, new Int32Array(9));
    const beside = [...new Uint8Array(buffer, 0, 8), ...new Uint8Array(buffer, 8 + bytes)];
    expect(beside).toEqual(new Array(16).fill(0xa5));
    expect(BlockPool.attach(buffer, { byteOffset: 8 }).used).toBe(9);
    expect(() => BlockPool.attach(buffer)).toThrow("corrupted: no pool at 0");
  });

  test("of another realm, and keys of it", () => {
    const there = runInNewContext(
      "({ buffer: new ArrayBuffer(4096), key: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8), ids: new Uint32Array(2) })",
    );
    const pool = new BlockPool({ blocks: 4, buffer: there.buffer });
    pool.allocate(2, there.ids);
    expect(pool.register(1, there.key)).toBe(true);
    expect(pool.find(there.key)).toBe(1);
    pool.release(there.ids);
    pool.verify();
  });

  test("that another thread has too", async () => {
    const pool = new BlockPool({ blocks: 8, shared: true });
    const script = `
      import { parentPort, workerData } from "node:worker_threads";
      import { BlockPool } from ${JSON.stringify(SRC)};
      const pool = BlockPool.attach(workerData);
      const id = pool.take();
      pool.register(id, Int32Array.of(7, 0, 0, 0, 0, 0, 0, 0));
      parentPort.postMessage(id);`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
    const worker = new Worker(url, { workerData: pool.buffer });
    const id = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    await worker.terminate();
    expect([id, pool.find(keyOf(7)), pool.used]).toEqual([1, 1, 1]);
    pool.verify();
  });

  test("a snapshot goes on as the pool would, and is its own", () => {
    const pool = new BlockPool({ blocks: 8, priorities: 2 });
    pool.register(pool.take(), keyOf(1));
    const copy = BlockPool.restore(pool.snapshot(), { shared: true });
    expect(Object.prototype.toString.call(copy.buffer)).toBe("[object SharedArrayBuffer]");
    copy.release(Int32Array.of(1));
    expect([copy.cached, pool.cached, pool.used]).toEqual([1, 0, 1]);
    expect(copy.priorities).toBe(2);
    expect(codeOf(() => BlockPool.restore({} as never))).toBe("ERR_INVALID_ARGUMENT");
    expect(() => BlockPool.restore(pool.snapshot().subarray(0, 500))).toThrow(
      /^corrupted: the pool is truncated: 500 bytes of \d+$/,
    );
    expect(() => BlockPool.restore(new Uint8Array(8))).toThrow(
      "corrupted: 8 bytes at 0 have no room for the header of a pool",
    );
  });

  test("each byte that is wrong where counts and links are is found", () => {
    const pool = new BlockPool({ blocks: 5, priorities: 2, pinLimit: 1 });
    const ids = new Int32Array(4);
    pool.allocate(4, ids);
    ids.forEach((id) => {
      pool.register(id, keyOf(id % 3));
    });
    pool.pin(1);
    pool.setPriority(2, 1, 9);
    pool.release(ids);
    const right = pool.snapshot();
    const words = new Int32Array(right.buffer);
    // EPOCH to TERMS, and of each cached block's record NEXT to BACK.
    const at = [8, 9, 10, 11, 12, ...ids.subarray(1)].flatMap((word, i) =>
      i < 5 ? [word] : [24, 25, 26, 27, 28, 29].map((f) => 16 * word + f),
    );
    const survived = at.filter((word) => {
      const copy = words.slice();
      copy[word]! ^= 0x10001;
      return codeOf(() => BlockPool.restore(new Uint8Array(copy.buffer))) !== "ERR_CORRUPTED";
    });
    expect(survived).toEqual([]);
  });

  const verbs: Record<string, (pool: BlockPool) => unknown> = {
    take: (pool) => pool.take(),
    allocate: (pool) => pool.allocate(1, new Int32Array(1)),
    tryAllocate: (pool) => pool.tryAllocate(1, new Int32Array(1)),
    allocateRun: (pool) => pool.allocateRun(1),
    touch: (pool) => pool.touch(Int32Array.of(1)),
    release: (pool) => pool.release(Int32Array.of(1)),
    register: (pool) => pool.register(1, keyOf(1)),
    find: (pool) => pool.find(keyOf(1)),
    evict: (pool) => pool.evict(1),
    pin: (pool) => pool.pin(1),
    unpin: (pool) => pool.unpin(1),
    setPriority: (pool) => pool.setPriority(1, 0),
    advance: (pool) => pool.advance(),
    reads: (pool) => [pool.refs(1)],
    counts: (pool) => pool.free,
    keyOf: (pool) => pool.keyOf(1, keyOf(0)),
    reset: (pool) => pool.reset(),
    stats: (pool) => pool.stats(),
    snapshot: (pool) => pool.snapshot(),
    verify: (pool) => pool.verify(),
  };

  test.each(Object.entries(verbs))("that was transferred away, or shrunk: %s says so", (_, verb) => {
    const pool = new BlockPool({ blocks: 4 });
    pool.take();
    structuredClone(pool.buffer, { transfer: [pool.buffer as ArrayBuffer] });
    expect(codeOf(() => verb(pool))).toBe("ERR_DETACHED");
    const bytes = BlockPool.byteLength({ blocks: 4 });
    const buffer = new ArrayBuffer(bytes, { maxByteLength: 2 * bytes });
    const shrunk = new BlockPool({ blocks: 4, buffer });
    shrunk.take();
    buffer.resize(bytes - 8);
    expect(() => verb(shrunk)).toThrow(`corrupted: truncated: the pool has ${bytes} bytes, ${bytes - 8} are there`);
  });
});

describe("limits", () => {
  test("references of a block: the most there are, then refused", () => {
    const pool = new BlockPool({ blocks: 2 });
    pool.take();
    const words = new Int32Array(pool.buffer);
    words[16 + HOLDS] = MAX_REFS - 1;
    pool.touch(Int32Array.of(1));
    expect(() => pool.touch(Int32Array.of(1))).toThrow("invalid id: block 1 has 8388607 references already");
    expect(() => pool.touch(Int32Array.of(2))).toThrow("invalid id: block 2 is empty");
    expect(pool.refs(1)).toBe(MAX_REFS);
  });

  test("pins of a block", () => {
    const pool = new BlockPool({ blocks: 2, pinLimit: 1 });
    pool.take();
    for (let i = 0; i < 255; i++) pool.pin(1);
    expect(() => pool.pin(1)).toThrow("invalid id: block 1 has 255 pins already");
    expect([pool.pins(1), pool.refs(1), pool.pinned]).toEqual([255, 1, 1]);
    pool.verify();
  });

  test("epochs: of a thousand none finds what another had, and the last one is the last", () => {
    const pool = new BlockPool({ blocks: 3 });
    const out = new Int32Array(3);
    for (let i = 0; i < 1000; i++) {
      expect(pool.find(keyOf(i % 7))).toBe(0);
      if (i % 3 === 0) {
        pool.allocate(3, out);
        for (const id of out) pool.register(id, keyOf(i % 7));
        pool.release(out);
      }
      pool.reset();
      pool.verify();
    }
    new Int32Array(pool.buffer)[EPOCH] = 2 ** 31 - 1;
    expect(codeOf(() => pool.reset())).toBe("ERR_UNSUPPORTED");
  });

  test("blocks: one, and as many as a word, two words and a level of the bitset has", () => {
    for (const blocks of [1, 2, 31, 32, 33, 63, 64, 1023, 1024, 1025]) {
      const pool = new BlockPool({ blocks });
      const out = new Int32Array(blocks);
      pool.allocate(blocks, out);
      expect([...out]).toEqual(Array.from({ length: blocks }, (_, i) => i + 1));
      for (const id of out) pool.register(id, keyOf(id));
      pool.release(out);
      pool.verify();
      expect(pool.allocateRun(blocks)).toBe(1);
      expect(pool.dropped).toBe(blocks);
      pool.reset();
      pool.verify();
      pool.release(out);
      expect(pool.empty).toBe(blocks);
    }
  });
});

test("a policy of one's own: who came last goes first", () => {
  const { create } = POLICIES.find(({ name }) => name === "vllm")!;
  const newest: PolicyKind = {
    ...{ name: "newest", summary: "the last goes first", lists: 1, words: () => 0 },
    create: (view) => {
      const base = create(view);
      const own = Object.create(base) as typeof base;
      own.victim = (line) => {
        const last = view.words[16 * (view.blocks + 1 + line) + 25]!;
        return last > view.blocks ? 0 : last;
      };
      return own;
    },
  };
  const pool = new BlockPool({ blocks: 3, policy: newest });
  pool.allocate(3, new Int32Array(3));
  for (const id of [1, 3, 2]) {
    pool.register(id, keyOf(id));
    pool.release(Int32Array.of(id));
  }
  const out = new Int32Array(3);
  const copy = BlockPool.restore(pool.snapshot(), { policy: newest });
  copy.allocate(2, out);
  expect([...out]).toEqual([2, 3, 0]);
  expect(() => BlockPool.restore(pool.snapshot())).toThrow(
    "invalid policy: the pool was made with one that is not known here",
  );
});

describe("hosts", () => {
  const run = (program: string, before = "") => {
    const args = ["--input-type=module", "--eval", program];
    const command = `${before}exec "$0" "$@"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command, process.execPath, ...args], { encoding: "utf8" });
    return stdout.trim() || stderr;
  };
  const say = (call: string) => `
    const { BlockPool, ChainKeys } = await import(${JSON.stringify(SRC)});
    try { ${call}; console.log("made"); } catch (error) { console.log(error.code, error.name); }`;

  test("without so much memory", () => {
    const program = say("new BlockPool({ blocks: 2 ** 24 - 1 })");
    expect(run(program, "ulimit -v 2000000; ")).toBe("ERR_OUT_OF_MEMORY HostMemoryError");
  });

  test("without SharedArrayBuffer, without crypto", () => {
    const without = (name: string, call: string) => run(`delete globalThis.${name}; ${say(call)}`);
    expect(without("SharedArrayBuffer", "new BlockPool({ blocks: 1, shared: true })")).toBe(
      "ERR_UNSUPPORTED UnsupportedError",
    );
    expect(without("crypto", "new ChainKeys()")).toBe("ERR_UNSUPPORTED UnsupportedError");
    expect(without("crypto", 'new ChainKeys({ seed: "s" })')).toBe("made");
  });
});
