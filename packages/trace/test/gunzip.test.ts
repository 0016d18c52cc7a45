import { Duplex } from "node:stream";
import {
  constants,
  crc32,
  createGunzip,
  createInflateRaw,
  deflateRawSync,
  gunzipSync,
  gzipSync,
  type ZlibOptions,
} from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { gunzip } from "../src/gunzip.ts";
import { readTrace } from "../src/index.ts";

const refusal =
  "invalid trace: event 0 at byte 0: the gzip data are damaged, cut off, or not one member alone: " +
  "unpack and pack them again, as by zcat a.gz b.gz | gzip";

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** All that is in there, or undefined where it is refused. */
async function unpacked(bytes: Uint8Array, length: number = bytes.length): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of gunzip(inPieces(bytes, length), 2 ** 30)) pieces.push(Buffer.from(piece));
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_INVALID_TRACE", message: refusal });
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
  const packed = gzipSync(sample(500));
  for (let length = 0; length < packed.length; length++) {
    expect(await unpacked(packed.subarray(0, length), 100)).toBe(undefined);
  }
});

/** What hosts are known to take besides one member alone, all that they differ in; made of zlib's streams. */
type Made = (format: string) => Duplex;
const strict: ZlibOptions = { rejectGarbageAfterEnd: true } as object;
const hosts: [name: string, made: Made | undefined][] = [
  ["this host", undefined],
  ["one that leaves out what is behind", (format) => (format === "gzip" ? createGunzip() : createInflateRaw())],
  ["one that reads on in gzip", (format) => (format === "gzip" ? createGunzip() : createInflateRaw(strict))],
  [
    "one that takes deflate data that are cut off",
    (format) =>
      format === "gzip" ? createGunzip(strict) : createInflateRaw({ ...strict, finishFlush: constants.Z_SYNC_FLUSH }),
  ],
];

describe.each(hosts)("one member alone, on %s", (_, made) => {
  beforeEach(() => {
    if (made === undefined) return;
    const make = made;
    class Stub {
      readonly readable: unknown;
      readonly writable: unknown;
      constructor(format: string) {
        ({ readable: this.readable, writable: this.writable } = Duplex.toWeb(make(format)));
      }
    }
    vi.stubGlobal("DecompressionStream", Stub);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const [one, two, none] = ["one", "two", ""].map((text) => gzipSync(text));
  const long = gzipSync(sample(70_000), { level: 1 });

  test("is taken", async () => {
    for (const piece of [1, 5, one.length]) expect(String(await unpacked(one, piece))).toBe("one");
    expect((await unpacked(none))?.length).toBe(0);
    expect((await unpacked(long))?.equals(sample(70_000))).toBe(true);
  });

  test.each([
    ["two", [one, two]],
    ["the same twice", [one, one]],
    ["three", [one, two, one]],
    ["one behind none", [none, one]],
    ["none behind one", [one, none]],
    ["none between", [one, none, two]],
    ["none at all, twice", [none, none]],
    ["long ones", [long, long]],
    ["a zero", [one, [0]]],
    ["zeros", [one, new Array(512).fill(0)]],
    ["many zeros", [one, new Array(300_000).fill(0)]],
    ["zeros behind a long one", [long, new Array(8).fill(0)]],
    ["half a mark", [one, [0x1f]]],
    ["a mark", [one, [0x1f, 0x8b]]],
    ["another mark", [one, [0x50, 0x4b, 3, 4]]],
    ["its own end again", [one, one.subarray(-8)]],
    ["a member that is cut off", [one, two.subarray(0, -1)]],
    ["text", [one, Buffer.from("the end\n")]],
    ["something between data and end", [one.subarray(0, -8), [0], one.subarray(-8)]],
  ])("%s: refused", async (_, parts) => {
    const bytes = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
    const cuts = bytes.length < 1000 ? [1, one.length, bytes.length] : [1024, long.length, bytes.length];
    for (const piece of cuts) expect(await unpacked(bytes, piece)).toBe(undefined);
  });

  test("what is cut off anywhere, with its end or without, is refused", async () => {
    // A last block without bytes: what comes before it is all of the text.
    const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    const deflate = deflateRawSync("text", { finishFlush: constants.Z_SYNC_FLUSH });
    const end = gzipSync("text").subarray(-8);
    const member = (last: number[]) => Buffer.concat([head, deflate, Buffer.from(last), end]);
    expect(String(await unpacked(member([3, 0])))).toBe("text");
    expect(String(await unpacked(member([1, 0, 0, 255, 255])))).toBe("text");
    for (const last of [[], [3], [1], [1, 0, 0, 255]]) expect(await unpacked(member(last))).toBe(undefined);
    for (let length = 0; length < one.length; length++) {
      expect(await unpacked(one.subarray(0, length))).toBe(undefined);
      const body = one.subarray(0, Math.min(length, one.length - 9));
      expect(await unpacked(Buffer.concat([body, one.subarray(-8)]))).toBe(undefined);
    }
  });

  test("whatever bit is changed: the same bytes, or refused", async () => {
    const packed = gzipSync(sample(40));
    let taken = 0;
    for (let bit = 0; bit < 8 * packed.length; bit++) {
      const damaged = Buffer.from(packed);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      const bytes = await unpacked(damaged);
      if (bytes === undefined) continue;
      taken++;
      expect(bytes.equals(sample(40))).toBe(true);
    }
    // The time, the system and its extra byte, the flag of text, and what fills the last byte.
    expect(taken).toBeGreaterThanOrEqual(49);
    expect(taken).toBeLessThan(57);
  });

  test("a source that ends late is waited for, and one that fails is heard", async () => {
    const late = async function* (last: () => void) {
      yield gzipSync(Uint8Array.of(0));
      await new Promise(setImmediate);
      last();
    };
    expect((await readTrace(late(() => {}))).events).toBe(1);
    const failure = new Error("the network is gone");
    const failing = late(() => {
      throw failure;
    });
    await expect(readTrace(failing)).rejects.toBe(failure);
  });

  test("is not unpacked far beyond the limit, and its source no longer asked", async () => {
    const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    // Of these, any number can follow each other.
    const zeros = deflateRawSync(new Uint8Array(2 ** 20), { finishFlush: constants.Z_FULL_FLUSH });
    let asked = 0;
    let close: () => void;
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    const endless = function* () {
      try {
        for (yield head; ; asked++) yield zeros;
      } finally {
        close();
      }
    };
    await expect(readTrace(endless(), { maxBytes: 1000 })).rejects.toMatchObject({ byte: 1000 });
    await closed;
    // What hosts keep before they unpack it.
    expect(asked * zeros.length).toBeLessThan(2 ** 17);
  });
});

describe("headers", () => {
  const body = deflateRawSync("text");
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc32("text"), 0);
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
