import { constants, deflateRawSync, gunzipSync, gzipSync, crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32, gunzip } from "../src/gunzip.ts";
import { Input } from "../src/input.ts";
import { StreamError } from "../src/stream-error.ts";

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** All that is in there, or undefined where it is refused. */
async function unpacked(bytes: Uint8Array, length: number = bytes.length): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  try {
    // A copy: pieces are good until the next is asked for.
    for await (const piece of gunzip(new Input(inPieces(bytes, length), 2 ** 30))) pieces.push(Buffer.from(piece));
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    expect(error.message).toBe("the gzip data are damaged or cut off");
    return undefined;
  }
  return Buffer.concat(pieces);
}

/** Bytes that repeat, near and far, and bytes that don't. */
function sample(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = length | 1;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 0x2545f491) + 1;
    const dice = state >>> 24;
    const back = dice < 200 ? 1 + (dice % 7) : 30_000 + dice;
    bytes[i] = dice < 240 && i >= back ? bytes[i - back] : state >>> 16;
  }
  return bytes;
}

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;
const kinds = [
  ...[0, 1, 6, 9].map((level) => ({ level, strategy: Z_DEFAULT_STRATEGY })),
  ...[Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE].map((strategy) => ({ level: 6, strategy })),
];

describe.each(kinds)("deflate of level $level, strategy $strategy", (options) => {
  test("is unpacked as zlib does, cut anywhere", async () => {
    for (const length of [0, 1, 2, 255, 256, 65_535, 65_536, 65_537, 300_000]) {
      const bytes = sample(length);
      const packed = gzipSync(bytes, options);
      expect((await unpacked(packed))?.equals(bytes)).toBe(true);
      for (const piece of length < 1000 ? [1, 2, 3, 100] : [7919]) {
        expect((await unpacked(packed, piece))?.equals(bytes)).toBe(true);
      }
    }
  });
});

test("any bytes, packed by zlib, come out again", async () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(3), { maxLength: 2000 }));
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), fc.nat(9), async (bytes, piece, level) => {
      const packed = gzipSync(Uint8Array.from(bytes), { level });
      expect([...((await unpacked(packed, piece)) ?? [-1])]).toEqual([...bytes]);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("any damage is refused, or taken by zlib too, and for the same bytes", async () => {
  const packed = gzipSync(sample(3000));
  const damage = fc.array(fc.tuple(fc.nat({ max: packed.length - 1 }), fc.nat(255)), { minLength: 1, maxLength: 3 });
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const damaged = Buffer.from(packed);
      for (const [at, value] of changes) damaged[at] = value;
      const ours = await unpacked(damaged);
      if (ours === undefined) refused++;
      else expect(ours.equals(gunzipSync(damaged))).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});

test("what is cut off anywhere is refused", async () => {
  const packed = gzipSync(sample(2000));
  for (let length = 0; length < packed.length; length++) {
    expect(await unpacked(packed.subarray(0, length), 100)).toBe(undefined);
  }
});

describe("members", () => {
  const [one, two] = [gzipSync("one"), gzipSync("two")];
  const none = gzipSync("");

  test.each([
    ["two", [one, two], "onetwo"],
    ["one behind none", [none, one], "one"],
    ["none behind one", [one, none, none], "one"],
    ["none at all", [none, none], ""],
  ])("%s", async (_, members, text) => {
    const bytes = Buffer.concat(members);
    for (const piece of [1, 5, bytes.length]) expect(String(await unpacked(bytes, piece))).toBe(text);
  });

  test.each([
    ["a zero", [0]],
    ["zeros", new Array(512).fill(0)],
    ["half a mark", [0x1f]],
    ["a mark", [0x1f, 0x8b]],
    ["another mark", [0x50, 0x4b, 3, 4]],
    ["a member that is cut off", [...two.subarray(0, -1)]],
    ["text", [...Buffer.from("the end\n")]],
  ])("%s behind the last is refused", async (_, rest) => {
    const bytes = Buffer.concat([one, Buffer.from(rest)]);
    for (const piece of [1, bytes.length]) expect(await unpacked(bytes, piece)).toBe(undefined);
  });
});

describe("headers", () => {
  const body = deflateRawSync("text");
  const end = Buffer.alloc(8);
  end.writeUInt32LE(zlibCrc32("text"), 0);
  end.writeUInt32LE(4, 4);
  const member = (flags: number, ...fields: number[]) => {
    const head = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3, ...fields]);
    return [head, Buffer.concat([head, body, end])] as const;
  };

  test.each([
    ["extra fields", 4, [3, 0, 1, 2, 3]],
    ["many of them", 4, [0x2c, 1, ...new Array(300).fill(7)]],
    ["a name", 8, [97, 98, 0]],
    ["a comment", 16, [99, 0]],
    ["text, a name and a comment", 1 + 8 + 16, [97, 0, 99, 0]],
  ])("%s", async (_, flags, fields) => {
    const [, bytes] = member(flags, ...fields);
    for (const piece of [1, bytes.length]) expect(String(await unpacked(bytes, piece))).toBe("text");
  });

  test("a checksum", async () => {
    const [head] = member(2 + 8, 97, 0);
    const sum = crc32(head) & 0xffff;
    for (const [value, text] of [
      [sum, "text"],
      [sum ^ 1, undefined],
    ] as const) {
      const bytes = Buffer.concat([head, Buffer.from([value & 255, value >> 8]), body, end]);
      expect((await unpacked(bytes))?.toString()).toBe(text);
    }
  });

  test.each([0x20, 0x40, 0x80])("flag %i, which is reserved, is refused", async (flag) => {
    expect(await unpacked(member(flag)[1])).toBe(undefined);
  });

  test("another method is refused", async () => {
    const bytes = Buffer.from(member(0)[1]);
    bytes[2] = 7;
    expect(await unpacked(bytes)).toBe(undefined);
  });
});

test.each([
  ["block type 3", [7]],
  ["a stored block whose length is not said twice", [1, 5, 0, 5, 0]],
  // The fixed code: 256 is 0000000, 257 (length 3) 0000001, 286 11000110; distance 0 is 00000.
  ["a copy from before the start", [0b0000_0011, 0b0000_0010, 0]],
  ["length symbol 286", [0b0001_1011, 0b0000_0011, 0, 0]],
])("%s is refused", async (_, deflate) => {
  const head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
  expect(await unpacked(Buffer.from([...head, ...deflate, ...new Array(20).fill(0)]))).toBe(undefined);
});

test("the CRC-32 is zlib's, in one go and in parts", () => {
  const bytes = sample(1000);
  expect(crc32(bytes)).toBe(zlibCrc32(bytes));
  expect(crc32(bytes.subarray(300), crc32(bytes.subarray(0, 300)))).toBe(zlibCrc32(bytes));
});
