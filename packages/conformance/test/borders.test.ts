/** Proxies, other realms, memory that is gone, and arguments that are none. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { AllocatorError, type Offset } from "@ariax/allocator";
import { reactive } from "@vue/reactivity";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { ConformanceError, conformance, Shadow, soak } from "../src/index.ts";
import { ReferenceAllocator } from "../src/reference.ts";
import { Growing } from "./variants.ts";

const create = (capacity: number) => new ReferenceAllocator(capacity);
const plain = <T extends object>(object: T): T => new Proxy(object, {});
const vue = <T extends object>(object: T): T => reactive(object) as T;

describe.each([
  ["a plain proxy", plain],
  ["Vue's", vue],
])("through %s", (_, wrap) => {
  // The long tests draw numbers, and are few calls of the same verbs; Vue takes its time.
  const short = (name: string, fn: () => void) => /^(contract|bulk|traits|growth): /.test(name) && test(name, fn);
  describe("the reference", () => conformance({ test: short, create: (capacity) => wrap(create(capacity)), runs: 1 }));

  test("a shadow does what it does without", () => {
    const drive = (heap: Shadow): unknown[] => {
      const out = new Int32Array(5);
      const a = heap.allocate(100, 64);
      const b = heap.tryAllocate(50);
      const results: unknown[] = [a, b, heap.resize(b, 20), heap.allocateMany(24, out), [...out]];
      heap.freeMany(out.subarray(2), 2);
      results.push(heap.reallocate(b, 900), heap.sizeOf(a), heap.stats(), heap.traits, [...heap.blocks.keys()]);
      heap.check();
      heap.free(a);
      heap.verify();
      heap.checkBlocks();
      results.push(heap.stats());
      heap.reset();
      return [...results, heap.stats(), heap.blocks.size];
    };
    const wrapped = wrap(new Shadow(create(65536)));
    expect(drive(wrapped)).toEqual(drive(new Shadow(create(65536))));
    expect(() => wrapped.free(8)).toThrow("free: ");
    const p = wrapped.allocate(8);
    new Uint8Array(wrapped.memory.buffer)[p] ^= 1;
    expect(() => wrapped.check()).toThrow(`byte 0 of the block at ${p} is not what was written to it`);
  });
});

describe("in a realm of its own, minified, where Error.prototype is frozen", () => {
  test("the suite finds nothing in what is right, of here or there, and all in what is wrong", async () => {
    const outfile = join(tmpdir(), `ariax-conformance-${process.pid}.js`);
    const { outputFiles } = await build({
      stdin: {
        contents: `export * from "./index.ts"; export * from "./reference.ts";`,
        resolveDir: join(import.meta.dirname, "../src"),
        loader: "ts",
      },
      ...{ bundle: true, write: false, minify: true, format: "iife", globalName: "ariax", outfile },
    });
    // What fast-check asks of a host.
    const context = createContext({ console, URL, TextEncoder, TextDecoder, setTimeout, clearTimeout });
    runInContext("Object.freeze(Error.prototype); Object.freeze(RangeError.prototype);", context);
    runInContext(outputFiles[0].text, context);
    const judge: (create: unknown) => string[] = runInContext(
      `(create) => {
        const failures = [];
        // Globals of a context are slow: not the tests of thousands of calls.
        const test = (name, fn) => {
          if (!/^contract: |^misuse: .* is no |^traits: /.test(name)) return;
          try { fn(); } catch (error) { failures.push(error.name + " " + error.code + ": " + error.message); }
        };
        ariax.conformance({ test, create, runs: 2 });
        return failures;
      }`,
      context,
    );
    const there = runInContext("(capacity) => new ariax.ReferenceAllocator(capacity)", context);
    expect(judge(there)).toEqual([]);
    expect(judge(create)).toEqual([]);
    const broken = (capacity: number) => Object.assign(create(capacity), { free: () => {} });
    const failures = judge(broken);
    expect(failures.length).toBeGreaterThan(5);
    for (const failure of failures) expect(failure).toMatch(/^ConformanceError ERR_CONTRACT_BROKEN: [a-z]+: /);
  });
});

describe("memory that is gone", () => {
  const gone = (buffer: ArrayBufferLike) => structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  const verbs: Record<string, (heap: ReferenceAllocator | Shadow, p: Offset) => unknown> = {
    allocate: (heap) => heap.allocate(8),
    tryAllocate: (heap) => heap.tryAllocate(8),
    resize: (heap, p) => heap.resize(p, 8),
    reallocate: (heap, p) => heap.reallocate(p, 2000),
    free: (heap, p) => heap.free(p),
    allocateMany: (heap) => heap.allocateMany(8, new Int32Array(2)),
    freeMany: (heap, p) => heap.freeMany(Int32Array.of(p)),
    reset: (heap) => heap.reset(),
    stats: (heap) => heap.stats(),
    verify: (heap) => heap.verify(),
    check: (heap) => ("check" in heap ? heap.check() : heap.verify()),
    "a new shadow": (heap) => new Shadow(heap),
  };

  test.each(Object.entries(verbs))("%s is refused", (_, verb) => {
    for (const make of [create, (capacity: number) => new Shadow(create(capacity))]) {
      const heap = make(4096);
      const p = heap.allocate(100);
      gone(heap.memory.buffer);
      expect(() => verb(heap, p)).toThrow(expect.objectContaining({ code: "ERR_DETACHED" }));
      expect(heap.sizeOf(p)).toBe(104);
    }
  });

  test("a shadow follows memory that has become another buffer behind its back", () => {
    const heap = new Shadow(new Growing(1 << 16));
    const p = heap.allocate(100);
    heap.inner.allocate(20_000);
    heap.free(p);
  });
});

test("a shadow reads a list in the heap's own memory where that is now", () => {
  const inner = new Growing(1 << 18);
  const place = inner.allocate(4 * 200);
  const heap = new Shadow(inner);
  const out = new Int32Array(inner.memory.buffer, place, 200);
  expect(heap.allocateMany(500, out)).toBe(200);
  expect(out.length).toBe(0);
  expect([...heap.blocks.keys()]).toEqual([...new Int32Array(inner.memory.buffer, place, 200)]);
});

describe("arguments that are none", () => {
  const BAD: readonly unknown[] = [null, 7, 7n, "7", Symbol("7"), [], true, Number.NaN, () => 7, Object.create(null)];
  const fine = { test: () => {}, create };

  test.each(BAD.map((bad) => [bad]))("%o", (bad) => {
    const calls: (() => unknown)[] = [
      () => conformance(bad as never),
      ...["test", "create", "attach", "seed", "runs"].map((name) => () => conformance({ ...fine, [name]: bad })),
      () => conformance({ ...fine, create: () => bad as never }),
      () => soak(bad as never),
      ...["create", "operations", "capacity", "seed", "every"].map(
        (name) => () => soak({ create, operations: 1, [name]: bad }),
      ),
      () => new Shadow(bad as never),
      () => new ReferenceAllocator(bad as never),
    ];
    for (const call of calls) {
      try {
        call();
      } catch (error) {
        expect(error, String(call)).toBeInstanceOf(AllocatorError);
      }
    }
    expect(() => new Shadow(bad as never)).toThrow(/^invalid allocator: .* is no allocator$/);
    expect(() => new ReferenceAllocator(bad as never)).toThrow(/^invalid capacity: /);
  });

  test("an option that there is not, one that is missing", () => {
    expect(() => conformance({ ...fine, runz: 1 } as never)).toThrow(
      'unknown option: "runz" is not one of test, create, attach, seed, runs',
    );
    expect(() => conformance({ create } as never)).toThrow("invalid test: it is no function");
    expect(() => conformance({ ...fine, runs: 0 })).toThrow(
      "invalid runs: 0 is not a whole number from 1 to 2147483647",
    );
    expect(() => soak({ create } as never)).toThrow("invalid operations: undefined is not a whole number");
    expect(() => soak({ create, operations: 1, every: 0 })).toThrow("invalid every: 0 is not a whole number from 1");
    conformance({ ...fine, seed: undefined, runs: undefined, attach: undefined });
  });
});

test("what is found is an AllocatorError of a code of its own", () => {
  const error = new ConformanceError("broken", "model", 7);
  expect(error).toBeInstanceOf(AllocatorError);
  expect(error).toMatchObject({ name: "ConformanceError", code: "ERR_CONTRACT_BROKEN", section: "model", cause: 7 });
  expect("cause" in new ConformanceError("broken")).toBe(false);
});
