import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeTrace, readTrace, TraceBuilder, TraceError, TraceWriter, workloads, writeTrace } from "../src/index.ts";
import { leb128 } from "./arbitrary.ts";

const allocate = (size: number): number => size * 4;
const free = (distance: number): number => distance * 4 + 1;
const reallocate = (distance: number): number => distance * 4 + 2;
const endless = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80);

const catalogue: [what: string, bytes: Uint8Array, message: string, event: number, byte: number][] = [
  ["the reserved operation", leb128(3), "operation 3 is reserved", 0, 0],
  ["the reserved operation, later", leb128(allocate(500), 7), "operation 3 is reserved", 1, 2],
  ["half the mark of gzip", Uint8Array.of(0x1f, 0x8a, 0x01), "operation 3 is reserved", 0, 0],
  ["distance 0", leb128(allocate(8), free(0)), "distance 0 leads to no block, there are 1", 1, 1],
  ["a free before any block", leb128(free(1)), "distance 1 leads to no block, there are 0", 0, 0],
  ["a free too far back", leb128(allocate(8), free(2)), "distance 2 leads to no block, there are 1", 1, 1],
  [
    "a reallocation too far back",
    leb128(allocate(8), reallocate(9), 5),
    "distance 9 leads to no block, there are 1",
    1,
    1,
  ],
  ["a far distance", leb128(allocate(8), free(2 ** 40)), "distance 1099511627776 leads to no block, there are 1", 1, 1],
  ["a double free", leb128(allocate(8), free(1), free(1)), "block 0 is free already", 2, 2],
  ["a reallocation after a free", leb128(allocate(8), free(1), reallocate(1), 5), "block 0 is free already", 2, 3],
  ["a size of 33 bits", leb128(allocate(2 ** 32)), "size 4294967296 is not a whole number of 32 bits", 0, 0],
  [
    "a new size of 33 bits",
    leb128(0, reallocate(1), 2 ** 32),
    "size 4294967296 is not a whole number of 32 bits",
    1,
    2,
  ],
  ["an integer cut off", leb128(allocate(8), allocate(500)).subarray(0, 2), "the integer is cut off", 1, 1],
  ["a new size cut off", leb128(0, reallocate(1), 500).subarray(0, 3), "the integer is cut off", 1, 2],
  ["a new size missing", leb128(0, reallocate(1)), "the new size of a reallocation is missing", 1, 2],
  ["an integer without an end", endless, "the integer takes more than 53 bits", 0, 0],
  ["an integer of 54 bits", leb128(0, 2 ** 53), "the integer takes more than 53 bits", 1, 1],
];

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("what is no trace", () => {
  test.each(catalogue)("%s", async (_, bytes, problem, event, byte) => {
    const expected = {
      name: "TraceError",
      code: "ERR_INVALID_TRACE",
      message: `invalid trace: event ${event} at byte ${byte}: ${problem}`,
      event,
      byte,
    };
    expect(errorOf(() => decodeTrace(bytes))).toMatchObject(expected);
    // Neither pieces nor packing change what is said.
    await expect(readTrace([...bytes].map((b) => Uint8Array.of(b)))).rejects.toMatchObject(expected);
    await expect(readTrace(gzipSync(bytes))).rejects.toMatchObject(expected);
  });

  test("integers up to 53 bits are read", () => {
    const bytes = leb128(Number.MAX_SAFE_INTEGER - 2);
    expect(() => decodeTrace(bytes)).toThrow(/: distance 2251799813685247 leads to no block/);
    // More bytes than needed are no error.
    expect(decodeTrace(Uint8Array.of(0xa0, 0x80, 0x00)).size[0]).toBe(8);
  });

  test("gzip that is cut off anywhere", async () => {
    const packed = gzipSync(writeTrace(workloads.larson({ scale: 0.001 })));
    for (let length = 2; length < packed.length; length += 97) {
      const error = await readTrace(packed.subarray(0, length)).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(TraceError);
      expect((error as TraceError).message).toMatch(
        /^invalid trace: event 0 at byte 0: the gzip data are damaged, cut off, or not one member alone: unpack /,
      );
    }
    // The checksum alone is missing.
    await expect(readTrace(packed.subarray(0, -8))).rejects.toThrow(/: the gzip data are damaged, cut off, /);
  });

  test("gzip with a damaged checksum", async () => {
    const packed = gzipSync(leb128(allocate(8)));
    packed[packed.length - 8] ^= 1;
    await expect(readTrace(packed)).rejects.toThrow(/: the gzip data are damaged, cut off, /);
  });

  test("an error of the source comes through as it is, packed or not", async () => {
    const failure = new Error("the network is gone");
    async function* failing(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 20);
      throw failure;
    }
    const bytes = writeTrace(workloads.larson({ scale: 0.001 }));
    await expect(readTrace(failing(bytes))).rejects.toBe(failure);
    await expect(readTrace(failing(gzipSync(bytes)))).rejects.toBe(failure);
  });

  test("a stream is cancelled when its trace is invalid", async () => {
    for (const first of [leb128(3, 3), gzipSync(leb128(3))]) {
      const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(first),
        cancel: () => cancel(),
      });
      await expect(readTrace(stream)).rejects.toBeInstanceOf(TraceError);
      await cancelled;
    }
  });

  test("any damage is a trace or a TraceError, nothing else", () => {
    const bytes = writeTrace(workloads.mstress({ scale: 0.001 })).slice(0, 2000);
    const damage = fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1 });
    let refused = 0;
    fc.assert(
      fc.property(damage, fc.nat({ max: bytes.length }), (changes, length) => {
        const damaged = bytes.slice();
        for (const [at, value] of changes) damaged[at] = value;
        const error = errorOf(() => decodeTrace(damaged.subarray(0, length)));
        if (error !== undefined) {
          expect(error).toBeInstanceOf(TraceError);
          expect((error as TraceError).byte).toBeLessThanOrEqual(length);
          refused++;
        }
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

describe("builder and writer", () => {
  test.each([
    ["builder", () => new TraceBuilder()],
    ["writer", () => new TraceWriter()],
  ])("the %s refuses impossible calls, and nothing has changed", (_, make) => {
    const sink = make();
    const id = sink.allocate(8);
    for (const size of [-1, 0.5, Number.NaN, 2 ** 32]) {
      const message = `invalid trace: event 1: size ${size} is not a whole number of 32 bits`;
      expect(errorOf(() => sink.allocate(size))).toMatchObject({ message, event: 1, byte: -1 });
      expect(errorOf(() => sink.reallocate(id, size))).toMatchObject({ message });
    }
    for (const wrong of [-1, 1, 0.5, Number.NaN]) {
      const message = `invalid trace: event 1: there is no block ${wrong}, only 1 were allocated`;
      expect(errorOf(() => sink.free(wrong))).toMatchObject({ message });
      expect(errorOf(() => sink.reallocate(wrong, 8))).toMatchObject({ message });
    }
    sink.reallocate(id, 9);
    const bytes = sink instanceof TraceWriter ? sink.take() : writeTrace(sink.build());
    expect(bytes).toEqual(leb128(allocate(8), reallocate(1), 9));
  });

  test("the builder refuses a block that is free already", () => {
    const builder = new TraceBuilder();
    builder.free(builder.allocate(8));
    expect(() => builder.free(0)).toThrow("invalid trace: event 2: block 0 is free already");
    expect(() => builder.reallocate(0, 1)).toThrow("invalid trace: event 2: block 0 is free already");
    expect(builder.build()).toMatchObject({ events: 2, slots: 1 });
  });
});
