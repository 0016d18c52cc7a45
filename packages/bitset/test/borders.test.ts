/** Where the package meets its callers and its host: any value, words that are gone, other realms, a host that lacks something. */
import { execFileSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { AtomicBitSet, BitSet, verify } from "../src/index.ts";

type AnySet = BitSet | AtomicBitSet;

/** An error of the family, whoever asks. */
function coded(code: string, message: string | RegExp = /^[a-z]/) {
  return expect.objectContaining({
    code,
    message: typeof message === "string" ? message : expect.stringMatching(message),
    name: NAMES[code],
    [Symbol.for("@ariax/allocator.error")]: true,
  });
}
const NAMES: Record<string, string> = {
  ERR_INVALID_ARGUMENT: "InvalidArgumentError",
  ERR_CORRUPTED: "CorruptionError",
  ERR_DETACHED: "DetachedError",
  ERR_OUT_OF_MEMORY: "HostMemoryError",
  ERR_UNSUPPORTED: "UnsupportedError",
};

/** What is no number of any method, and how a message shows it. */
const VALUES: [unknown, string][] = [
  [1n, "1n"],
  [Symbol("1"), "Symbol(1)"],
  [{ valueOf: () => 1 }, "an object"],
  [{ valueOf: thrower, toString: thrower, [Symbol.toPrimitive]: thrower }, "an object"],
  [Object.create(null), "an object"],
  [Object(1), "an object"],
  [[1], "an object"],
  [() => 1, "an object"],
  ["1", '"1"'],
  ["1\n2", '"1\\n2"'],
  ["", '""'],
  [true, "true"],
  [null, "null"],
  [undefined, "undefined"],
  [Number.NaN, "NaN"],
  [2 ** 32 + 1, "4294967297"],
  [-1, "-1"],
  [1.5, "1.5"],
];

function thrower(): never {
  throw new Error("an argument was asked for its value");
}

const CALLS: Record<string, (set: AnySet, value: never) => unknown> = {
  has: (set, value) => set.has(value),
  set: (set, value) => set.set(value),
  clear: (set, value) => set.clear(value),
  next: (set, value) => (set as BitSet).next(value),
  takeRun: (set, value) => (set as BitSet).takeRun(value),
  "setRange from": (set, value) => (set as BitSet).setRange(value, 5),
  "setRange to": (set, value) => (set as BitSet).setRange(1, value),
  "clearRange from": (set, value) => (set as BitSet).clearRange(value, 5),
  "clearRange to": (set, value) => (set as BitSet).clearRange(1, value),
  takeFirst: (set) => set.takeFirst(),
  count: (set) => set.count,
  setAll: (set) => set.setAll(),
  clearAll: (set) => set.clearAll(),
  verify: (set) => verify(set),
  first: (set) => (set as BitSet).first(),
  iteration: (set) => [...(set as BitSet)],
};

describe.each([BitSet, AtomicBitSet])("%o", (Kind) => {
  const names = Object.keys(CALLS).filter((name) => Kind === BitSet || name.split(" ")[0] in Kind.prototype);
  const withArgument = names.filter((name) => CALLS[name].length > 1);

  test.each(VALUES)("%o is no argument", (value, shown) => {
    const set = new Kind(100);
    set.setAll();
    const before = set.words.slice();
    const refused = coded("ERR_INVALID_ARGUMENT", /^invalid [\w ]+: .* is not a whole number from -?\d+ to \d+$/);
    for (const name of withArgument) expect(() => CALLS[name](set, value as never), name).toThrow(refused);
    expect(() => set.has(value as never)).toThrow(`invalid index: ${shown} is not a whole number from 0 to 99`);
    expect(set.words).toEqual(before);

    expect(() => Kind.byteLength(value as never)).toThrow(refused);
    expect(() => new Kind(value as never)).toThrow(refused);
    const words = new Int32Array(20);
    expect(() => Kind.over(words, 0, value as never)).toThrow(refused);
    expect(() => Kind.over(words, value as never, 100)).toThrow(refused);
    if (value !== undefined) expect(() => new Kind(100, words, value as never)).toThrow(refused);
  });

  test("what are no words", () => {
    const refused = coded("ERR_INVALID_ARGUMENT", "invalid words: not an Int32Array");
    const words = new Int32Array(20);
    const imposter = { [Symbol.toStringTag]: "Int32Array", length: 20, buffer: words.buffer, byteOffset: 0 };
    const none = [
      null,
      5,
      "8",
      8n,
      Symbol("w"),
      {},
      { shared: true },
      [0, 0],
      words.buffer,
      imposter,
      new Proxy(words, {}),
    ];
    const others = [
      new Uint32Array(20),
      new Uint8Array(80),
      new Float64Array(20),
      new DataView(words.buffer),
      Buffer.alloc(80),
    ];
    for (const value of [...none, ...others]) {
      expect(() => Kind.over(value as never, 0, 100)).toThrow(refused);
      expect(() => new Kind(100, value as never)).toThrow(refused);
      expect(() => verify({ words: value as never, length: 100 })).toThrow(refused);
    }
    expect(() => Kind.over(undefined as never, 0, 100)).toThrow(refused);
    expect(() => (Kind.over as () => AnySet)()).toThrow(coded("ERR_INVALID_ARGUMENT"));
    expect(() => new (Kind as unknown as new () => AnySet)()).toThrow(coded("ERR_INVALID_ARGUMENT"));
    expect(() => new Kind({ length: 100 } as never)).toThrow(coded("ERR_INVALID_ARGUMENT"));
    expect(() => new Kind(100, undefined, 1)).toThrow(
      coded("ERR_INVALID_ARGUMENT", /^invalid start of \d words: 1 is/),
    );
  });

  test("words of another realm, and a subclass's", () => {
    const foreign = runInNewContext("new Int32Array(20)") as Int32Array;
    class Own extends Int32Array {
      static get [Symbol.species](): Int32ArrayConstructor {
        return thrower();
      }
    }
    for (const words of [foreign, new Own(20)]) {
      const set = Kind.over(words, 3, 100);
      set.set(99);
      verify(set);
      expect(words[6]).toBe(8);
      expect(set.count).toBe(1);
    }
  });

  describe.each([
    ["transferred", (buffer: ArrayBuffer) => void structuredClone(buffer, { transfer: [buffer] })],
    ["shrunk by a word", (buffer: ArrayBuffer) => buffer.resize(buffer.byteLength - 4)],
    ["shrunk to nothing", (buffer: ArrayBuffer) => buffer.resize(0)],
  ])("words whose buffer was %s", (_, spoil) => {
    test.each([20, 2000, 40_000])("every call is refused, and changes nothing: %i bits", (length) => {
      const size = Kind.byteLength(length) / 4;
      for (const name of names) {
        // the second follows its buffer's length
        for (const length32 of [size, undefined]) {
          const buffer = new ArrayBuffer(4 * size, { maxByteLength: 8 * size });
          const set = Kind.over(new Int32Array(buffer, 0, length32), 0, length);
          for (const i of [0, 5, length - 1]) set.set(i);
          spoil(buffer);
          const rest = () => (buffer.byteLength === 0 ? [] : [...new Int32Array(buffer)]);
          const before = rest();
          expect(() => CALLS[name](set, 4 as never), name).toThrow(
            coded("ERR_DETACHED", "detached: the words are gone, their buffer was transferred or shrunk"),
          );
          expect(rest()).toEqual(before);
          expect([set.length, set.byteLength]).toEqual([length, 4 * size]);
        }
      }
    });
  });

  test("memory that is new, and so zero, is not written", () => {
    const Own = Kind === BitSet ? ArrayBuffer : SharedArrayBuffer;
    class Marked extends (Own as ArrayBufferConstructor) {
      constructor(bytes: number) {
        super(bytes);
        new Uint8Array(this).fill(0x55);
      }
    }
    vi.stubGlobal(Own.name, Marked);
    const { words } = new Kind(2000);
    vi.unstubAllGlobals();
    expect(words.filter((word) => word !== 0x55555555)).toEqual(new Int32Array(0));
  });
});

test("what is no set can't be verified", () => {
  for (const value of [undefined, null, 5, "set", 1n, Symbol("s"), () => 1]) {
    expect(() => verify(value as never)).toThrow(coded("ERR_INVALID_ARGUMENT", "invalid set: it is no BitSet"));
  }
  const words = new Int32Array(3);
  expect(() => verify({} as never)).toThrow(coded("ERR_INVALID_ARGUMENT", /^invalid length: undefined/));
  expect(() => verify({ words, length: 100 })).toThrow(
    coded("ERR_INVALID_ARGUMENT", "invalid words: 3 are too few, 5 are needed from word 0 on"),
  );
  expect(() => verify({ words, length: 1n as never })).toThrow(coded("ERR_INVALID_ARGUMENT", /^invalid length: 1n/));
});

describe("a host that lacks", () => {
  const run = (lack: string, limit = "true") => {
    const command = `${limit}; exec "$0" "$1" "$2"`;
    const script = new URL("./host.ts", import.meta.url).pathname;
    return JSON.parse(execFileSync("bash", ["-c", command, process.execPath, script, lack], { encoding: "utf8" }));
  };
  const outOfRange = "invalid index: 100 is not a whole number from 0 to 99";
  const others = [
    { name: "InvalidArgumentError", code: "ERR_INVALID_ARGUMENT", message: outOfRange },
    { name: "InvalidArgumentError", code: "ERR_INVALID_ARGUMENT", message: "invalid words: not an Int32Array" },
    { name: "CorruptionError", code: "ERR_CORRUPTED", message: "corrupted: summary word 4 is 8, not 9" },
  ];

  test("memory", () => {
    const outOfMemory = (bytes: number) => ({
      name: "HostMemoryError",
      code: "ERR_OUT_OF_MEMORY",
      message: `out of memory: the host has no buffer of ${bytes} bytes`,
    });
    expect(run("memory", "ulimit -v 3000000")).toEqual([
      outOfMemory(BitSet.byteLength(2 ** 30)),
      outOfMemory(AtomicBitSet.byteLength(2 ** 30)),
    ]);
  });

  test("SharedArrayBuffer", () => {
    const message = "unsupported: no SharedArrayBuffer here: a page has it once it is cross-origin isolated";
    const unsupported = { name: "UnsupportedError", code: "ERR_UNSUPPORTED", message };
    expect(run("SharedArrayBuffer")).toEqual(["nothing", unsupported, "nothing", ...others]);
  });

  test("prototypes that can be changed", () => {
    expect(run("thawed prototypes")).toEqual(["nothing", "nothing", "nothing", ...others]);
  });
});
