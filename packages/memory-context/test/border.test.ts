/** What programs and hosts do at the border: options that change, callbacks that throw, values of any kind, hosts that lack something. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { runInNewContext } from "node:vm";
import { AllocatorError } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { type ContextOptions, diffSnapshots, MemoryContext, reserveFor } from "../src/index.ts";
import { bytesOf, caught, child, root, seen, throws, verifyAll } from "./helpers.ts";

/** What stands for all bytes of a memory. */
const digest = (of: Parameters<typeof bytesOf>[0]) => createHash("sha1").update(bytesOf(of)).digest("hex");

describe("options", () => {
  const all: Required<ContextOptions> = {
    ...{ name: "a", quota: 1 << 16, reserve: 1 << 17, soft: 1000, zero: false, aside: 4096, shared: false },
    ...{ onPressure: () => {}, onLeave: () => {}, memory: "separate" },
  };

  test("are read once each, and what they become later is not seen", () => {
    const reads: string[] = [];
    const once = Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(all).map(([name, value]) => [
          name,
          {
            enumerable: true,
            get: () => {
              reads.push(name);
              if (reads.indexOf(name) < reads.length - 1) throw new Error(`${name} is read twice`);
              return value;
            },
          },
        ]),
      ),
    );
    const context = new MemoryContext(root(), once as ContextOptions);
    expect(reads.sort()).toEqual(Object.keys(all).sort());
    context.allocate(5000);
    context.dispose();
    const loan = root({ shared: true }).lend();
    const told: string[] = [];
    const callbacks = { onLeave: () => told.push("first") as unknown as undefined };
    const there = MemoryContext.adopt(loan, callbacks);
    callbacks.onLeave = () => told.push("later") as unknown as undefined;
    there.dispose();
    expect(told).toEqual(["first"]);
  });

  test.each(Object.keys(all))("that throw, %s, have changed nothing", (name) => {
    const bad = Object.defineProperty({ ...all }, name, {
      enumerable: true,
      get: () => {
        throw new Error("not now");
      },
    });
    const region = new SlabAllocator({ capacity: 4 << 20 });
    const top = root();
    const now = () => [seen(top), digest(top), digest(region)];
    const before = now();
    for (const parent of [top, region, null]) throws(() => new MemoryContext(parent, bad), "Error", "not now");
    expect(now()).toEqual(before);
  });

  test("whose getters end the parent, take its room or the name", () => {
    const make = (act: (top: MemoryContext) => void, options: Partial<ContextOptions> = {}) => {
      const top = root({ quota: 100_000 });
      const given = {
        quota: 50_000,
        ...options,
        get name() {
          act(top);
          return "a";
        },
      };
      return { top, error: caught(() => new MemoryContext(top, given))?.message };
    };
    expect(make((top) => top.dispose()).error).toBe('context disposed: "root" and its blocks are gone');
    const lower = make((top) => (top.quota = 40_000));
    expect(lower.error).toBe('invalid quota: 50000 is more than the 40000 of "root"');
    const taken = make((top) => void child(top, "a", 1000));
    expect(taken.error).toBe('invalid name: there is a context "a" already');
    verifyAll(lower.top, taken.top);
  });

  test("of another name, or none of its own, are refused", () => {
    const loan = root({ shared: true }).lend();
    const message = (name: string, known: string) => `unknown option: "${name}" is not one of ${known}`;
    const known = "name, quota, reserve, soft, onPressure, onLeave, zero, aside, memory, shared";
    const bad = { name: "a", quota: 1000, Quota: 1000 };
    throws(() => new MemoryContext(null, bad), "InvalidArgumentError", message("Quota", known));
    const callbacks = { onPresure: () => {} };
    const both = message("onPresure", "onPressure, onLeave");
    throws(() => MemoryContext.adopt(loan, callbacks as never), "InvalidArgumentError", both);
    const more = { ...loan, offset: 0 };
    const ofLoan = message("offset", "buffer, byteOffset, name, quota, soft, zero, aside");
    throws(() => MemoryContext.adopt(more as never), "InvalidArgumentError", ofLoan);
    const zero = { ...loan, zero: 1 as never };
    throws(() => MemoryContext.adopt(zero), "InvalidArgumentError", "invalid zero: 1 is not true or false");
    // What is undefined is not given.
    const none = { reserve: undefined, soft: undefined, onPressure: undefined, onLeave: undefined, memory: undefined };
    new MemoryContext(null, { name: "a", quota: 1000, ...none, zero: undefined, aside: undefined, shared: undefined });
  });
});

describe("callbacks", () => {
  test("that throw when a context is lent leave it here", () => {
    const context = root({
      shared: true,
      onLeave: () => {
        throw new Error("not now");
      },
    });
    const p = context.allocate(100);
    throws(() => context.lend(), "Error", "not now");
    expect([context.lent, context.sizeOf(p), context.used]).toEqual([false, 104, 104]);
    context.free(p);
    context.verify();
  });

  test("get the context, and nothing of what it is made of", () => {
    const seen: unknown[] = [];
    const context = root({
      soft: 100,
      onPressure(this: unknown, of, bytes) {
        seen.push(this, of, bytes);
      },
      onLeave(this: unknown, of) {
        seen.push(this, of);
      },
    });
    context.allocate(200);
    context.dispose();
    expect(seen).toEqual([undefined, context, 208, undefined, context]);
  });

  test("of an allocator that makes a context of the very name have the room back", () => {
    const slab = new SlabAllocator({ capacity: 4 << 20 });
    let inner: MemoryContext | undefined;
    const region: SlabAllocator = Object.assign(Object.create(slab), {
      tryAllocate: (size: number, alignment: number) => {
        if (inner === undefined) {
          region.tryAllocate = slab.tryAllocate.bind(slab);
          inner = new MemoryContext(region, { name: "a", quota: 1000 });
        }
        return slab.tryAllocate(size, alignment);
      },
    });
    const taken = 'invalid name: there is a context "a" already';
    throws(() => new MemoryContext(region, { name: "a", quota: 1000 }), "InvalidArgumentError", taken);
    expect(slab.stats().blocks).toBe(1);
    inner!.dispose();
    expect(slab.stats().blocks).toBe(0);
  });
});

describe("values of any kind", () => {
  const revocable = Proxy.revocable({}, {});
  revocable.revoke();
  const odd: unknown[] = [
    ...[undefined, null, true, "", "a", 0.5, -1, -0, 2 ** 32, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 1n, -1n],
    ...[Symbol("x"), {}, [], Object.create(null), () => 1, new Int32Array(2), new Uint8Array(200), new ArrayBuffer(8)],
    ...[Float64Array, Object.assign(() => 1, { BYTES_PER_ELEMENT: Symbol("x") }), new Proxy({}, {}), new Date(0)],
    ...[runInNewContext("new Int32Array(3)"), runInNewContext("({})")],
    ...[revocable.proxy, { [Symbol.toStringTag]: "Int32Array", length: 2 }, new Proxy(new Int32Array(2), {})],
  ];
  const coded = (what: string, call: () => unknown): void => {
    try {
      call();
    } catch (error) {
      const { message, name, stack } = error as Error;
      if (!(error instanceof AllocatorError) || message.includes("\n")) throw new Error(`${what}: ${name} ${stack}`);
    }
  };
  const verbs = [
    ...[
      "allocate",
      "tryAllocate",
      "free",
      "sizeOf",
      "resize",
      "reallocate",
      "allocateMany",
      "freeMany",
      "child",
      "ref",
    ],
    ...["check", "view", "load", "store", "copy", "fill", "transfer", "restore", "diff"],
  ] as const;

  test.each(verbs)("to %s are refused by code, and change nothing but what they should", (verb) => {
    const top = root();
    const context = child(top, "a", 1 << 17);
    const call = context[verb].bind(context) as (...values: unknown[]) => unknown;
    const p = context.allocate(64);
    for (const [i, a] of odd.entries()) {
      for (let j = i % 3; j < odd.length; j += 3) {
        const rest = [odd[j], odd[(i * 7 + j) % odd.length], odd[(i + j * 5) % odd.length]];
        coded(verb, () => call(a, ...rest));
        coded(verb, () => call(p, a, ...rest));
        coded(verb, () => call("f64", p, a, ...rest));
      }
      context.reset();
      context.allocate(64);
    }
    verifyAll(top);
  });

  test("to constructors, limits and functions are refused by code", () => {
    const loan = root({ shared: true }).lend();
    const context = root();
    for (const a of odd) {
      coded("quota", () => (context.quota = a as number));
      coded("soft", () => (context.soft = a as number));
      coded("reserveFor", () => reserveFor(a as number));
      coded("adopt", () => MemoryContext.adopt(a as never));
      for (const name of Object.keys(loan)) coded(name, () => MemoryContext.adopt({ ...loan, [name]: a }));
      for (const b of odd) {
        coded("diffSnapshots", () => diffSnapshots(a as never, b as never));
        coded("new", () => new MemoryContext(a as null, b as never));
      }
      for (const name of ["name", "quota", "reserve", "soft", "onPressure", "onLeave", "zero", "aside", "shared"]) {
        coded(name, () => new MemoryContext(null, { name: "a", quota: 1000, [name]: a }));
      }
      if (typeof a !== "function") {
        coded("memory", () => new MemoryContext(null, { name: "a", quota: 1000, memory: a as never }));
        for (const name of ["buffer", "byteOffset", "byteLength"]) {
          const memory = () => ({ buffer: new ArrayBuffer(1 << 19), [name]: a }) as never;
          coded(`memory.${name}`, () => new MemoryContext(null, { name: "a", quota: 1000, memory }));
        }
      }
      context.verify();
    }
    const empty = Object.create(MemoryContext.prototype) as MemoryContext;
    coded("a prototype", () => context.transfer(context.allocate(8), empty));
    coded("nothing", () => new (MemoryContext as unknown as new () => MemoryContext)());
  });

  test("bytes and lists of another realm are as good", () => {
    const [list, buffer, bytes] = runInNewContext(
      "[new Int32Array(4), new ArrayBuffer(1 << 20), (n) => new Uint8Array(n)]",
    ) as [Int32Array, ArrayBuffer, (n: number) => Uint8Array];
    const context = root({ memory: () => ({ buffer }), reserve: 1 << 20, quota: 1 << 18 });
    expect(context.allocateMany(8, list)).toBe(4);
    const snapshot = context.snapshot();
    const foreign = bytes(snapshot.length);
    foreign.set(snapshot);
    context.freeMany(list);
    context.restore(foreign);
    expect(context.stats().blocks).toBe(4);
  });
});

describe("a snapshot", () => {
  test("in a buffer of Node's, that does not begin at a multiple of 4", () => {
    const context = root();
    context.fill(context.allocate(1000), 7);
    const snapshot = context.snapshot();
    const all = Buffer.alloc(snapshot.length + 1);
    all.set(snapshot, 1);
    context.reset();
    context.restore(all.subarray(1));
    expect(context.used).toBe(1024);
    context.verify();
  });

  test("in the memory that is restored is read before that is written", () => {
    const buffer = new ArrayBuffer(1 << 20);
    const context = root({ quota: 1 << 19, reserve: 1 << 20, memory: () => ({ buffer }) });
    const p = context.allocate(1000);
    context.fill(p, 7);
    const snapshot = context.snapshot();
    context.free(p);
    // Where the restored block lies.
    const q = context.allocate(100_000);
    const there = new Uint8Array(buffer, q, snapshot.length);
    there.set(snapshot);
    context.restore(there);
    expect(context.view(p, Uint8Array).every((byte) => byte === 7)).toBe(true);
    context.verify();
  });
});

describe("a host", () => {
  const inside = (code: string, before = ""): string =>
    execFileSync("bash", ["-c", `${before} exec "$0" --input-type=module`, process.execPath], {
      input: `import { MemoryContext } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};${code}`,
      encoding: "utf8",
    }).trim();

  test("without memory refuses by code", () => {
    const code = `
      const code = (call) => { try { call(); return "none"; } catch (error) { return error.name + " " + error.code; } };
      const small = new MemoryContext(null, { name: "small", quota: 1 << 20 });
      console.log(code(() => new MemoryContext(null, { name: "a", quota: 3e9 })));
      console.log(code(() => new MemoryContext(null, { name: "a", quota: 3e9, shared: true })));
      console.log(code(() => small.allocate(8)));
      small.verify();`;
    expect(inside(code, "ulimit -v 3000000;").split("\n")).toEqual([
      "HostMemoryError ERR_OUT_OF_MEMORY",
      "HostMemoryError ERR_OUT_OF_MEMORY",
      "none",
    ]);
  });

  test("whose memory ends meanwhile: a context is made whole, or not at all; and it can always end", () => {
    const { ArrayBuffer: real } = globalThis;
    const top = root();
    const a = child(top, "a", 1 << 17);
    a.fill(a.allocate(5000), 7);
    const snapshot = a.snapshot();
    const before = [seen(top), digest(top)];
    const none = (() => {
      throw new RangeError("Array buffer allocation failed");
    }) as unknown as typeof ArrayBuffer;
    try {
      globalThis.ArrayBuffer = none;
      for (const call of [
        () => root(),
        () => child(top, "b", 8, { memory: "separate" }),
        () => a.snapshot(),
        () => a.restore(snapshot),
      ]) {
        expect(caught(call)?.code).toBe("ERR_OUT_OF_MEMORY");
      }
      globalThis.ArrayBuffer = real;
      expect([seen(top), digest(top)]).toEqual(before);
      globalThis.ArrayBuffer = none;
      a.dispose();
    } finally {
      globalThis.ArrayBuffer = real;
    }
    expect(top.used).toBe(0);
    verifyAll(top);
  });

  test("without SharedArrayBuffer refuses by code", () => {
    const code = `delete globalThis.SharedArrayBuffer;
      try { new MemoryContext(null, { name: "a", quota: 1000, shared: true }); } catch (error) { console.log(error.code, error.message); }
      const top = new MemoryContext(null, { name: "a", quota: 1000 });
      top.free(top.allocate(8));
      try { top.lend(); } catch (error) { console.log(error.code); }`;
    const [first, second] = inside(code).split("\n");
    expect(first).toMatch(/^ERR_UNSUPPORTED unsupported: no SharedArrayBuffer here: /);
    expect(second).toBe("ERR_INVALID_ARGUMENT");
  });
});

test("a context that is printed or cloned shows no memory, and none of what it is made of", () => {
  const context = root();
  context.allocate(100);
  expect(Object.keys(context).sort()).toEqual(["can't be cloned", "capacity", "traits"]);
  expect(JSON.stringify(context).length).toBeLessThan(300);
});
