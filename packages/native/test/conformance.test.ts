import { mkdtempSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformance } from "@ariax/conformance";
import { SlabAllocator } from "@ariax/slab";
import { afterAll, afterEach, describe, test } from "vitest";
import { LONG, times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { isAvailable, NativeAllocator, type NativeEngine, type NativeOptions, Region } from "../src/index.ts";
import { describeNative } from "./native.ts";

const ENGINES: readonly NativeEngine[] = ["typescript", "c"];
const folder = mkdtempSync(join(tmpdir(), "ariax-conformance-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a test has mapped is unmapped behind it: the system has room for so many mappings only. */
const mapped: Disposable[] = [];
const kept = <T extends Disposable>(it: T): T => {
  mapped.push(it);
  return it;
};
afterEach(() => {
  for (const it of mapped.splice(0)) it[Symbol.dispose]();
});

/** Without `returnsMemory`: the suite wants to see that claim at once, and here it takes a second: purge-policy.test.ts. */
const make = (options: NativeOptions) =>
  kept(new NativeAllocator({ purgeDelay: Number.POSITIVE_INFINITY, ...options }));

let names = 0;
const byteOffset = 3 * 4096 + 1;

/** The memory that a heap is made in, by capacity and engine. */
const MEMORIES: Record<string, (capacity: number, engine: NativeEngine) => NativeAllocator> = {
  "private memory": (capacity, engine) => make({ capacity, engine }),
  "a file": (capacity, engine) => {
    const file = join(folder, `heap-${names++}`);
    const heap = make({ capacity, engine, file });
    kept({ [Symbol.dispose]: () => unlinkSync(file) }); // behind the heap, on its turn
    return heap;
  },
  "shared memory with a name": (capacity, engine) => {
    const name = `ariax-c-${process.pid}-${names++}`;
    const heap = make({ capacity, engine, name });
    Region.unlink(name);
    return heap;
  },
  "the ordinary buffer that stands in where external ones are refused": (capacity, engine) => {
    const region = kept(Region.map({ bytes: capacity, external: false }));
    new SlabAllocator({ buffer: region.buffer });
    return NativeAllocator.attach(region, 0, { engine });
  },
  "an ArrayBuffer, from an odd place on": (capacity, engine) => {
    const byteLength = capacity + 4095; // what rounding up to a page takes
    const buffer = new ArrayBuffer(byteOffset + byteLength);
    new SlabAllocator({ buffer, byteOffset, byteLength });
    return NativeAllocator.attach(buffer, byteOffset, { engine });
  },
  "a WebAssembly program's memory": (capacity, engine) => {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(capacity / 65536) });
    new SlabAllocator({ memory });
    return NativeAllocator.attach(memory, 0, { engine });
  },
};

// In the ordinary tests, private memory with both engines, and every other kind with one of them: see sameness.test.ts.
describe.each(ENGINES)("the engine in %s", (engine) => {
  const memories = Object.entries(MEMORIES).filter((_, i) => LONG || i === 0 || i % 2 === ENGINES.indexOf(engine));
  describe.each(memories)("over %s", (memory, create) => {
    const at = memory.endsWith("from an odd place on") ? byteOffset : 0;
    describeNative("keeps the contract", () => {
      // The suite makes a heap at once, to see what it claims.
      if (!isAvailable()) return test("the suite", () => {});
      conformance({
        test: memory.startsWith("private") ? test : withoutLeaks(test),
        runs: times(10, 100),
        create: (capacity) => create(capacity, engine),
        attach: (buffer) => NativeAllocator.attach(buffer, at, { engine }),
      });
    });
  });
});
