/** What can't be a context is refused, by a typed error and word for word, and changes nothing. */
import { type Allocator, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { Arena } from "@ariax/arena";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { type ContextOptions, MAX_NAME_BYTES, MemoryContext } from "../src/index.ts";
import { child, root, seen, throws } from "./helpers.ts";

const UNKNOWN =
  'unknown option: "reserved" is not one of name, quota, reserve, soft, onPressure, onLeave, zero, aside, memory, shared';

const refused = (options: object, message: string, ...parent: unknown[]) => {
  const full = { name: "a", quota: 1000, ...options } as ContextOptions;
  const [above] = parent.length > 0 ? parent : [root()];
  throws(() => new MemoryContext(above as null, full), "InvalidArgumentError", message);
};

describe("names", () => {
  const good = [
    "a",
    "a".repeat(64),
    "é".repeat(32),
    "漢".repeat(21),
    "😀".repeat(16),
    " ",
    "a/b",
    "constructor",
    "__proto__",
    "\u00a0",
  ];
  test.each(good)("%j is a name", (name) => {
    const top = root();
    const context = child(top, name, 1000);
    expect(context.name).toBe(name);
    expect(top.child(name)).toBe(context);
    expect(context.path).toBe(`root/${name}`);
  });

  const bad: [unknown, string][] = [
    ["", "0 bytes, 1 to 64 are allowed"],
    ["a".repeat(65), "at least 65 bytes, 1 to 64 are allowed"],
    ["é".repeat(33), "66 bytes, 1 to 64 are allowed"],
    ["漢".repeat(22), "66 bytes, 1 to 64 are allowed"],
    [`${"😀".repeat(16)}a`, "65 bytes, 1 to 64 are allowed"],
    ["x".repeat(1e6), "at least 1000000 bytes, 1 to 64 are allowed"],
    ["a\0", "U+0000 is no character for a name"],
    ["a\nb", "U+000A is no character for a name"],
    ["\x7f", "U+007F is no character for a name"],
    ["\u0085", "U+0085 is no character for a name"],
    ["\u2028", "U+2028 is no character for a name"],
    ["\ud83d", "U+D83D is no character for a name"],
    ["a\ude00b", "U+DE00 is no character for a name"],
    [undefined, "undefined is no string"],
    [null, "object is no string"],
    [7, "number is no string"],
    [Symbol("a"), "symbol is no string"],
    [["a"], "object is no string"],
    [new String("a"), "object is no string"],
  ];
  test.each(bad)("%j is none", (name, why) => refused({ name }, `invalid name: ${why}`));

  test("are at most 64 bytes, as a field for them is", () => expect(MAX_NAME_BYTES).toBe(64));

  test("differ among contexts beside each other, and only there", () => {
    const top = root();
    const a = child(top, "a", 1 << 17);
    refused({ name: "a" }, 'invalid name: there is a context "a" already', top);
    refused({ name: "a", memory: "separate" }, 'invalid name: there is a context "a" already', top);
    child(a, "a", 1000);
    child(top, "root", 1000);
    const region = new SlabAllocator({ capacity: 1 << 20 });
    const first = new MemoryContext(region, { name: "a", quota: 1000 });
    refused({ name: "a" }, 'invalid name: there is a context "a" already', region);
    new MemoryContext(new SlabAllocator({ capacity: 1 << 20 }), { name: "a", quota: 1000 });
    first.dispose();
    new MemoryContext(region, { name: "a", quota: 1000 });
  });
});

describe("options", () => {
  const whole = (what: string, range: string) => (value: unknown) =>
    `invalid ${what}: ${show(value)} is not a whole number from ${range}`;
  const show = (value: unknown) =>
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "bigint"
        ? `${value}n`
        : Object.is(value, -0)
          ? "-0"
          : typeof value === "object" && value !== null
            ? "an object"
            : String(value);
  const never = [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, "1000", 1000n, null, {}, true, Symbol("1")];

  test.each([undefined, 0, -0, 2 ** 32, ...never])("%p is no quota", (quota) => {
    refused({ quota }, whole("quota", `1 to ${MAX_CAPACITY}`)(quota), null);
  });

  test.each([0, 65535, 2 ** 32, ...never])("%p is no reserve", (reserve) => {
    refused({ reserve }, whole("reserve", `65536 to ${MAX_CAPACITY}`)(reserve));
  });

  test.each([1001, ...never])("%p is no soft limit", (soft) => refused({ soft }, whole("soft", "0 to 1000")(soft)));

  test("a reserve is at least the quota", () => {
    refused(
      { quota: 100_000, reserve: 99_999 },
      "invalid reserve: 99999 is not a whole number from 100000 to 4294901760",
    );
    const context = root({ quota: 100_000, reserve: 100_000 });
    expect(context.usage().reserved).toBe(102_400); // whole pages
  });

  test("a quota is at most the parent's", () => {
    refused({ quota: 1001 }, 'invalid quota: 1001 is more than the 1000 of "root"', root({ quota: 1000 }));
    child(root({ quota: 1000 }), "a", 1000);
  });

  const others: [object, string][] = [
    [{ onPressure: 7 }, "invalid onPressure: it is no function"],
    [{ onPressure: null }, "invalid onPressure: it is no function"],
    [{ zero: 1 }, "invalid zero: 1 is not true or false"],
    [{ zero: null }, "invalid zero: null is not true or false"],
    [{ shared: "yes" }, 'invalid shared: "yes" is not true or false'],
    [{ shared: true }, "invalid shared: no new buffer is made"],
    [{ shared: true, memory: () => ({ buffer: new ArrayBuffer(1 << 20) }) }, "invalid shared: no new buffer is made"],
    [{ memory: "seperate" }, 'invalid memory: it is neither "separate" nor a function'],
    [{ memory: new ArrayBuffer(8) }, 'invalid memory: it is neither "separate" nor a function'],
    [{ memory: null }, 'invalid memory: it is neither "separate" nor a function'],
  ];
  test.each(others)("%o", (options, message) => refused(options, message));

  test("a context below one that zeroes zeroes", () => {
    const top = root({ zero: true });
    refused({ zero: false }, 'invalid zero: its parent "root" has zero: true', top);
    expect(child(top, "a").lent).toBe(false);
  });

  test("there have to be some", () => {
    for (const [options, shown] of [
      [null, "null"],
      [7, "7"],
      ["a", '"a"'],
    ]) {
      const message = `invalid options: ${shown} is no object`;
      for (const parent of [null, root(), new SlabAllocator({ capacity: 1 << 20 })]) {
        throws(() => new MemoryContext(parent, options as never), "InvalidArgumentError", message);
      }
    }
  });
});

describe("parents", () => {
  const nothing = "invalid parent: it is neither a context nor an allocator nor null";
  const slab = new SlabAllocator({ capacity: 1 << 20 });
  const like = (over: object) => Object.assign(Object.create(slab), over);
  const bad: [string, unknown, string][] = [
    ["undefined", undefined, nothing],
    ["a number", 7, nothing],
    ["a name", "root", nothing],
    ["an object", {}, nothing],
    ["a buffer", new ArrayBuffer(1 << 20), nothing],
    ["an allocator without free", like({ free: undefined }), nothing],
    ["one without memory", like({ memory: undefined }), nothing],
    [
      "one that aligns to less",
      like({ traits: { ...slab.traits, maxAlignment: 2048 } }),
      "invalid parent: an allocator that aligns blocks to 4096 is needed, this one aligns to 2048",
    ],
    [
      "one without traits",
      like({ traits: undefined }),
      "invalid parent: an allocator that aligns blocks to 4096 is needed, this one aligns to undefined",
    ],
  ];
  test.each(bad)("%s is none", (_, parent, message) => refused({}, message, parent));

  test("memory is the allocator's, if the parent is one", () => {
    const message = "invalid memory: the parent is an allocator, whose memory it is";
    refused({ memory: "separate" }, message, slab);
    refused({ memory: () => ({ buffer: new ArrayBuffer(1 << 20) }) }, message, slab);
    refused({ shared: true }, "invalid shared: no new buffer is made", slab);
  });

  test("a disposed one has no children", () => {
    const top = root();
    top.dispose();
    throws(() => child(top, "a"), "ContextDisposedError", 'context disposed: "root" and its blocks are gone');
  });

  test("a context that is refused has changed nothing", () => {
    const top = root({ quota: 100_000 });
    child(top, "a", 40_000);
    top.allocate(1000);
    const before = seen(top);
    refused({ name: "" }, "invalid name: 0 bytes, 1 to 64 are allowed", top);
    refused({ name: "a" }, 'invalid name: there is a context "a" already', top);
    refused({ name: "b", quota: 200_000 }, 'invalid quota: 200000 is more than the 100000 of "root"', top);
    expect(seen(top)).toEqual(before);
    // A quota that is not there is counted.
    throws(
      () => child(top, "b", 60_000),
      "QuotaExceededError",
      'quota exceeded: 60000 bytes on top of 41024 exceed the 100000 of "root"',
    );
    expect(top.usage().refused).toBe(1);
    top.verify();
  });
});

describe("the memory that is not there", () => {
  test("in the parent: its heap is full, though its quota is not", () => {
    const top = root({ quota: 1 << 20, reserve: (1 << 20) + 65536 });
    // Blocks of 5 pages with holes between them: no run is left for a context.
    const row = Array.from({ length: 51 }, () => top.allocate(5 * 4096));
    for (const [i, p] of row.entries()) if (i % 2 === 0) top.free(p);
    const before = seen(top);
    throws(
      () => child(top, "a", 200_000),
      "OutOfMemoryError",
      "out of memory: no room for 241664 bytes aligned to 4096 in a capacity of 1114112 bytes: 573440 are free, at most 61440 of them in one piece",
    );
    throws(
      () => child(top, "a", 1000, { reserve: 2 << 20 }),
      "OutOfMemoryError",
      "out of memory: no room for 2097152 bytes aligned to 4096 in a capacity of 1114112 bytes: 573440 are free, at most 61440 of them in one piece",
    );
    expect(seen(top)).toEqual(before);
    top.verify();
  });

  test("in the allocator: its own error", () => {
    const region = new SlabAllocator({ capacity: 1 << 20 });
    region.allocate(900_000);
    const before = region.stats();
    const make = (options: object) => () => new MemoryContext(region, { name: "a", quota: 100_000, ...options });
    throws(
      make({}),
      "OutOfMemoryError",
      "out of memory: no room for 143360 bytes aligned to 4096 in a capacity of 1048576 bytes: 118784 are free, at most 118784 of them in one piece",
    );
    throws(
      make({ reserve: 2 << 20 }),
      "OutOfMemoryError",
      "out of memory: no room for 2097152 bytes aligned to 4096 in a capacity of 1048576 bytes: 118784 are free, at most 118784 of them in one piece",
    );
    throws(make({ reserved: 5 }), "InvalidArgumentError", UNKNOWN);
    const arena: Allocator = new Arena({ capacity: 100_000 });
    const over = () => new MemoryContext(arena, { name: "a", quota: 100_000 });
    throws(
      over,
      "OutOfMemoryError",
      "out of memory: no room for 143360 bytes aligned to 4096 in a capacity of 106256 bytes: 100000 are free, at most 100000 of them in one piece",
    );
    expect(region.stats()).toEqual(before);
    // The name was not taken.
    expect(() => new MemoryContext(region, { name: "a", quota: 1000 })).not.toThrow(InvalidArgumentError);
  });
});

test("what a newcomer leaves out is named", () => {
  const forgotten = MemoryContext as unknown as new (options: object) => MemoryContext;
  expect(() => new forgotten({ name: "a", quota: 1 << 20 })).toThrow(
    "invalid options: none; the first argument is the parent, or null",
  );
  const context = new MemoryContext(null, { name: "a", quota: 1 << 16 });
  const { reserved } = context.usage();
  expect(() => {
    context.quota = 1 << 20;
  }).toThrow(`invalid quota: 1048576 is more than ${reserved}, where its run ends: make it with a larger reserve`);
});
