import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  checkAlignment,
  checkCount,
  checkInteger,
  checkKnown,
  checkOffsets,
  checkSize,
  isUint32,
} from "../src/implement.ts";
import { InvalidAlignmentError, InvalidArgumentError, InvalidSizeError, MAX_CAPACITY } from "../src/index.ts";

const NOT_INTEGERS = [Number.NaN, 0.5, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "8", 8n, null, {}, []];

test("the largest capacity leaves the last 64 KiB of the 32-bit range unused", () => {
  expect(MAX_CAPACITY).toBe(2 ** 32 - 2 ** 16);
});

describe("checkSize", () => {
  test.each([0, 1, 1023, 1024])("accepts %d of 1024", (size) => expect(checkSize(size, 1024)).toBe(size));

  test.each([1025, 2 ** 31, 2 ** 32, 2 ** 53, ...NOT_INTEGERS])("refuses %o of 1024", (size) => {
    expect(() => checkSize(size as number, 1024)).toThrow(InvalidSizeError);
  });

  test("is exact at the largest capacity", () => {
    expect(checkSize(MAX_CAPACITY, MAX_CAPACITY)).toBe(MAX_CAPACITY);
    expect(() => checkSize(MAX_CAPACITY + 1, MAX_CAPACITY)).toThrow(
      "invalid size: 4294901761 exceeds the capacity of 4294901760 bytes",
    );
  });
});

describe("checkAlignment", () => {
  test("accepts every power of two up to the maximum, and refuses the numbers beside them", () => {
    for (let alignment = 1; alignment <= 4096; alignment++) {
      const accepted = Number.isInteger(Math.log2(alignment));
      if (accepted) expect(checkAlignment(alignment, 4096)).toBe(alignment);
      else expect(() => checkAlignment(alignment, 4096)).toThrow(InvalidAlignmentError);
    }
  });

  test.each([0, 131072, 2 ** 31, 2 ** 32, ...NOT_INTEGERS])("refuses %o where 65536 is the maximum", (alignment) => {
    expect(() => checkAlignment(alignment as number, 65536)).toThrow(InvalidAlignmentError);
  });

  test("knows the sign bit for a power of two, and no more", () => {
    expect(checkAlignment(2 ** 31, 2 ** 31)).toBe(2 ** 31);
    expect(() => checkAlignment(-(2 ** 31), 2 ** 31)).toThrow(
      "invalid alignment: -2147483648 is not a power of two from 1 to 2147483648",
    );
  });
});

describe("checkInteger", () => {
  test.each([3, 4, 5])("accepts %d from 3 to 5", (value) => expect(checkInteger("frames", value, 3, 5)).toBe(value));

  test.each([2, 6, 3.5, ...NOT_INTEGERS])("refuses %o from 3 to 5", (value) => {
    expect(() => checkInteger("frames", value as number, 3, 5)).toThrow(InvalidArgumentError);
  });

  test("names the argument and shows the value", () => {
    expect(() => checkInteger("frames", 6, 3, 5)).toThrow("invalid frames: 6 is not a whole number from 3 to 5");
    expect(() => checkInteger("frames", 4, 3, 2)).toThrow(
      "invalid frames: 4 is not a whole number from 3 to 2: there is none",
    );
    expect(() => checkInteger("frames", "4" as unknown as number, 3, 5)).toThrow(
      'invalid frames: "4" is not a whole number from 3 to 5',
    );
  });
});

describe("checkCount", () => {
  const offsets = new Int32Array(4);

  test("is the whole array where no count is given", () => {
    expect(checkCount(undefined, offsets)).toBe(4);
    expect(checkCount(undefined, new Int32Array(0))).toBe(0);
    expect(checkCount(2, new Uint32Array(4) as unknown as Int32Array)).toBe(2);
  });

  test.each([0, 1, 4])("accepts %d of 4", (count) => expect(checkCount(count, offsets)).toBe(count));

  test("refuses a count beyond the array", () => {
    expect(() => checkCount(5, offsets)).toThrow("invalid count: 5 is not a whole number from 0 to 4");
    expect(() => checkCount(-1, offsets)).toThrow("invalid count: -1 is not a whole number from 0 to 4");
  });
});

describe("isUint32", () => {
  test.each([0, -0, 1, 2 ** 31, 2 ** 32 - 1])("%d is", (value) => expect(isUint32(value)).toBe(true));
  test.each([-1, 0.5, 2 ** 32, Number.NaN, "1", 1n, null, undefined, Symbol("1"), Object.create(null), [1]])(
    "%o is not, and is asked no conversion",
    (value) => expect(isUint32(value)).toBe(false),
  );
});

describe("checkOffsets", () => {
  test("accepts arrays of 32-bit integers, of another window too", () => {
    const foreign = runInNewContext("new Int32Array(1)");
    expect(foreign).not.toBeInstanceOf(Int32Array);
    for (const array of [new Int32Array(1), new Uint32Array(1), foreign]) expect(checkOffsets(array)).toBe(array);
  });

  test.each([
    [[1, 2], "an object"],
    [new Uint8Array(1), "an object"],
    [new BigInt64Array(1), "an object"],
    [{ [Symbol.toStringTag]: "Int32Array", length: 0 }, "an object"],
    [undefined, "undefined"],
    [3, "3"],
  ])("refuses %o", (array, shown) => {
    expect(() => checkOffsets(array as unknown as Int32Array)).toThrow(
      new InvalidArgumentError(`invalid offsets: ${shown} is no Int32Array or Uint32Array`),
    );
  });
});

test("an option that is not known is refused, with those that are", () => {
  checkKnown({}, ["a"]);
  checkKnown({ a: 1, b: undefined }, ["a", "b"]);
  expect(() => checkKnown({ a: 1, capacty: 2 }, ["a", "capacity"])).toThrow(
    new InvalidArgumentError('unknown option: "capacty" is not one of a, capacity'),
  );
});
