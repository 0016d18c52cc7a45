import { describe, expect, test } from "vitest";
import * as contract from "../src/index.ts";
import {
  AllocatorError,
  ClosedError,
  ContextDisposedError,
  ContextLentError,
  CorruptionError,
  DetachedError,
  DoubleFreeError,
  ForeignBlockError,
  FrameExpiredError,
  HostMemoryError,
  InvalidAlignmentError,
  InvalidArgumentError,
  InvalidBlockError,
  InvalidFreeError,
  InvalidSizeError,
  LaneLostError,
  NestedTickError,
  NoLaneError,
  OutOfMemoryError,
  PoolExhaustedError,
  QuotaExceededError,
  StaleHandleError,
  TicketError,
  UnsupportedError,
} from "../src/index.ts";

/** Every class once: the error, its name, its code, its message, and whether it is a `RangeError` too. */
const ERRORS = [
  [new TicketError("ticket 3 is in use"), "TicketError", "ERR_TICKET", "ticket: ticket 3 is in use", false],
  [
    new NoLaneError(8, "close or park one"),
    "NoLaneError",
    "ERR_NO_LANE",
    "no lane: all 8 are held; close or park one",
    false,
  ],
  [
    new LaneLostError(3, "its records are gone"),
    "LaneLostError",
    "ERR_LANE_LOST",
    "lane lost: ticket 3 was reclaimed while its thread lives; its records are gone",
    false,
  ],
  [
    new ClosedError("heap"),
    "ClosedError",
    "ERR_CLOSED",
    "closed: this thread has closed the heap; attach again with a new ticket",
    false,
  ],
  [
    new OutOfMemoryError(4096, 8, 65536, { free: 1000, largestFree: 500 }),
    "OutOfMemoryError",
    "ERR_OUT_OF_MEMORY",
    "out of memory: no room for 4096 bytes aligned to 8 in a capacity of 65536 bytes: 1000 are free, at most 500 of them in one piece",
    false,
  ],
  [
    new OutOfMemoryError(4096, 8, 65536, { free: 1000, largestFree: 500, committed: 16384 }),
    "OutOfMemoryError",
    "ERR_OUT_OF_MEMORY",
    "out of memory: no room for 4096 bytes aligned to 8 in a capacity of 65536 bytes, of which 16384 are committed: 1000 are free, at most 500 of them in one piece",
    false,
  ],
  [
    new OutOfMemoryError(4096, 8, 65536),
    "OutOfMemoryError",
    "ERR_OUT_OF_MEMORY",
    "out of memory: no room for 4096 bytes aligned to 8 in a capacity of 65536 bytes",
    false,
  ],
  [
    new HostMemoryError(65536),
    "HostMemoryError",
    "ERR_OUT_OF_MEMORY",
    "out of memory: the host has no buffer of 65536 bytes",
    false,
  ],
  [
    new UnsupportedError("no WebAssembly here"),
    "UnsupportedError",
    "ERR_UNSUPPORTED",
    "unsupported: no WebAssembly here",
    false,
  ],
  [
    new InvalidSizeError(-1, 65536),
    "InvalidSizeError",
    "ERR_INVALID_SIZE",
    "invalid size: -1 is not a whole number of bytes from 0 to 65536",
    true,
  ],
  [
    new InvalidSizeError(65537, 65536),
    "InvalidSizeError",
    "ERR_INVALID_SIZE",
    "invalid size: 65537 exceeds the capacity of 65536 bytes",
    true,
  ],
  [
    new InvalidSizeError(65536.5, 65536),
    "InvalidSizeError",
    "ERR_INVALID_SIZE",
    "invalid size: 65536.5 is not a whole number of bytes from 0 to 65536",
    true,
  ],
  [
    new InvalidSizeError(9, 8, "maximum", ", set by maxBytes"),
    "InvalidSizeError",
    "ERR_INVALID_SIZE",
    "invalid size: 9 exceeds the maximum of 8 bytes, set by maxBytes",
    true,
  ],
  [
    new InvalidAlignmentError(8, 4, ": the pool's stride is 12"),
    "InvalidAlignmentError",
    "ERR_INVALID_ALIGNMENT",
    "invalid alignment: 8 is not a power of two from 1 to 4: the pool's stride is 12",
    true,
  ],
  [
    new InvalidAlignmentError(3, 4096),
    "InvalidAlignmentError",
    "ERR_INVALID_ALIGNMENT",
    "invalid alignment: 3 is not a power of two from 1 to 4096",
    true,
  ],
  [
    new InvalidArgumentError("invalid count: 9 is not a whole number from 0 to 8"),
    "InvalidArgumentError",
    "ERR_INVALID_ARGUMENT",
    "invalid count: 9 is not a whole number from 0 to 8",
    true,
  ],
  [
    new InvalidBlockError(72),
    "InvalidBlockError",
    "ERR_INVALID_BLOCK",
    "invalid block: no live block begins at offset 72",
    false,
  ],
  [
    new InvalidFreeError(72),
    "InvalidFreeError",
    "ERR_INVALID_FREE",
    "invalid free: no block begins at offset 72",
    false,
  ],
  [
    new DoubleFreeError(64),
    "DoubleFreeError",
    "ERR_DOUBLE_FREE",
    "double free: the block at offset 64 is free already",
    false,
  ],
  [
    new CorruptionError("page 3 is in two runs"),
    "CorruptionError",
    "ERR_CORRUPTED",
    "corrupted: page 3 is in two runs",
    false,
  ],
  [
    new PoolExhaustedError(10000),
    "PoolExhaustedError",
    "ERR_POOL_EXHAUSTED",
    "pool exhausted: all 10000 slots are live",
    false,
  ],
  [
    new PoolExhaustedError(10000, 3),
    "PoolExhaustedError",
    "ERR_POOL_EXHAUSTED",
    "pool exhausted: all 9997 slots are live, 3 are retired",
    false,
  ],
  [
    new PoolExhaustedError(16, 0, "consciousness pool"),
    "PoolExhaustedError",
    "ERR_POOL_EXHAUSTED",
    "consciousness pool exhausted: all 16 slots are live",
    false,
  ],
  [new StaleHandleError(131073), "StaleHandleError", "ERR_STALE_HANDLE", "stale handle: 131073 is not live", false],
  [
    new QuotaExceededError("tiles", 64, 1000, 1024),
    "QuotaExceededError",
    "ERR_QUOTA_EXCEEDED",
    'quota exceeded: 64 bytes on top of 1000 exceed the 1024 of "tiles"',
    false,
  ],
  [
    new FrameExpiredError(64, 3, 5),
    "FrameExpiredError",
    "ERR_FRAME_EXPIRED",
    "frame expired: the block at offset 64 lived in frame 3, it is 5 now",
    false,
  ],
  [
    new NestedTickError("run()"),
    "NestedTickError",
    "ERR_NESTED_TICK",
    "nested tick: run() was called inside of a tick",
    false,
  ],
  [
    new ForeignBlockError(8192, "b", 'a "quoted"'),
    "ForeignBlockError",
    "ERR_FOREIGN_BLOCK",
    'foreign block: offset 8192 lies in "b", not in "a \\"quoted\\""',
    false,
  ],
  [
    new ContextDisposedError("a"),
    "ContextDisposedError",
    "ERR_CONTEXT_DISPOSED",
    'context disposed: "a" and its blocks are gone',
    false,
  ],
  [
    new ContextLentError("a"),
    "ContextLentError",
    "ERR_CONTEXT_LENT",
    'context lent: "a" is with another thread until it is reclaimed',
    false,
  ],
  [
    new DetachedError(),
    "DetachedError",
    "ERR_DETACHED",
    "detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown",
    false,
  ],
] as const;

describe.each(ERRORS)("%s", (error, name, code, message, isRange) => {
  test("has its name, code and message", () => {
    expect(error.name).toBe(name);
    expect(error.code).toBe(code);
    expect(error.message).toBe(message);
    expect(error.message).not.toContain("\n");
  });

  test("is an Error and an AllocatorError, and a RangeError where an argument was wrong", () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(AllocatorError);
    expect(error instanceof RangeError).toBe(isRange);
  });

  test("is an instance of its own class and of no other", () => {
    const classes = ERRORS.map(([other]) => other.constructor as new () => unknown);
    for (const type of new Set(classes)) expect(error instanceof type).toBe(type.name === name);
  });

  test("prints as its name and message", () => {
    expect(String(error)).toBe(`${name}: ${message}`);
  });
});

test("every exported error class is in the table above", () => {
  const exported = Object.keys(contract).filter((name) => name.endsWith("Error") && name !== "AllocatorError");
  expect(exported.sort()).toEqual([...new Set(ERRORS.map(([, name]) => name))].sort());
});

describe("AllocatorError", () => {
  test("does not claim other errors, or values that are no errors", () => {
    for (const value of [new Error("x"), new RangeError("x"), {}, null, undefined, "ERR_OUT_OF_MEMORY", 7]) {
      expect(value instanceof AllocatorError).toBe(false);
    }
  });

  test("claims the errors of another copy of this package", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("@ariax/allocator.error")]: true });
    expect(foreign).toBeInstanceOf(AllocatorError);
    expect(foreign).not.toBeInstanceOf(OutOfMemoryError);
  });

  test("a subclass of one of the classes is all of its ancestors, and they are not it", () => {
    class PageFault extends OutOfMemoryError {}
    const error = new PageFault(1, 8, 0);
    expect(error.name).toBe("OutOfMemoryError"); // until it gives itself a name
    expect(error).toBeInstanceOf(PageFault);
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toBeInstanceOf(AllocatorError);
    expect(error).not.toBeInstanceOf(DoubleFreeError);
    expect(new OutOfMemoryError(1, 8, 0)).not.toBeInstanceOf(PageFault);
  });

  test("shows no brand among its own enumerable properties", () => {
    expect(Object.keys(new DoubleFreeError(64)).sort()).toEqual(["code", "name"]);
    expect(Object.getOwnPropertySymbols({ ...new DoubleFreeError(64) })).toEqual([]);
  });
});

test.each([
  [-0, "-0"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "Infinity"],
  [1.5, "1.5"],
  [2 ** 53, "9007199254740992"],
  ["64", '"64"'],
  ["two\nlines", '"two\\nlines"'],
  [64n, "64n"],
  [true, "true"],
  [null, "null"],
  [undefined, "undefined"],
  [{ size: 64 }, "an object"],
  [[64], "an object"],
  [() => 64, "a function"],
  [Symbol("s"), "Symbol(s)"],
])("a message shows %o as %s", (value, shown) => {
  expect(new StaleHandleError(value).message).toBe(`stale handle: ${shown} is not live`);
});
