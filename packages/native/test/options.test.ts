import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SlabAllocator } from "@ariax/slab";
import { afterAll, describe, expect, test } from "vitest";
import { build } from "../src/build.ts";
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
      expect(NativeAllocator.attach(region).sizeOf(p)).toBe(104);
    } finally {
      Region.unlink(name);
    }
  });
});

const file = join(folder, "absent");

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
        `SystemCallError ERR_SYSTEM_CALL: can't share "${taken.name}": EEXIST: Region.open opens it, Region.unlink removes it`,
      );
    } finally {
      Region.unlink(name);
    }
    expect(thrownBy(() => new NativeAllocator({ capacity: MiB, file: folder }))).toBe(
      `SystemCallError ERR_SYSTEM_CALL: can't open "${folder}": EISDIR`,
    );
  });
});

/** Options that no call takes, as `what` it is, for each of the calls below. */
const NO_OPTIONS = [undefined, null, 0, 1n, "text", Symbol("s"), () => 0];

const CALLS: Record<string, readonly [call: (options: never) => unknown, good: object, flags: readonly string[]]> = {
  "new NativeAllocator": [(o) => new NativeAllocator(o), { capacity: MiB }, ["guard", "hugePages", "reserve"]],
  "NativeAllocator.attach": [(o) => NativeAllocator.attach(new ArrayBuffer(8), 0, o), {}, []],
  "Region.map": [(o) => Region.map(o), { bytes: 4096 }, ["guard", "hugePages", "external"]],
  "Region.map, of a file": [
    (o) => Region.map(o),
    { file: join(folder, "never"), bytes: 4096 },
    ["guard", "create", "reserve"],
  ],
  "Region.share": [(o) => Region.share(o), { bytes: 4096 }, ["guard", "reserve"]],
  "Region.open": [(o) => Region.open(o), { name: "ariax-never" }, ["guard"]],
  build: [(o) => build(o), {}, ["nodeGyp"]],
};

describeNative("options of every call", () => {
  describe.each(Object.entries(CALLS))("%s", (_, [call, good, flags]) => {
    const refusal = (options: unknown) => {
      let thrown = "";
      expect(callsOf(() => (thrown = thrownBy(() => call(options as never))))).toBe(0);
      expect([existsSync(join(folder, "never")), Region.unlink("ariax-never")]).toEqual([false, false]);
      return thrown;
    };

    test("are an object", () => {
      for (const options of NO_OPTIONS) {
        if (options === undefined && Object.keys(good).length === 0) continue; // all of them have defaults
        expect(refusal(options)).toMatch(
          /^InvalidArgumentError ERR_INVALID_ARGUMENT: invalid options: .+ (is no object|needed)$/,
        );
      }
    });

    test("of an unknown name are refused, and those that are known are named", () => {
      for (const wrong of ["Bytes", "capcity", "hugepages", ""]) {
        expect(refusal({ ...good, [wrong]: undefined })).toMatch(
          new RegExp(`^InvalidArgumentError ERR_INVALID_ARGUMENT: unknown option: "${wrong}" is not one of \\w+`),
        );
      }
    });

    test("that say yes or no say nothing else", () => {
      for (const flag of flags) {
        for (const value of [1, "true", null, {}, 1n, Symbol("s")]) {
          expect(refusal({ ...good, [flag]: value })).toMatch(
            new RegExp(`^InvalidArgumentError ERR_INVALID_ARGUMENT: invalid ${flag}: .+ is not true or false$`),
          );
        }
      }
    });

    test("are read once, before anything is done", () => {
      const names = [...new Set([...Object.keys(good), ...flags])];
      for (const name of names) {
        const options = { ...good };
        Object.defineProperty(options, name, {
          enumerable: true,
          get: () => {
            throw new OwnError();
          },
        });
        expect(callsOf(() => expect(() => call(options as never)).toThrow(OwnError))).toBe(0);
        expect(existsSync(join(folder, "never"))).toBe(false);
      }
    });
  });

  test("each have one value, and no other later", () => {
    let asked = 0;
    const options = {
      get capacity() {
        return ++asked === 1 ? MiB : 2 * MiB;
      },
      guard: undefined,
      file: undefined,
      name: undefined,
      reserve: undefined,
    };
    using heap = new NativeAllocator(options);
    expect([asked, heap.capacity, heap.region!.byteLength, heap.region!.guard]).toEqual([1, MiB, MiB, true]);
  });

  test.each<[object, string]>([
    [{ bytes: 4096, create: false }, "create means nothing without file"],
    [{ bytes: 4096, reserve: true }, "reserve means nothing without file"],
    [{ bytes: 4096, file, hugePages: true }, "hugePages and file exclude each other"],
    [{ bytes: 4096, file, external: false }, "external and file exclude each other"],
  ])("do not contradict each other: %o", (options, message) => {
    expect(thrownBy(() => Region.map(options as never))).toBe(
      `InvalidArgumentError ERR_INVALID_ARGUMENT: contradictory options: ${message}`,
    );
    expect(existsSync(file)).toBe(false);
  });

  test("of purge are the same", () => {
    using region = Region.map({ bytes: MiB });
    const purge = (options: unknown) => thrownBy(() => region.purge(0, MiB, options as never));
    const code = "InvalidArgumentError ERR_INVALID_ARGUMENT:";
    expect(purge({ lazy: 1 })).toBe(`${code} invalid lazy: 1 is not true or false`);
    expect(purge({ lazily: true })).toBe(`${code} unknown option: "lazily" is not one of lazy`);
    expect(purge(null)).toBe(`${code} invalid options: null is no object`);
    expect(purge({ lazy: undefined })).toBe("nothing");
  });

  test.each([[undefined], [null], [8], [1n], [{}], [Symbol("s")]])("%o is no place of a heap", (where) => {
    for (const engine of ENGINES) {
      expect(thrownBy(() => NativeAllocator.attach(where as never, 0, { engine }))).toMatch(
        /^InvalidArgumentError ERR_INVALID_ARGUMENT: invalid buffer: /,
      );
      expect(thrownBy(() => NativeAllocator.attach(new ArrayBuffer(MiB), where as never, { engine }))).toMatch(
        where === undefined || where === 8 ? / ERR_CORRUPTED: / : /^InvalidArgumentError .+invalid byteOffset: /,
      );
    }
  });

  test.each([["a\0b"], [Symbol("s")], [1n], [null], [{}], [-1], [1.5]])("%o is no file", (wrong) => {
    for (const call of [
      () => Region.map({ file: wrong as never, bytes: MiB }),
      () => new NativeAllocator({ file: wrong as never, capacity: MiB }),
    ]) {
      expect(thrownBy(call)).toMatch(/^InvalidArgumentError ERR_INVALID_ARGUMENT: invalid file( descriptor)?: /);
    }
  });
});

class OwnError extends Error {}
