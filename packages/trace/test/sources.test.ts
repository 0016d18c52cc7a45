import { ReadableStream } from "node:stream/web";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { decodeTrace, larson, readTrace, TraceDecoder, writeTrace, writeTraceGzip } from "../src/index.ts";

const trace = larson({ live: 20, scale: 0.001 });
const stored = [writeTrace(trace), Uint8Array.from(gzipSync(writeTrace(trace)))];

describe("bytes", () => {
  test.each([
    ["a Uint8Array", (b: Uint8Array) => b],
    ["a Buffer", (b) => Buffer.from(b)],
    ["an ArrayBuffer", (b) => b.slice().buffer],
    ["a SharedArrayBuffer", (b) => Object.assign(new Uint8Array(new SharedArrayBuffer(b.length)), b).buffer],
    ["a DataView of a part", (b) => new DataView(Uint8Array.of(9, ...b, 9).buffer, 1, b.length)],
    ["an Int8Array", (b) => new Int8Array(b.slice().buffer)],
    ["a Blob", (b) => new Blob([b as Uint8Array<ArrayBuffer>])],
    ["a Response", (b) => new Response(b as Uint8Array<ArrayBuffer>)],
    ["a stream", (b) => ReadableStream.from([b])],
    ["a list", (b) => [b]],
    ["a list of other views", (b) => [b.slice(0, 3).buffer, new DataView(b.slice(3).buffer)]],
    ["of another realm", (b) => runInContext("Uint8Array.from(bytes)", createContext({ bytes: [...b] }))],
    [
      "a DataView of another realm",
      (b) => runInContext("new DataView(Uint8Array.from(bytes).buffer)", createContext({ bytes: [...b] })),
    ],
    [
      "a generator of another realm",
      (b) =>
        runInContext(
          "(function* () { for (const b of bytes) yield Uint8Array.of(b); })()",
          createContext({ bytes: [...b] }),
        ),
    ],
    [
      "an async one",
      (b) => runInContext("(async function* () { yield Uint8Array.from(bytes); })()", createContext({ bytes: [...b] })),
    ],
  ] as [string, (bytes: Uint8Array) => never][])("%s", async (_, make) => {
    for (const bytes of stored) expect(await readTrace(make(bytes))).toEqual(trace);
  });

  test("of another realm, at once", () => {
    const foreign = runInContext("Uint8Array.from(bytes)", createContext({ bytes: [...stored[0]] }));
    expect(decodeTrace(foreign)).toEqual(trace);
  });

  test("are those at the time of the call, whatever becomes of them", async () => {
    for (const bytes of stored.map((b) => b.slice())) {
      const overwritten = readTrace(bytes);
      bytes.fill(3);
      expect(await overwritten).toEqual(trace);
    }
    for (const bytes of stored.map((b) => b.slice())) {
      const transferred = readTrace(bytes);
      structuredClone(bytes, { transfer: [bytes.buffer] });
      expect(await transferred).toEqual(trace);
    }
  });

  test("that are gone are refused", async () => {
    const message = "detached: the bytes are gone, their buffer was transferred or shrunk";
    const gone = stored[0].slice();
    structuredClone(gone, { transfer: [gone.buffer] });
    const shrunk = new ArrayBuffer(8, { maxByteLength: 8 });
    const views = [gone, gone.buffer, new Uint8Array(shrunk, 4, 4), new DataView(shrunk, 4, 4)];
    shrunk.resize(5);
    for (const value of views) {
      await expect(readTrace(value)).rejects.toMatchObject({ code: "ERR_DETACHED", message });
      await expect(readTrace([value] as never)).rejects.toMatchObject({ message });
      expect(() => new TraceDecoder().push(value as never)).toThrow(message);
    }
  });

  test("may be written over by their source before the next piece", async () => {
    for (const bytes of stored) {
      const memory = new Uint8Array(3);
      const reused = function* () {
        for (let at = 0; at < bytes.length; at += 3) {
          const piece = bytes.subarray(at, at + 3);
          memory.set(piece);
          yield memory.subarray(0, piece.length);
        }
      };
      expect(await readTrace(reused())).toEqual(trace);
    }
  });
});

describe("what is no source", () => {
  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [7, "7"],
    [7n, "7n"],
    ["trace.gz", '"trace.gz"'],
    [Symbol("trace"), "Symbol(trace)"],
    [() => [], "a function"],
    [{}, "an object"],
    [{ body: null }, "an object"],
    [{ body: 7 }, "an object"],
    [new Response(), "an object"],
    [Promise.resolve([]), "an object"],
  ])("%o", async (source, shown) => {
    await expect(readTrace(source as never)).rejects.toMatchObject({
      code: "ERR_INVALID_ARGUMENT",
      message: `invalid source: ${shown} is neither bytes nor a stream or list of bytes`,
    });
  });

  test.each([
    [[1, 2], "1"],
    [["abc"], '"abc"'],
    [[null], "null"],
    [[undefined], "undefined"],
    [[Symbol("s")], "Symbol(s)"],
    [[[1]], "an object"],
    [ReadableStream.from(["abc"]), '"abc"'],
  ])("pieces that are none: %o", async (source, shown) => {
    const message = `invalid piece: ${shown} is no Uint8Array`;
    await expect(readTrace(source as never)).rejects.toMatchObject({ code: "ERR_INVALID_ARGUMENT", message });
  });

  test.each([undefined, null, 7, "abc", [1], Symbol("s"), {}])("%o is not what a decoder takes", (bytes) => {
    expect(() => decodeTrace(bytes as never)).toThrow(/^invalid bytes: .* is no Uint8Array$/);
  });

  const itself = { stream: () => itself };
  const body = {
    get body() {
      return body;
    },
  };
  const chunks = (chunk: unknown) => ({ getReader: () => ({ read: async () => chunk, cancel: async () => {} }) });
  const none = "is neither bytes nor a stream or list of bytes";
  test.each([
    ["that is its own stream", itself, `invalid source: an object ${none}`],
    ["that is its own body", body, `invalid source: an object ${none}`],
    ["without a reader", { getReader: () => undefined }, "invalid reader: undefined has no method read"],
    ["whose reader can't", { getReader: () => ({ read() {} }) }, "invalid reader: an object has no method cancel"],
    ["that reads nothing", chunks(undefined), "invalid chunk: undefined is no object"],
    ["that reads nothing for ever", chunks({}), "invalid piece: undefined is no Uint8Array"],
  ])("a stream %s", async (_, source, message) => {
    await expect(readTrace(source as never)).rejects.toMatchObject({ code: "ERR_INVALID_ARGUMENT", message });
  });

  test("a stream that someone else reads, a body that was read", async () => {
    const stream = ReadableStream.from([new Uint8Array(1)]);
    stream.getReader();
    const locked = "invalid source: the stream is locked, someone else reads it";
    await expect(readTrace(stream)).rejects.toMatchObject({ code: "ERR_INVALID_ARGUMENT", message: locked });
    const response = new Response("text");
    await response.text();
    await expect(readTrace(response)).rejects.toMatchObject({
      code: "ERR_INVALID_ARGUMENT",
      message: "invalid source: its body was read before",
    });
  });
});

test("a stream that never ends its cancelling is not waited for, and one that fails at it is not heard", async () => {
  for (const cancel of [() => new Promise<void>(() => {}), () => Promise.reject(new Error("too late"))]) {
    const read = async () => ({ done: false, value: Uint8Array.of(3) });
    await expect(readTrace({ getReader: () => ({ read, cancel }) })).rejects.toThrow("operation 3 is reserved");
  }
});

test("a host without CompressionStream", async () => {
  vi.stubGlobal("CompressionStream", undefined);
  await expect(writeTraceGzip(trace)).rejects.toMatchObject({
    code: "ERR_UNSUPPORTED",
    message: "unsupported: no CompressionStream here: compress what writeTrace returns by other means",
  });
  vi.unstubAllGlobals();
});

test("a host without DecompressionStream, or with one that knows not all formats", async () => {
  class Old extends DecompressionStream {
    constructor(format: CompressionFormat) {
      if (format === "deflate-raw") throw new TypeError("unknown format");
      super(format);
    }
  }
  for (const [stream, format] of [
    [undefined, "gzip"],
    [Old, "deflate-raw"],
  ] as const) {
    vi.stubGlobal("DecompressionStream", stream);
    await expect(readTrace(stored[1])).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: `unsupported: no DecompressionStream of ${format} here: give readTrace the bytes unpacked`,
    });
    expect(await readTrace(stored[0])).toEqual(trace);
  }
  vi.unstubAllGlobals();
});
