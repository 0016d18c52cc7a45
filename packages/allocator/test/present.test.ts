import { inspect } from "node:util";
import { expect, test } from "vitest";
import { allocatorWords, bytes, counted, postBuffer, present, type Words } from "../src/implement.ts";
import { DoubleFreeError, formatInDevtools, UnsupportedError } from "../src/index.ts";
import { TinyAllocator } from "./tiny-allocator.ts";

const SEND = "post its number";

class Thing {
  declare readonly number: number;

  constructor(number: number, words: Words<Thing> = WORDS) {
    present(this, words);
    this.number = number;
  }
}
const WORDS: Words<Thing> = {
  ...{ name: () => "thing", parts: ({ number }) => [`${number}`, "more"] },
  ...{ what: "a thing", send: SEND },
};

/** Of a subclass, which says other words; its objects are both. */
class Special extends Thing {
  constructor(number: number) {
    super(number);
    present<Special>(this, { ...WORDS, name: () => "special thing" });
  }
}

test("what is printed is one line, also in a larger object", () => {
  expect(inspect(new Thing(1))).toBe("thing { 1, more }");
  expect(inspect({ a: [new Special(2)] })).toBe("{ a: [ special thing { 2, more } ] }");
  expect(inspect(new Thing(3))).toBe("thing { 3, more }");
  expect(JSON.stringify({ thing: new Thing(4) })).toBe('{"thing":"thing { 4, more }"}');
});

test("where the parts can't be had, the line has the reason", () => {
  const parts = () => {
    throw new DoubleFreeError(8);
  };
  expect(inspect(new Thing(1, { ...WORDS, parts }))).toBe(`thing { ${new DoubleFreeError(8).message} }`);
});

test("a clone throws what to send instead, before anything is copied", () => {
  const sent = new UnsupportedError("a thing can't be cloned or sent to another thread: post its number");
  expect(sent.message).toBe("unsupported: a thing can't be cloned or sent to another thread: post its number");
  for (const thing of [new Thing(1), new Special(1), Object.freeze(new Thing(1))]) {
    expect(() => structuredClone({ thing })).toThrow(sent);
  }
  const channel = new MessageChannel();
  expect(() => channel.port1.postMessage([new Thing(1)])).toThrow(sent);
  channel.port1.close();
});

test("what lies in one buffer is posted with it", () => {
  expect(postBuffer("heap.buffer", "Heap.attach(buffer)")).toBe(
    "post heap.buffer, in the transfer list unless it is shared, and call Heap.attach(buffer) there",
  );
});

test("a proxy can be walked through, and says the same", () => {
  const proxy = new Proxy(new Thing(1), {});
  expect(Object.entries(proxy)).toEqual([
    ["can't be cloned", undefined],
    ["number", 1],
  ]);
  expect(JSON.stringify(proxy)).toBe('"thing { 1, more }"');
  // Whichever class below a common one was there first.
  expect(JSON.stringify(new Proxy(new Special(2), {}))).toBe('"special thing { 2, more }"');
});

test("objects of a class that is frozen are printed as any object, and are not cloned either", () => {
  class Frozen extends Thing {}
  Object.freeze(Frozen.prototype);
  class Alone {
    constructor() {
      present<Alone>(this, { name: () => "alone", parts: () => [], what: "it", send: SEND });
    }
  }
  Object.freeze(Alone.prototype);
  expect(inspect(new Frozen(1))).toBe("thing { 1, more }");
  expect(inspect(new Alone())).toBe('Alone { "can\'t be cloned": [Getter] }');
  expect(() => structuredClone(new Alone())).toThrow(UnsupportedError);
});

test("an allocator says how many blocks it has, and bytes in units", () => {
  const tiny = new TinyAllocator(4096, 4096);
  present(tiny, allocatorWords("an allocator", SEND));
  tiny.allocate(80);
  const { committed, live, free } = tiny.stats();
  expect(inspect(tiny)).toBe(
    `${tiny.traits.name} { ${bytes(committed)}, 1 block, ${bytes(live)} live, ${bytes(free)} free }`,
  );
  expect([0, 1, 1023, 1024, 1536, 1500000, 1 << 20, 1023 * 1024, 1023.5 * 1024, 2 ** 32 - 65536].map(bytes)).toEqual([
    "0 B",
    "1 B",
    "1023 B",
    "1 KiB",
    "1.5 KiB",
    "1.43 MiB",
    "1 MiB",
    "1023 KiB",
    "1024 KiB",
    "4 GiB",
  ]);
  expect([counted(1, "block"), counted(12345, "block")]).toEqual(["1 block", "12,345 blocks"]);
});

test("a browser's devtools are given a formatter, once, beside those that they have", () => {
  const host = globalThis as { devtoolsFormatters?: { header(value: unknown): unknown; hasBody(): boolean }[] };
  const other = { header: () => null, hasBody: () => true };
  host.devtoolsFormatters = [other];
  formatInDevtools();
  formatInDevtools();
  const [first, formatter, ...more] = host.devtoolsFormatters;
  delete host.devtoolsFormatters;
  expect([first, more]).toEqual([other, []]);
  expect(formatter.header(new Thing(1))).toEqual(["span", {}, "thing { 1, more }"]);
  for (const value of [undefined, null, 1, "text", {}, [], new Map(), Proxy.revocable({}, {}).proxy]) {
    expect(formatter.header(value)).toBe(null);
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(formatter.header(proxy)).toBe(null);
  expect(formatter.hasBody()).toBe(false);
});
