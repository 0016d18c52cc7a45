/** What the helpers do at the border to hosts, realms, proxies and callers without types. */
import { runInNewContext } from "node:vm";
import { reactive, shallowReadonly } from "@vue/reactivity";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  checkAllocator,
  checkAlone,
  checkBoolean,
  checkCallback,
  checkOffsets,
  checkOptions,
  disposable,
  newBuffer,
  readOptions,
  renewed,
  show,
} from "../src/implement.ts";
import {
  AllocatorError,
  allocateMany,
  DoubleFreeError,
  InvalidArgumentError,
  OutOfMemoryError,
  reallocate,
  scope,
  tryReallocate,
  View,
  view,
} from "../src/index.ts";
import { TinyAllocator } from "./tiny-allocator.ts";

const BAD: readonly unknown[] = [
  ...[undefined, null, 7, 7n, "7", Symbol("7"), true, {}, [], () => 7, Object.create(null), new Uint8Array(1)],
];

let tiny: TinyAllocator;
beforeEach(() => {
  tiny = new TinyAllocator(256, 4096);
});
afterEach(() => void vi.unstubAllGlobals());

describe("readOptions", () => {
  test("reads each once, into an object that nobody else has", () => {
    let reads = 0;
    const options = {
      get capacity() {
        return ++reads;
      },
      name: "a",
    };
    const read = readOptions<object>(options, ["capacity", "name", "other"]);
    options.name = "b";
    expect(read).toEqual({ capacity: 1, name: "a" });
    expect(reads).toBe(1);
  });

  test("takes undefined for not given, inherited options, those of proxies and of other realms", () => {
    expect("size" in readOptions({ size: undefined }, ["size"])).toBe(false);
    expect(readOptions(Object.create({ size: 1 }), ["size"])).toEqual({ size: 1 });
    expect(readOptions(reactive({ size: 1 }), ["size"])).toEqual({ size: 1 });
    expect(readOptions(runInNewContext("({ size: 1 })"), ["size"])).toEqual({ size: 1 });
  });

  test("passes on what a getter throws", () => {
    const error = new Error("mine");
    const options = Object.defineProperty({}, "size", {
      get() {
        throw error;
      },
    });
    expect(() => readOptions(options, ["size"])).toThrow(error);
  });

  test("refuses another name, and what is no object", () => {
    expect(() => readOptions({ sise: 1 } as object, ["size", Symbol("private")])).toThrow(
      new InvalidArgumentError('unknown option: "sise" is not one of size'),
    );
    for (const bad of BAD.filter((one) => typeof one !== "object" || one === null)) {
      expect(() => readOptions(bad as object, ["size"])).toThrow(/^invalid options: .* is no object$/);
    }
    expect(() => checkOptions(null, "stats")).toThrow("invalid stats: null is no object");
  });
});

describe("checks of options", () => {
  test("checkAlone refuses a contradiction, and names both", () => {
    const others = ["buffer", "memory"];
    expect(() => checkAlone({ shared: true, memory: 1 }, "shared", others)).toThrow(
      "contradictory options: shared and memory exclude each other",
    );
    checkAlone({ memory: 1 }, "shared", others);
    checkAlone({ shared: true, memory: undefined }, "shared", others);
    checkAlone({ shared: undefined, memory: 1 }, "shared", others);
  });

  test("checkBoolean, checkCallback and checkAllocator take what they name, and refuse the rest by code", () => {
    expect([checkBoolean("shared", true), checkBoolean("shared", false)]).toEqual([true, false]);
    checkCallback("onGrow", undefined);
    checkCallback("onGrow", () => {});
    expect(checkAllocator(tiny)).toBe(tiny);
    for (const bad of BAD) {
      if (typeof bad !== "boolean") {
        expect(() => checkBoolean("shared", bad as never)).toThrow(/^invalid shared: .* is not true or false$/);
      }
      if (typeof bad !== "function" && bad !== undefined) {
        expect(() => checkCallback("onGrow", bad)).toThrow("invalid onGrow: it is no function");
      }
      expect(() => checkAllocator(bad as never)).toThrow(/^invalid allocator: .* is no allocator$/);
    }
  });
});

describe("newBuffer", () => {
  test("is of zeros, shared or resizable where asked for", () => {
    expect(newBuffer(8)).toEqual(new ArrayBuffer(8));
    expect(newBuffer(8, true)).toEqual(new SharedArrayBuffer(8));
    expect(newBuffer(8, false, 64)).toMatchObject({ resizable: true, byteLength: 8, maxByteLength: 64 });
    expect(newBuffer(8, true, 64)).toMatchObject({ growable: true, byteLength: 8, maxByteLength: 64 });
  });

  test("says by code that the host has no such memory, or no SharedArrayBuffer", () => {
    const bytes = 2 ** 52;
    expect(() => newBuffer(bytes)).toThrow(
      expect.objectContaining({
        code: "ERR_OUT_OF_MEMORY",
        name: "HostMemoryError",
        message: `out of memory: the host has no buffer of ${bytes} bytes`,
      }),
    );
    expect(() => newBuffer(8, false, bytes)).toThrow(`no buffer of ${bytes} bytes`);
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(() => newBuffer(8, true)).toThrow(expect.objectContaining({ code: "ERR_UNSUPPORTED" }));
    expect(newBuffer(8).byteLength).toBe(8);
  });
});

test("renewed is the same list, or the same place in the memory as it is now", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const [inside, outside] = [new Int32Array(memory.buffer, 64, 4), new Int32Array(4)];
  const { buffer } = memory;
  memory.grow(1);
  expect(renewed(outside, 0, 4, memory)).toBe(outside);
  const again = renewed(inside, 64, 4, memory);
  expect([again.buffer === memory.buffer, again.byteOffset, again.length]).toEqual([true, 64, 4]);
  expect(buffer.byteLength).toBe(0);
});

describe("errors", () => {
  test("have their names in minified programs, where prototypes are frozen, and with a cause", () => {
    const error = new OutOfMemoryError(1, 8, 0);
    expect(Object.getOwnPropertyDescriptor(error, "name")).toMatchObject({ value: "OutOfMemoryError" });
    expect(new AllocatorError("ERR_CORRUPTED", "m", { cause: 7 })).toMatchObject({ name: "AllocatorError", cause: 7 });
    expect("cause" in new AllocatorError("ERR_CORRUPTED", "m")).toBe(false);
    expect(new DoubleFreeError(Symbol("8") as never).message).toBe(
      "double free: the block at offset Symbol(8) is free already",
    );
  });
});

describe("views and scopes", () => {
  test.each(BAD.map((bad) => [bad]))("refuse %o by code, and allocate nothing", (bad) => {
    const p = tiny.allocate(64);
    const block = scope(tiny, 16);
    const calls: (() => unknown)[] = [
      () => view(bad as never, p, Uint8Array, 1),
      () => view(tiny, bad as never, Uint8Array, 1),
      () => view(tiny, p, bad as never, 1),
      () => new View(tiny, p, bad as never, 1),
      () => block.view(bad as never),
      () => scope(bad as never, 8),
    ];
    if (bad !== 7) {
      calls.push(
        () => view(tiny, p, Uint8Array, bad as never),
        () => scope(tiny, bad as never),
      );
      calls.push(() => block.reallocate(bad as never));
    }
    for (const call of calls) {
      let error: unknown;
      try {
        call();
      } catch (thrown) {
        error = thrown;
      }
      expect(error, String(call)).toBeInstanceOf(AllocatorError);
    }
    expect([tiny.stats().blocks, block.size]).toEqual([2, 16]);
  });

  test.each([
    ["a plain proxy", <T extends object>(object: T): T => new Proxy(object, {})],
    ["Vue's", <T extends object>(object: T): T => reactive(object) as T],
  ])("do through %s what they do without", (_, wrap) => {
    const block = wrap(scope(tiny, 16));
    block.view(Uint8Array).fill(7);
    block.reallocate(64);
    expect([block.size, block.view(Uint8Array)[15], tiny.sizeOf(block.offset)]).toEqual([64, 7, 64]);
    const kept = wrap(new View(tiny, block.offset, Uint8Array, 64));
    tiny.allocate(1000); // grows
    const { array } = kept;
    expect([array[15], kept.array]).toEqual([7, array]);
    block.dispose();
    expect(() => block.dispose()).toThrow(DoubleFreeError);
    expect(tiny.stats().blocks).toBe(1);
  });

  test("are found by `using` under the symbol that is there, and have a name for it everywhere", () => {
    const block = scope(tiny, 8);
    expect(typeof block[Symbol.dispose]).toBe("function");
    class Late {
      declare readonly [Symbol.dispose]: () => void;
      ended = 0;
      constructor() {
        disposable(this);
      }
      dispose(): void {
        this.ended++;
      }
    }
    const late = new Late();
    late[Symbol.dispose]();
    expect(late.ended).toBe(1);
    expect(Object.keys(late)).toEqual(["ended"]);
  });
});

test("allocateMany checks its list before its first block, and takes one of another realm", () => {
  const foreign = runInNewContext("new Int32Array(2)");
  expect(allocateMany(tiny, 8, foreign)).toBe(2);
  for (const bad of BAD) {
    expect(() => allocateMany(tiny, 8, bad as never)).toThrow(/^invalid offsets: .* is no Int32Array or Uint32Array$/);
  }
  expect(tiny.stats().blocks).toBe(2);
});

test("helpers without an allocator, and values that say nothing about themselves", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const bad of [...BAD, proxy] as never[]) {
    for (const call of [
      () => allocateMany(bad, 8, new Int32Array(1)),
      () => reallocate(bad, 8, 8),
      () => tryReallocate(bad, 8, 8),
      () => scope(bad, 8),
    ]) {
      expect(call).toThrow(/^invalid allocator: .* is no allocator$/);
    }
  }
  expect(() => readOptions(proxy, [])).toThrow("invalid options: a revoked Proxy has none");
  expect(() => checkOffsets(proxy as never)).toThrow("invalid offsets: an object is no Int32Array or Uint32Array");
  expect(() => checkOffsets({ [Symbol.toStringTag]: "Int32Array", length: 1 } as never)).toThrow("invalid offsets");
  expect(() => view(tiny, tiny.allocate(8), proxy as never, 1)).toThrow("invalid type: an object is no constructor");
  expect(show(Symbol("two\nlines"))).toBe("Symbol(two lines)");
});

test("a scope that is frozen changes nothing", () => {
  const block = scope(tiny, 16);
  const at = block.offset;
  const { live } = tiny.stats();
  Object.freeze(block);
  for (const call of [() => block.reallocate(64), () => block.dispose()]) {
    expect(call).toThrow(expect.objectContaining({ code: "ERR_UNSUPPORTED" }));
  }
  expect([block.offset, block.size, tiny.stats().live]).toEqual([at, 16, live]);
});

test("through a proxy that takes no write, a scope does what it does without", () => {
  for (const wrap of [shallowReadonly, (target: object) => new Proxy(target, { set: () => true })]) {
    const block = scope(tiny, 16);
    const { live } = tiny.stats();
    const wrapped = wrap(block) as typeof block;
    wrapped.reallocate(64);
    expect([block.size, wrapped.offset]).toEqual([64, block.offset]);
    wrapped.dispose();
    expect(() => block.dispose()).toThrow("double free: ");
    expect(tiny.stats().live).toBe(live - 16);
  }
});
