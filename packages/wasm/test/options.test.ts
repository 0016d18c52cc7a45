/** Options are read once, before anything is waited for; what means nothing is refused, with its name. */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { moduleBytes, SharedWasmAllocator, WasmAllocator, type WasmOptions } from "../src/index.ts";
import { memoryOf, PAGE, rejectedBy, thrownBy } from "./heaps.ts";

const INVALID = "ERR_INVALID_ARGUMENT:";
const capacity = 1 << 20;
const memory = memoryOf(16, 64);
const known = "capacity, maxCapacity, shared, byteOffset, byteLength, memory, module";
const stranger = Object.defineProperty(memoryOf(16), "buffer", { value: new ArrayBuffer(1 << 20) });
const lookalike = { [Symbol.toStringTag]: "WebAssembly.Memory", buffer: new ArrayBuffer(1 << 20), grow: () => 16 };

describe("create refuses", () => {
  const wrong: [unknown, string][] = [
    [{ capacity, maxCapcity: 1 << 21 }, `unknown option: "maxCapcity" is not one of ${known}`],
    [{ buffer: new ArrayBuffer(1 << 20) }, `unknown option: "buffer" is not one of ${known}`],
    [{ capacity, memory }, "contradictory options: memory and capacity exclude each other"],
    [{ maxCapacity: capacity, memory }, "contradictory options: memory and maxCapacity exclude each other"],
    [{ shared: false, memory }, "contradictory options: memory and shared exclude each other"],
    [{ capacity, byteOffset: 0 }, "contradictory options: capacity and byteOffset exclude each other"],
    [{ capacity, byteLength: 1 << 20 }, "contradictory options: capacity and byteLength exclude each other"],
    [{ capacity: 1048576n }, "invalid capacity: 1048576n is not a whole number from 65536 to 4294901760"],
    [{ capacity, maxCapacity: null }, "invalid maxCapacity: null is not a whole number from 1048576 to 4294901760"],
    [{ capacity, shared: "no" }, 'invalid shared: "no" is not true or false'],
    [{ memory, byteOffset: 0n }, "invalid byteOffset: 0n is not a whole number from 0 to 1048576"],
    [{ memory, byteOffset: null }, "invalid byteOffset: null is not a whole number from 0 to 1048576"],
    [{ memory, byteLength: Symbol("1") }, "invalid byteLength: Symbol(1) is not a whole number from 0 to 4294967296"],
    [{ memory: new Proxy(memory, {}) }, "invalid memory: not a WebAssembly.Memory"],
    [{ memory: stranger }, "invalid memory: not a WebAssembly.Memory"],
    [{ memory: lookalike }, "invalid memory: not a WebAssembly.Memory"],
    [{ capacity, module: null }, "invalid module: not a WebAssembly.Module"],
    [{ capacity, module: Promise.resolve() }, "invalid module: not a WebAssembly.Module"],
    [{ capacity, module: new Response() }, "invalid module: not a WebAssembly.Module"],
    [{ capacity, module: moduleBytes(false).buffer }, "invalid module: not a WebAssembly.Module"],
    [{ capacity, module: { [Symbol.toStringTag]: "WebAssembly.Module" } }, "invalid module: not a WebAssembly.Module"],
    [
      { capacity, module: new Proxy(new WebAssembly.Module(moduleBytes(false)), {}) },
      "invalid module: not a WebAssembly.Module",
    ],
    [undefined, "invalid options: undefined is no object"],
    [null, "invalid options: null is no object"],
    [65536, "invalid options: 65536 is no object"],
    [5n, "invalid options: 5n is no object"],
  ];
  test.each(wrong.map(([options, message]) => [message, options]))("%s", async (message, options) => {
    expect(thrownBy(() => WasmAllocator.createSync(options as WasmOptions))).toBe(`${INVALID} ${message}`);
    expect(await rejectedBy(WasmAllocator.create(options as WasmOptions))).toBe(`${INVALID} ${message}`);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
    expect(memory.buffer.byteLength).toBe(16 * PAGE);
  });
});

describe("attach refuses", () => {
  const heap = WasmAllocator.createSync({ capacity });
  const wrong: [unknown[], string][] = [
    [[], "invalid memory: not a WebAssembly.Memory"],
    [[null], "invalid memory: not a WebAssembly.Memory"],
    [[{}], "invalid memory: not a WebAssembly.Memory"],
    [[5n], "invalid memory: not a WebAssembly.Memory"],
    [[heap.memory.buffer], "invalid memory: not a WebAssembly.Memory"],
    [[new Proxy(heap.memory, {})], "invalid memory: not a WebAssembly.Memory"],
    [[lookalike], "invalid memory: not a WebAssembly.Memory"],
    [[heap.memory, 0n], "invalid byteOffset: 0n is not a whole number from 0 to 1048576"],
    [[heap.memory, "0"], 'invalid byteOffset: "0" is not a whole number from 0 to 1048576'],
    [[heap.memory, null], "invalid byteOffset: null is not a whole number from 0 to 1048576"],
    [[heap.memory, {}], "invalid byteOffset: an object is not a whole number from 0 to 1048576"],
    [[heap.memory, 0, null], "invalid options: null is no object"],
    [[heap.memory, 0, { modul: 1 }], 'unknown option: "modul" is not one of module'],
    [[heap.memory, 0, { module: {} }], "invalid module: not a WebAssembly.Module"],
  ];
  test.each(wrong.map(([args, message]) => [message, args] as const))("%s", async (message, args) => {
    const [where, byteOffset, options] = args as [WebAssembly.Memory, number, { module: object }];
    expect(thrownBy(() => WasmAllocator.attachSync(where, byteOffset, options))).toBe(`${INVALID} ${message}`);
    expect(await rejectedBy(WasmAllocator.attach(where, byteOffset, options))).toBe(`${INVALID} ${message}`);
  });
});

test("a constructor is none", () => {
  const made = WasmAllocator as unknown as new (options?: object) => WasmAllocator;
  const message = `${INVALID} invalid call: a WasmAllocator is made by create or attach`;
  expect(thrownBy(() => new made({ capacity }))).toBe(message);
  expect(thrownBy(() => new made())).toBe(message);
});

describe("what is changed after the call is not seen", () => {
  test("of memory of its own", async () => {
    const module = new WebAssembly.Module(moduleBytes(false));
    const options: Record<string, unknown> = { capacity: PAGE, maxCapacity: 4 * PAGE, module };
    const promise = WasmAllocator.create(options as unknown as WasmOptions);
    Object.assign(options, {
      capacity: 1 << 24,
      maxCapacity: 1 << 26,
      shared: true,
      module: 5,
      memory: 5,
      byteOffset: -1,
    });
    const heap = await promise;
    expect([heap.capacity, heap.traits.shared, heap.memory.buffer.byteLength]).toEqual([4 * PAGE, false, PAGE]);
    while (heap.tryAllocate(1000) !== 0);
    expect(heap.memory.buffer.byteLength).toBe(4 * PAGE);
    heap.verify();
  });

  test("of memory that is given", async () => {
    const [mine, other] = [memoryOf(8, 64), memoryOf(32)];
    const options = { memory: mine, byteOffset: PAGE, byteLength: 4 * PAGE };
    const promise = WasmAllocator.create(options);
    Object.assign(options, { memory: other, byteOffset: 0, byteLength: 32 * PAGE });
    const heap = await promise;
    expect([heap.memory, heap.capacity, heap.words.byteOffset]).toEqual([mine, 4 * PAGE, PAGE]);
    expect(new Uint8Array(other.buffer).every((byte) => byte === 0)).toBe(true);
  });

  test("of the module of an attached heap", async () => {
    const options = { module: new WebAssembly.Module(moduleBytes(false)) };
    const { memory } = WasmAllocator.createSync({ capacity });
    const promise = WasmAllocator.attach(memory, 0, options);
    Object.assign(options, { module: 5 });
    (await promise).verify();
  });

  test("and each getter is asked once, at once", async () => {
    const asked: string[] = [];
    const get = (target: object, key: string | symbol) => {
      if (typeof key === "string") asked.push(key);
      return Reflect.get(target, key);
    };
    const promise = WasmAllocator.create(new Proxy({ capacity }, { get: get as () => unknown }));
    const names = known.split(", ").sort();
    expect(asked.sort()).toEqual(names);
    await promise;
    expect(asked).toEqual(names);
  });
});

test.each([
  ["a proxy", (options: object) => new Proxy(options, {})],
  ["Vue's", (options: object) => reactive(options)],
])("options behind %s are options", async (_, behind) => {
  const given = behind({ memory: memoryOf(4), module: new WebAssembly.Module(moduleBytes(false)) }) as WasmOptions;
  expect((await WasmAllocator.create(given)).capacity).toBe(4 * PAGE);
});

test("a capacity is rounded down to pages of 4 KiB, and a memory up to its own", () => {
  const heap = WasmAllocator.createSync({ capacity: 100_000 });
  expect([heap.capacity, heap.memory.buffer.byteLength]).toEqual([98_304, 2 * PAGE]);
});

test("a heap without maxCapacity never grows, and says what it can hold", () => {
  const heap = WasmAllocator.createSync({ capacity: 1 << 18 });
  expect(thrownBy(() => heap.allocate(5_000_000))).toBe(
    "ERR_INVALID_SIZE: invalid size: 5000000 exceeds the capacity of 262144 bytes",
  );
  expect(heap.memory.buffer.byteLength).toBe(1 << 18);
});

test("what is undefined is not given", () => {
  const options = { capacity, maxCapacity: undefined, shared: undefined, module: undefined, memory: undefined };
  expect(WasmAllocator.createSync(options as unknown as WasmOptions).capacity).toBe(capacity);
});

test("pages that a memory gets while the engine is waited for are somebody else's", async () => {
  const shorter = memoryOf(4, 64);
  const made = WasmAllocator.create({ memory: shorter, byteOffset: PAGE });
  shorter.grow(10);
  expect((await made).capacity).toBe(3 * PAGE);
});

test("a ticket that is undefined is refused: the message was without one", async () => {
  const heap = SharedWasmAllocator.createSync({ capacity: 1 << 20, lanes: 3 });
  const lost = { ticket: undefined } as unknown as { ticket: number };
  const message = "ticket is undefined: post heap.ticket() to the thread, or leave it out";
  expect(() => SharedWasmAllocator.attachSync(heap.memory, lost)).toThrow(message);
  await expect(SharedWasmAllocator.attach(heap.memory, lost)).rejects.toThrow(message);
  SharedWasmAllocator.attachSync(heap.memory).close();
});
