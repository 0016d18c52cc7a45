/** The example, an addon of somebody else: built as a contributor's is, and run. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { SlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { addon } from "../src/addon.ts";
import { build } from "../src/build.ts";
import { HEADERS, type HeapHandle, NativeAllocator } from "../src/index.ts";
import { ENGINES, MiB } from "./heaps.ts";
import { describeUnless } from "./native.ts";

const folder = fileURLToPath(new URL("../examples/records", import.meta.url));
const built = build({ folder });

interface Records {
  fill(heap: HeapHandle, offset: number): number;
  above(heap: HeapHandle, offset: number, count: number, least: number): number;
  drop(heap: HeapHandle, offset: number): string;
}

describeUnless(built.built ? undefined : built.why, "the example", () => {
  const records = built.built ? (createRequire(import.meta.url)(built.path) as Records) : (undefined as never);

  test("tells what JavaScript and C do to a heap they share", () => {
    const stdout = execFileSync(process.execPath, [`${folder}/main.ts`], { encoding: "utf8" });
    expect(stdout).toContain(
      "100096 records; the last is of day 85: 30.5\n400 are above 99.5: 99.6, 99.9, 99.8, 99.7 …\n",
    );
    expect(stdout).toMatch(/^blocks +2 /m);
    expect(stdout.split("\n\n").at(-1)).toBe(
      "C frees the records: freed, and again: free already\n" +
        "JavaScript: double free: the block at offset 237568 is free already\n" +
        "0 blocks are live\n" +
        "C: no heap: not a handle, one of another version, or its memory is gone\n",
    );
  });

  test.each(ENGINES)("works with the engine in %s, and on every block", (engine) => {
    using heap = new NativeAllocator({ capacity: MiB, engine });
    const p = heap.allocate(160);
    expect(heap.handle).toBe(heap.handle);
    expect(records.fill(heap.handle, p)).toBe(10);
    const selection = records.above(heap.handle, p, 10, -1);
    expect(new BigUint64Array(heap.memory.buffer, selection, 1)[0]).toBe(10n);
    expect(Buffer.from(heap.memory.buffer, selection + 8, 160)).toEqual(Buffer.from(heap.memory.buffer, p, 160));
    expect(heap.sizeOf(selection)).toBe(176);
    expect(records.drop(heap.handle, selection + 16)).toBe("no block");
    heap.free(selection);
    expect(records.drop(heap.handle, selection)).toBe("free already");
    expect(() => records.fill(heap.handle, selection)).toThrow("no block of records is there");
    heap.verify();
    expect(heap.stats().blocks).toBe(1);
  });

  test("is refused what is no handle, or not this heap's any more", () => {
    const gone = "no heap: not a handle, one of another version, or its memory is gone";
    const heap = new NativeAllocator({ capacity: MiB });
    const { handle } = heap;
    const p = heap.allocate(160);
    // The last is an external of another kind.
    const others = [undefined, null, {}, 7, "handle", heap, heap.memory.buffer, addon().map(4096, true, false)];
    for (const none of others) {
      expect(() => records.fill(none as never, p)).toThrow(gone);
    }
    expect(records.fill(handle, p)).toBe(10);
    heap.unmap();
    expect(() => records.fill(handle, p)).toThrow(gone);
    expect(() => records.drop(handle, p)).toThrow(gone);
  });

  test("sees a WebAssembly memory that has moved: the old handle is of no use, the new one is another", () => {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 8 });
    new SlabAllocator({ memory });
    const heap = NativeAllocator.attach(memory);
    const p = heap.allocate(160);
    const { handle } = heap;
    expect(records.fill(handle, p)).toBe(10);
    memory.grow(1);
    expect(() => records.fill(handle, p)).toThrow("no heap");
    expect(heap.handle).not.toBe(handle);
    expect(records.fill(heap.handle, p)).toBe(10);
  });

  test("makes a heap longer that may grow in its buffer, and no other", () => {
    const small = new SlabAllocator({ capacity: 131_072, maxCapacity: 4 * MiB }).memory.buffer;
    const buffer = new ArrayBuffer(MiB);
    new Uint8Array(buffer).set(new Uint8Array(small));
    const heap = NativeAllocator.attach(buffer);
    const p = heap.allocate(60_000);
    expect(heap.stats().committed).toBe(131_072);
    const count = records.fill(heap.handle, p);
    const selection = records.above(heap.handle, p, count, -1);
    expect(heap.stats().committed).toBe(262_144);
    heap.free(selection);
    heap.free(p);
    const most = heap.allocate(900_000);
    expect(() => records.above(heap.handle, most, records.fill(heap.handle, most), -1)).toThrow("the heap is full");
    heap.verify();
  });

  test("needs one folder of headers", () => {
    expect(HEADERS).toBe(fileURLToPath(new URL("../include", import.meta.url)));
  });
});
