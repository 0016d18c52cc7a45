import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeTrace, larson, readTrace, TraceDecoder, writeTrace } from "../src/index.ts";
import { loadTrace } from "../src/node.ts";

const MIB = 2 ** 20;
const tooLong = (event: number, maxBytes: number) => ({
  name: "TraceError",
  code: "ERR_INVALID_TRACE",
  message: `invalid trace: event ${event} at byte ${maxBytes}: the stream is longer than maxBytes, ${maxBytes}`,
  event,
  byte: maxBytes,
});

/** 64 KiB that become 64 MiB: as many allocations of 0 bytes, 1.4 GB of trace. */
const bomb = gzipSync(new Uint8Array(64 * MIB), { level: 9 });

describe("a limit", () => {
  test("stops a small file that would be a large trace, long before it is one", async () => {
    expect(bomb.length).toBeLessThan(70_000);
    const before = process.memoryUsage().arrayBuffers;
    await expect(readTrace(bomb)).rejects.toMatchObject(tooLong(16 * MIB, 16 * MIB));
    await expect(readTrace(bomb, { maxBytes: MIB })).rejects.toMatchObject(tooLong(MIB, MIB));
    // 21 bytes for each event that was read, and what was copied on the way.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1000 * MIB);
  });

  test("takes what is as long, packed or not, and in pieces, and not a byte more", async () => {
    const trace = larson({ live: 50, scale: 0.002 });
    const bytes = writeTrace(trace);
    const pieces = () => Array.from(bytes, (byte) => Uint8Array.of(byte));
    for (const source of [() => bytes, () => gzipSync(bytes), pieces]) {
      expect(await readTrace(source(), { maxBytes: bytes.length })).toEqual(trace);
      const maxBytes = bytes.length - 1;
      await expect(readTrace(source(), { maxBytes })).rejects.toMatchObject({
        code: "ERR_INVALID_TRACE",
        byte: maxBytes,
      });
    }
    expect(decodeTrace(bytes, { maxBytes: bytes.length })).toEqual(trace);
    expect(() => decodeTrace(bytes, { maxBytes: 3 })).toThrow(": the stream is longer than maxBytes, 3");
    expect(await readTrace([], { maxBytes: 0 })).toMatchObject({ events: 0 });
    expect(await readTrace(gzipSync(""), { maxBytes: 20 })).toMatchObject({ events: 0 });
  });

  test("is as much as one says", async () => {
    // Seven bytes for each allocation of 0, or it would take longer.
    const bytes = new Uint8Array(17.5 * MIB).fill(0x80);
    for (let i = 6; i < bytes.length; i += 7) bytes[i] = 0;
    expect((await readTrace(bytes, { maxBytes: bytes.length })).events).toBe(2.5 * MIB);
    await expect(readTrace(bytes)).rejects.toMatchObject({ byte: 16 * MIB });
  });

  test("is also for a name without an end, blocks without bytes, and pieces without bytes, which would never end", async () => {
    function* endless(piece: Uint8Array, first: Uint8Array = piece): Generator<Uint8Array> {
      yield first;
      for (;;) yield piece;
    }
    const named = Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3);
    const bare = named.map((byte, i) => (i === 3 ? 0 : byte));
    for (const source of [
      endless(new Uint8Array(100).fill(97), named),
      endless(Uint8Array.of(0, 0, 0, 255, 255), bare),
      endless(new Uint8Array(2 ** 20).fill(97), named),
    ]) {
      await expect(readTrace(source, { maxBytes: 1000 })).rejects.toMatchObject({
        message: "invalid trace: event 0 at byte 0: there are more than 67536 packed bytes",
      });
    }
    const none = gzipSync("");
    await expect(readTrace(endless(none))).rejects.toMatchObject({ code: "ERR_INVALID_TRACE" });
    await expect(readTrace(endless(new Uint8Array(0)))).rejects.toMatchObject({
      code: "ERR_INVALID_ARGUMENT",
      message: "invalid source: 65537 pieces in a row have no bytes",
    });
  });

  test("is loadTrace's too", async () => {
    await expect(loadTrace("lua", { maxBytes: 1000 })).rejects.toMatchObject({ code: "ERR_INVALID_TRACE", byte: 1000 });
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1", 1n, null, {}, Symbol("1")])(
    "%o is none",
    async (maxBytes) => {
      const expected = {
        code: "ERR_INVALID_ARGUMENT",
        message: expect.stringMatching(/^invalid maxBytes: .* is not a/),
      };
      const options = { maxBytes } as never;
      await expect(readTrace([], options)).rejects.toMatchObject(expected);
      await expect(loadTrace("jq", options)).rejects.toMatchObject(expected);
      expect(() => new TraceDecoder(options)).toThrow(expect.objectContaining(expected));
      expect(() => decodeTrace(new Uint8Array(0), options)).toThrow(expect.objectContaining(expected));
    },
  );

  test("is read once, before anything is waited for", async () => {
    const options = { maxBytes: 10 };
    const reading = readTrace([new Uint8Array(20)], options);
    const loading = loadTrace("jq", options);
    options.maxBytes = 2 ** 30;
    await expect(reading).rejects.toMatchObject({ byte: 10 });
    await expect(loading).rejects.toMatchObject({ byte: 10 });
    await expect(readTrace([], { maxByte: 1 } as never)).rejects.toThrow(
      'unknown option: "maxByte" is not one of maxBytes',
    );
  });
});

test("a decoder that has refused once refuses for good, with the same error", () => {
  const decoder = new TraceDecoder();
  const errors = [Uint8Array.of(4, 3), Uint8Array.of(4)].map((bytes) => {
    try {
      decoder.push(bytes);
    } catch (error) {
      return error;
    }
    return undefined;
  });
  expect(errors[0]).toMatchObject({ message: "invalid trace: event 1 at byte 1: operation 3 is reserved" });
  expect(errors[1]).toBe(errors[0]);
  expect(() => decoder.end()).toThrow(errors[0] as Error);
});
