import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SlabAllocator } from "@ariax/slab";
import { afterAll, expect, test } from "vitest";
import { NativeAllocator, type NativeOptions, Region } from "../src/index.ts";
import { callsOf, ENGINES, MiB, thrownBy } from "./heaps.ts";
import { describeNative } from "./native.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-options-"));
afterAll(() => rmSync(folder, { recursive: true }));

const INVALID = "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid";

describeNative("a heap in memory mapped for it", () => {
  test("has the TypeScript engine, private memory with guards, and gives it back, unless told otherwise", () => {
    using heap = new NativeAllocator({ capacity: MiB + 4095 });
    expect([heap.capacity, heap.memory.buffer.byteLength, heap.region!.byteLength]).toEqual([MiB, MiB, MiB]);
    expect(heap.region).toMatchObject({ kind: "private", guard: true, hugePages: "none" });
    expect(heap.memory.buffer).toBe(heap.region!.buffer);
    expect(heap).toBeInstanceOf(NativeAllocator);
    expect(heap).toBeInstanceOf(SlabAllocator);
    expect(heap.traits).toEqual({
      name: "native",
      maxAlignment: 65536,
      reuse: true,
      resize: true,
      grows: false,
      shared: false,
      threadSafe: false,
      returnsMemory: true,
      attachable: true,
    });
  });

  test("has the engine in C where that is asked for", () => {
    using heap = new NativeAllocator({ capacity: MiB, engine: "c" });
    expect(heap).toBeInstanceOf(NativeAllocator);
    expect(heap).not.toBeInstanceOf(SlabAllocator);
    using other = new NativeAllocator({ capacity: MiB, engine: "typescript" });
    expect(heap.traits).toEqual({ ...other.traits, name: "native-c" });
    expect(new SlabAllocator({ capacity: MiB })).not.toBeInstanceOf(NativeAllocator);
  });

  test("may do without guards, or ask for huge pages", () => {
    using bare = new NativeAllocator({ capacity: MiB, guard: false });
    expect(bare.region!.guard).toBe(false);
    using huge = new NativeAllocator({ capacity: 4 * MiB, hugePages: true });
    expect(huge.region!.hugePages).not.toBe("none");
  });

  test.each([65536, 0xffff0000])("can be of %i bytes, of which only the control block's are touched", (capacity) => {
    using heap = new NativeAllocator({ capacity });
    const untouched = heap.region!.resident();
    expect(untouched).toBeLessThanOrEqual(8 * MiB); // the page table of 4 GiB alone is 4 MiB
    new Uint8Array(heap.memory.buffer)[heap.allocate(1)] = 1;
    heap.verify();
    expect(heap.stats().blocks).toBe(1);
  });

  test.each(ENGINES)("in a file is as long as its capacity; what lay there is overwritten (%s)", (engine) => {
    const file = join(folder, engine);
    writeFileSync(file, Buffer.alloc(2 * MiB, 0xa5));
    using heap = new NativeAllocator({ capacity: MiB, file, engine });
    expect([heap.region!.kind, statSync(file).size]).toEqual(["file", 2 * MiB]);
    heap.verify();
    expect(heap.stats()).toMatchObject({ blocks: 0, committed: MiB });
    heap.region!.flush();
    expect(
      readFileSync(file)
        .subarray(MiB)
        .every((byte) => byte === 0xa5),
    ).toBe(true);
    expect(SlabAllocator.attach(new Uint8Array(readFileSync(file)).buffer).stats().committed).toBe(MiB);
  });

  test("in shared memory is found by its name", () => {
    const name = `ariax-options-${process.pid}`;
    Region.unlink(name);
    using heap = new NativeAllocator({ capacity: MiB, name });
    try {
      expect([heap.region!.kind, heap.region!.name]).toEqual(["shared", name]);
      const p = heap.allocate(100);
      using region = Region.open({ name });
      expect(NativeAllocator.attach(region).sizeOf(p)).toBe(112);
    } finally {
      Region.unlink(name);
    }
  });
});

describeNative("what can't be is refused, and nothing is mapped", () => {
  const file = join(folder, "kept");
  const name = `ariax-refused-${process.pid}`;

  test.each<[object, string]>([
    [{}, "capacity: undefined is not a whole number from 65536 to 4294901760"],
    [{ capacity: 65535 }, "capacity: 65535 is not a whole number from 65536 to 4294901760"],
    [{ capacity: 2 ** 32 }, "capacity: 4294967296 is not a whole number from 65536 to 4294901760"],
    [{ capacity: Number.NaN }, "capacity: NaN is not a whole number from 65536 to 4294901760"],
    [{ capacity: 100_000.5 }, "capacity: 100000.5 is not a whole number from 65536 to 4294901760"],
    [{ capacity: MiB, engine: "wasm" }, 'engine: "wasm" is neither "typescript" nor "c"'],
    [{ capacity: MiB, engine: null }, 'engine: null is neither "typescript" nor "c"'],
    [{ capacity: MiB, purgeDelay: -1 }, "purgeDelay: -1 is not a whole number from 0 to 2147483647"],
    [{ capacity: MiB, purgeDelay: Number.NaN }, "purgeDelay: NaN is not a whole number from 0 to 2147483647"],
    [{ capacity: MiB, purgeDelay: 2 ** 31 }, "purgeDelay: 2147483648 is not a whole number from 0 to 2147483647"],
    [{ capacity: MiB, purgeDelay: 0.5 }, "purgeDelay: 0.5 is not a whole number from 0 to 2147483647"],
    [{ capacity: MiB, file, name }, "options: both file and name"],
    [{ capacity: MiB, file, hugePages: true }, "options: huge pages are for private memory"],
    [{ capacity: MiB, name, hugePages: true }, "options: huge pages are for private memory"],
    [
      { capacity: MiB, name: "a/b" },
      'name: "a/b" is not a letter or digit and up to 29 letters, digits, ".", "_" or "-" after it',
    ],
    [{ capacity: MiB, guard: "yes" }, 'guard: "yes" is not true or false'],
  ])("%o", (options, message) => {
    const calls = callsOf(() => {
      expect(thrownBy(() => new NativeAllocator(options as NativeOptions))).toBe(`${INVALID} ${message}`);
    });
    expect(calls).toBe(0);
  });

  // The other options are looked at before the file is, or a name is taken.
  test.each<[object, string]>([
    [{ capacity: 65535 }, "capacity: 65535 is not a whole number from 65536 to 4294901760"],
    [{ engine: "go" }, 'engine: "go" is neither "typescript" nor "c"'],
    [{ purgeDelay: -1 }, "purgeDelay: -1 is not a whole number from 0 to 2147483647"],
  ])("nor is anything on disk, or a name taken: %o", (wrong, message) => {
    const options = { capacity: MiB, ...wrong } as NativeOptions;
    writeFileSync(file, "as it was");
    expect(thrownBy(() => new NativeAllocator({ ...options, file }))).toBe(`${INVALID} ${message}`);
    expect(readFileSync(file, "utf8")).toBe("as it was");
    const missing = join(folder, "missing");
    expect(thrownBy(() => new NativeAllocator({ ...options, file: missing }))).toBe(`${INVALID} ${message}`);
    expect(existsSync(missing)).toBe(false);
    expect(thrownBy(() => new NativeAllocator({ ...options, name }))).toBe(`${INVALID} ${message}`);
    expect(Region.unlink(name)).toBe(false);
  });

  test("a name that is taken, a file that can't be opened", () => {
    using taken = Region.share({ name, bytes: 65536 });
    try {
      expect(thrownBy(() => new NativeAllocator({ capacity: MiB, name }))).toBe(
        `SystemCallError ERR_SYSTEM_CALL: can't share "${taken.name}": EEXIST`,
      );
    } finally {
      Region.unlink(name);
    }
    expect(thrownBy(() => new NativeAllocator({ capacity: MiB, file: folder }))).toBe(
      `SystemCallError ERR_SYSTEM_CALL: can't open "${folder}": EISDIR`,
    );
  });
});
