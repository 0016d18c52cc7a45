import { ReadableStream } from "node:stream/web";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeTrace,
  feedTrace,
  larson,
  readTrace,
  type Trace,
  TraceBuilder,
  TraceDecoder,
  TraceWriter,
  workloads,
  writeTrace,
  writeTraceGzip,
} from "../src/index.ts";
import { anySize, arbitraryTrace, leb128 } from "./arbitrary.ts";

function example(): Trace {
  const builder = new TraceBuilder();
  const a = builder.allocate(24);
  const b = builder.allocate(100);
  builder.free(a);
  builder.allocate(8);
  builder.reallocate(b, 5000);
  return builder.build();
}

function* inPieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe("the trace", () => {
  test("slots are used again, last in first out", () => {
    const builder = new TraceBuilder();
    const ids = [1, 2, 3].map((size) => builder.allocate(size));
    for (const id of ids) builder.free(id);
    for (const size of [4, 5, 6, 7]) builder.allocate(size);
    const trace = builder.build();
    expect([...trace.slot]).toEqual([0, 1, 2, 0, 1, 2, 2, 1, 0, 3]);
    expect([...trace.size]).toEqual([1, 2, 3, 0, 0, 0, 4, 5, 6, 7]);
    expect(trace).toMatchObject({ events: 10, slots: 4, allocations: 7, frees: 3, reallocations: 0, peakBytes: 22 });
  });

  test("building does not end the builder, nor does going on change what was built", () => {
    const builder = new TraceBuilder();
    const id = builder.allocate(1);
    const before = builder.build();
    builder.free(id);
    expect(before.events).toBe(1);
    expect(builder.build().events).toBe(2);
  });

  test("sizes are signed, and unsigned only where one needs it", () => {
    const builder = new TraceBuilder();
    builder.allocate(2 ** 31 - 1);
    expect(builder.build().size).toBeInstanceOf(Int32Array);
    const id = builder.allocate(2 ** 31);
    builder.reallocate(id, 2 ** 32 - 1);
    builder.free(id);
    const trace = builder.build();
    expect(trace.size).toEqual(Uint32Array.of(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 0));
    expect(trace.peakBytes).toBe(2 ** 31 - 1 + 2 ** 32 - 1);
  });
});

describe("reading and writing", () => {
  test("the bytes are those of the format", () => {
    expect(writeTrace(example())).toEqual(leb128(24 << 2, 100 << 2, (2 << 2) | 1, 8 << 2, (2 << 2) | 2, 5000));
  });

  test("reading what was written gives the same trace, cut anywhere", () => {
    const piece = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(arbitraryTrace(anySize), piece, (trace, length) => {
        const bytes = writeTrace(trace);
        expect(decodeTrace(bytes)).toEqual(trace);
        const decoder = new TraceDecoder();
        for (const chunk of inPieces(bytes, length)) decoder.push(chunk);
        expect(decoder.end()).toEqual(trace);
        expect(decoder.bytes).toBe(bytes.length);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("every kind of source, packed and not, in pieces of 1 byte and more", async () => {
    const trace = larson({ live: 50, scale: 0.002 });
    const bytes = writeTrace(trace);
    for (const stored of [bytes, gzipSync(bytes)]) {
      expect(await readTrace(stored)).toEqual(trace);
      for (const length of [1, 2, 3, 1000]) {
        expect(await readTrace(inPieces(stored, length))).toEqual(trace);
        expect(await readTrace(ReadableStream.from(inPieces(stored, length)))).toEqual(trace);
      }
      expect(
        await readTrace([new Uint8Array(0), stored.subarray(0, 1), new Uint8Array(0), stored.subarray(1)]),
      ).toEqual(trace);
    }
  });

  test("packed by ourselves, unpacked by another", async () => {
    const trace = example();
    const packed = await writeTraceGzip(trace);
    expect(new Uint8Array(gunzipSync(packed))).toEqual(writeTrace(trace));
    expect(await readTrace(packed)).toEqual(trace);
  });

  test("no bytes are a trace without events", async () => {
    const empty = new TraceBuilder().build();
    expect(await readTrace([])).toEqual(empty);
    expect(writeTrace(empty)).toHaveLength(0);
    expect(await readTrace(await writeTraceGzip(empty))).toEqual(empty);
  });

  test("a writer gives its bytes in pieces of whole events", () => {
    const trace = workloads.rptest({ scale: 0.01 });
    const writer = new TraceWriter();
    const decoder = new TraceDecoder();
    let sunk = 0;
    const flush = (): void => {
      if (++sunk % 100 === 0) decoder.push(writer.take());
      if (sunk % 100 === 0) expect(decoder.events).toBe(sunk);
    };
    feedTrace(trace, {
      allocate(size) {
        const id = writer.allocate(size);
        flush();
        return id;
      },
      free(id) {
        writer.free(id);
        flush();
      },
      reallocate(id, size) {
        writer.reallocate(id, size);
        flush();
      },
    });
    decoder.push(writer.take());
    expect(decoder.end()).toEqual(trace);
    expect(writer.take()).toHaveLength(0);
  });
});
