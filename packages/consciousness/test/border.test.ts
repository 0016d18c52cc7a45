/** What programs and hosts do at the border: proxies, options that change, values of any kind, memory that goes, hosts that lack something. */
import { execFileSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import { AllocatorError } from "@ariax/allocator";
import { MemoryContext } from "@ariax/memory-context";
import { describe, expect, test, vi } from "vitest";
import { ConsciousnessStatePool, MiniVm, type MiniVmOptions, TeslaConsciousnessPool } from "../src/index.ts";
import { PhaseOne, Region } from "../src/phase-1.ts";

const fields = { energy: "f64", count: "u8", tag: "bytes:4" } as const;
const small = { vmName: "vm", quota: 1 << 17, poolSize: 16, fields };

function caught(call: () => unknown): { name: string; message: string; code?: string } | undefined {
  try {
    call();
  } catch (error) {
    return error as { name: string; message: string };
  }
  return undefined;
}

describe("options", () => {
  test("are read once each", () => {
    const all = { poolSize: 10, fields: { a: "u8" }, shared: true } as const;
    const reads: string[] = [];
    const watched = <O extends object>(options: O): O => {
      const read = (name: string, value: unknown) => ({
        enumerable: true,
        get() {
          reads.push(name);
          return value;
        },
      });
      return Object.defineProperties(
        {},
        Object.fromEntries(Object.entries(options).map(([name, value]) => [name, read(name, value)])),
      ) as O;
    };
    new ConsciousnessStatePool(watched(all)).verify();
    expect(reads).toEqual(["poolSize", "fields", "shared"]);
    reads.length = 0;
    const { fields: _, ...rest } = small;
    const given = { ...rest, recording: 8, reserve: 1 << 18, soft: 1 << 16, fields: watched({ a: "u8" } as const) };
    const vm = new MiniVm(
      null,
      watched({ ...given, zero: true, baseline: (capacity: number) => new PhaseOne({ capacity }) }),
    );
    expect(reads.sort()).toEqual([...Object.keys(given), "a", "baseline", "zero"].sort());
    vm.verify();
    reads.length = 0;
    new PhaseOne(watched({ capacity: 4096 }));
    expect(reads).toEqual(["capacity"]);
  });

  test.each(["vmName", "quota", "poolSize", "fields", "recording", "onPressure", "memory"])(
    "%s that throws has changed nothing",
    (name) => {
      const region = new MemoryContext(null, { name: "region", quota: 1 << 20 });
      const options = Object.defineProperty({ ...small }, name, {
        enumerable: true,
        get: () => {
          throw new Error("not now");
        },
      });
      expect(() => new MiniVm(region, options)).toThrow("not now");
      expect([region.used, region.children.length]).toEqual([0, 0]);
    },
  );

  const loan = new MiniVm(null, { ...small, shared: true }).lend();
  const bad: [string, () => unknown, string][] = [
    [
      "a buffer, and what kind it is to be",
      () => new ConsciousnessStatePool({ buffer: new ArrayBuffer(1 << 20), shared: true }),
      "contradictory options: shared and buffer exclude each other",
    ],
    [
      "a place in no buffer",
      () => new ConsciousnessStatePool({ byteOffset: 8 }),
      "contradictory options: byteOffset means nothing without buffer",
    ],
    ["shared", () => new ConsciousnessStatePool({ shared: 1 as never }), "invalid shared: 1 is not true or false"],
    [
      "what an adopted VM has already",
      () => MiniVm.adopt(loan, { quota: 5 } as never),
      'unknown option: "quota" is not one of onPressure, baseline',
    ],
    [
      "what no loan has",
      () => MiniVm.adopt({ ...loan, bytes: 5 } as never),
      'unknown option: "bytes" is not one of context, vmName, quota, poolSize, fields, recording',
    ],
    [
      "no context",
      () => MiniVm.adopt({ ...loan, context: undefined } as never),
      "invalid loan: undefined is no object",
    ],
    [
      "another name",
      () => new PhaseOne({ capacty: 4096 } as never),
      'unknown option: "capacty" is not one of capacity',
    ],
    ["none", () => new (PhaseOne as unknown as new () => PhaseOne)(), "invalid options: undefined is no object"],
    ["a list", () => new MiniVm(null, { ...small, fields: ["u8"] as never }), "invalid fields: "],
    ["null", () => new MiniVm(null, { ...small, fields: null as never }), "invalid fields: "],
  ];
  test.each(bad)("%s are refused", (_, call, message) => {
    expect(caught(call)?.code).toBe("ERR_INVALID_ARGUMENT");
    expect(call).toThrow(message);
  });

  test("that are undefined are not given", () => {
    const none = {
      quota: undefined,
      fields: undefined,
      recording: undefined,
      baseline: undefined,
      onPressure: undefined,
    };
    new MiniVm(null, { vmName: "vm", poolSize: 3, ...none, shared: undefined, memory: undefined }).verify();
    new ConsciousnessStatePool({ poolSize: 3, fields: undefined, buffer: undefined, byteOffset: undefined }).verify();
  });
});

describe("callbacks", () => {
  test("that end the VM, or throw, in the middle of a call", () => {
    const act: { now: (vm: MiniVm<typeof fields>) => void } = { now: () => {} };
    const options: MiniVmOptions<typeof fields> = { ...small, soft: 60_000, onPressure: (vm) => act.now(vm) };
    const one = new MiniVm(null, options);
    const state = one.pool.allocateConsciousnessState();
    act.now = () => {
      throw new Error("not now");
    };
    const p = one.allocate(50);
    for (const call of [
      () => one.allocate(100_000),
      () => one.allocateMany(1000, new Int32Array(100)),
      () => one.reallocate(p, 90_000),
    ]) {
      expect(call).toThrow("not now");
    }
    expect([one.sizeOf(p), one.pool.isLive(state), one.stats().blocks]).toEqual([56, true, 1]);
    one.verify();
    act.now = (vm) => vm.dispose();
    expect(caught(() => one.allocate(100_000))?.code).toBe("ERR_CONTEXT_DISPOSED");
    expect(caught(() => one.pool)?.code).toBe("ERR_CONTEXT_DISPOSED");
  });

  test("that make no allocator, or throw, leave the gain as it was", () => {
    const vm = new MiniVm(null, small);
    vm.free(vm.allocate(8));
    const { allocate, free } = new PhaseOne({ capacity: 4096 });
    for (const none of [null, 5, {}, { allocate }, { allocate, free }]) {
      const baseline = () => none as never;
      expect(() => vm.measurePerformanceGain(baseline)).toThrow("invalid baseline: it makes no allocator");
    }
    const fails = () => {
      throw new Error("not now");
    };
    expect(() => vm.measurePerformanceGain(fails)).toThrow("not now");
    vm.verify();
  });
});

test("a clock that stands still ends the measuring of a gain by code, and nothing else", () => {
  const vm = new MiniVm(null, small);
  for (let i = 0; i < 1000; i++) vm.free(vm.allocate(8));
  const now = vi.spyOn(performance, "now").mockReturnValue(1000);
  try {
    expect(caught(() => vm.performanceGain)).toMatchObject({ name: "UnsupportedError", code: "ERR_UNSUPPORTED" });
  } finally {
    now.mockRestore();
  }
  vm.verify();
  expect(vm.performanceGain).toBeGreaterThan(0);
});

describe("values of any kind", () => {
  const odd: unknown[] = [
    ...[undefined, null, true, "", "energy", 0.5, -1, -0, 2 ** 32, 2 ** 53, Number.NaN, 1n, -1n, Symbol("x"), {}, []],
    ...[
      Number.POSITIVE_INFINITY,
      Object.create(null),
      () => 1,
      new Int32Array(2),
      new Uint8Array(9),
      new Proxy({}, {}),
    ],
    ...[new ArrayBuffer(8), new SharedArrayBuffer(64), runInNewContext("new Int32Array(3)"), runInNewContext("({})")],
  ];
  const coded = (what: string, call: () => unknown): void => {
    try {
      const result = call();
      // A generator's body runs later.
      if (typeof (result as Generator | undefined)?.next === "function") for (const _ of result as Generator);
    } catch (error) {
      const { message, name, stack } = error as Error;
      if (!(error instanceof AllocatorError) || message.includes("\n")) throw new Error(`${what}: ${name} ${stack}`);
    }
  };
  const subjects: Record<
    string,
    () => { of: object & { verify(): void; reset?(): void }; live: number; calls: string[] }
  > = {
    "a state pool": () => {
      const of = new ConsciousnessStatePool({ poolSize: 50, fields });
      const calls = ["allocateConsciousnessState", "tryAllocateConsciousnessState", "release", "isLive", "slot"];
      calls.push("frequencyOf", "retune", "get", "set", "inBand", "check", "reopen");
      return { of, live: of.allocateConsciousnessState(), calls };
    },
    "a mini-VM": () => {
      const of = new MiniVm(null, small);
      const calls = ["allocate", "tryAllocate", "resize", "reallocate", "free", "sizeOf", "allocateMany", "freeMany"];
      return { of, live: of.allocate(50), calls };
    },
    "phase 1": () => {
      const of = new PhaseOne({ capacity: 1 << 16 });
      const calls = ["allocate", "tryAllocate", "resize", "reallocate", "free", "sizeOf", "allocateMany", "freeMany"];
      return { of, live: of.allocate(50), calls };
    },
  };
  test.each(Object.entries(subjects))("to %s are refused by code", (_, make) => {
    const { of, live, calls } = make();
    for (const name of calls) {
      const call = (of as Record<string, (...values: unknown[]) => unknown>)[name].bind(of);
      for (const [i, a] of odd.entries()) {
        for (let j = i % 4; j < odd.length; j += 4) {
          coded(name, () => call(a, odd[j], odd[(i * 3 + j) % odd.length]));
          coded(name, () => call(live, a, odd[j]));
          coded(name, () => call(live, "energy", a));
        }
        of.verify();
        if (name.includes("llocate")) of.reset?.();
      }
    }
  });

  test("to constructors and functions are refused by code", () => {
    const loan = new MiniVm(null, { ...small, shared: true }).lend();
    for (const a of odd) {
      for (const b of [...odd, { vmName: "vm", quota: 1 << 16, poolSize: 5 }]) {
        coded("MiniVm", () => new MiniVm(a as null, b as never));
        coded("attach", () => ConsciousnessStatePool.attach(a as never, b as never));
        coded("adopt", () => MiniVm.adopt(a as never, b as never));
      }
      for (const name of Object.keys(loan)) coded(name, () => MiniVm.adopt({ ...loan, [name]: a }));
      for (const name of [
        "vmName",
        "quota",
        "poolSize",
        "fields",
        "recording",
        "baseline",
        "soft",
        "zero",
        "onPressure",
      ]) {
        coded(name, () => new MiniVm(null, { ...small, [name]: a }));
      }
      for (const name of ["poolSize", "fields", "shared", "buffer", "byteOffset"]) {
        coded(name, () => new ConsciousnessStatePool({ poolSize: 5, [name]: a }));
        coded(name, () => ConsciousnessStatePool.byteLength({ poolSize: 5, [name]: a }));
      }
      for (const type of [ConsciousnessStatePool, TeslaConsciousnessPool, PhaseOne, Region]) {
        coded(type.name, () => new (type as new (value: unknown) => unknown)(a));
      }
      for (const name of ["teslaFrequency", "bytesPerTick", "harmonics", "frames", "checked"]) {
        coded(name, () => new TeslaConsciousnessPool({ bytesPerTick: 4096, [name]: a }));
      }
      const pool = new ConsciousnessStatePool({ poolSize: 5 });
      if (typeof a !== "function") expect(() => pool.close(a as never)).toThrow("invalid why: it is no function");
      pool.verify();
      coded("measure", () => new MiniVm(null, small).measurePerformanceGain(a as never));
    }
  });
});

describe("memory that is gone or too short", () => {
  const bytes = ConsciousnessStatePool.byteLength({ poolSize: 20, fields });
  const calls = (pool: ConsciousnessStatePool<typeof fields>, state: never): Record<string, () => unknown> => ({
    allocate: () => pool.allocateConsciousnessState(),
    "try to allocate": () => pool.tryAllocateConsciousnessState(5),
    release: () => pool.release(state),
    retune: () => pool.retune(state, 5),
    inBand: () => [...pool.inBand(1, 2)],
    reset: () => pool.reset(),
    verify: () => pool.verify(),
  });

  test.each([1, 8, 9, 200, bytes - 8])("a pool's buffer without its last %d bytes", (less) => {
    const buffer = new ArrayBuffer(bytes, { maxByteLength: bytes });
    const pool = new ConsciousnessStatePool({ poolSize: 20, fields, buffer });
    const state = pool.allocateConsciousnessState(1.5);
    expect([...pool.inBand(1, 2)]).toEqual([state]);
    const whole = new Uint8Array(buffer).slice();
    buffer.resize(bytes - less);
    const left = new Uint8Array(buffer).slice();
    for (const [name, call] of Object.entries(calls(pool, state as never))) {
      expect([name, caught(call)?.code]).toEqual([name, "ERR_CORRUPTED"]);
      expect(caught(call)?.message).toBe(
        `corrupted: truncated: the pool ends at byte ${bytes}, its buffer at ${bytes - less}`,
      );
    }
    expect(Buffer.compare(left, new Uint8Array(buffer))).toBe(0);
    buffer.resize(bytes);
    new Uint8Array(buffer).set(whole);
    expect([...pool.inBand(1, 2)]).toEqual([state]);
    pool.release(state);
    pool.verify();
  });

  test("a mini-VM's", () => {
    const buffer = new ArrayBuffer(1 << 18, { maxByteLength: 1 << 18 });
    const make = () => new MiniVm(null, { ...small, reserve: 1 << 18, memory: () => ({ buffer }) });
    const vm = make();
    const p = vm.allocate(100);
    const state = vm.pool.allocateConsciousnessState(1.5);
    const whole = new Uint8Array(buffer).slice();
    buffer.resize(1 << 17);
    const verbs = [
      () => vm.allocate(8),
      () => vm.free(p),
      () => vm.allocateMany(8, new Int32Array(2)),
      () => vm.freeMany(Int32Array.of(p)),
      () => vm.reallocate(p, 5000),
      () => vm.reset(),
      () => vm.stats(),
      () => vm.verify(),
    ];
    for (const call of verbs) expect(caught(call)?.code).toBe("ERR_CORRUPTED");
    buffer.resize(1 << 18);
    new Uint8Array(buffer).set(whole);
    expect([vm.sizeOf(p), vm.pool.isLive(state), vm.measurePerformanceGain().operations]).toEqual([104, true, 4]);
    vm.verify();
  });

  test("phase 1's: it does not look for a block for ever", () => {
    const heap = new PhaseOne({ capacity: 4096 });
    const p = heap.allocate(100);
    const { buffer } = heap.memory as { buffer: ArrayBuffer };
    structuredClone(buffer, { transfer: [buffer] });
    const verbs = [
      () => heap.allocate(8),
      () => heap.tryAllocate(8),
      () => heap.free(p),
      () => heap.sizeOf(p),
      () => heap.reallocate(p, 5),
      () => heap.allocateMany(8, new Int32Array(2)),
      () => heap.freeMany(Int32Array.of(p)),
      () => heap.reset(),
      () => heap.stats(),
      () => heap.verify(),
    ];
    for (const call of verbs) expect(caught(call)?.code).toBe("ERR_DETACHED");
  });
});

test("a list in the VM's own memory is recorded where the memory is by then", () => {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 100 });
  const vm = new MiniVm(null, {
    ...{ ...small, soft: 10_000, reserve: 1 << 18, memory: () => memory },
    onPressure: () => void memory.grow(1),
  });
  const block = vm.allocate(400);
  const out = vm.context.view(block, Int32Array, 100);
  expect(vm.allocateMany(100, out)).toBe(100);
  expect(out.length).toBe(0);
  // 101 blocks made, and freed at the end: none of them is another one's.
  expect(vm.measurePerformanceGain().operations).toBe(202);
  vm.freeMany(vm.context.view(block, Int32Array, 100));
  expect(vm.stats().blocks).toBe(1);
  vm.verify();
});

describe("a host", () => {
  const inside = (code: string, before = "", ...args: string[]): string =>
    execFileSync("bash", ["-c", `${before} exec "$0" "$@"`, process.execPath, ...args, "--input-type=module"], {
      input: `import { ConsciousnessStatePool, MiniVm } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
        import { PhaseOne } from ${JSON.stringify(new URL("../src/phase-1.ts", import.meta.url).href)};
        const code = (call) => { try { call(); return "none"; } catch (error) { return error.name + " " + error.code; } };
        ${code}`,
      encoding: "utf8",
    }).trim();

  test("without memory refuses by code", () => {
    const code = `
      const states = new ConsciousnessStatePool({ poolSize: 10 });
      console.log(code(() => new ConsciousnessStatePool({ poolSize: 2 ** 24, fields: { a: "bytes:200" } })));
      console.log(code(() => new ConsciousnessStatePool({ poolSize: 2 ** 24, fields: { a: "bytes:200" }, shared: true })));
      console.log(code(() => new MiniVm(null, { vmName: "vm", quota: 3e9 })));
      console.log(code(() => new PhaseOne({ capacity: 3e9 })));
      states.release(states.allocateConsciousnessState());
      states.verify();`;
    const refused = "HostMemoryError ERR_OUT_OF_MEMORY";
    expect(inside(code, "ulimit -v 3000000;").split("\n")).toEqual([refused, refused, refused, refused]);
  });

  test("without SharedArrayBuffer refuses by code", () => {
    const code = `delete globalThis.SharedArrayBuffer;
      console.log(code(() => new ConsciousnessStatePool({ poolSize: 10, shared: true })));
      console.log(code(() => new MiniVm(null, { vmName: "vm", shared: true })));
      const vm = new MiniVm(null, { vmName: "vm" });
      console.log(code(() => vm.lend()));
      vm.verify();`;
    const refused = "UnsupportedError ERR_UNSUPPORTED";
    expect(inside(code).split("\n")).toEqual([refused, refused, "InvalidArgumentError ERR_INVALID_ARGUMENT"]);
  });

  test("without Symbol.dispose, or with one that comes later: a VM ends by name, and by what stands for it", () => {
    const code = (later: string) => `${later}
      const vm = new MiniVm(null, { vmName: "vm", poolSize: 10 });
      vm.allocate(100);
      const symbol = Symbol.dispose ?? Symbol.for("Symbol.dispose");
      const other = new MiniVm(null, { vmName: "other", poolSize: 10 });
      vm[symbol]();
      vm[symbol]();
      other.performanceGain;
      other.dispose();
      other[symbol]();
      console.log(code(() => vm.dispose()), code(() => other.dispose()));
      const released = [];
      const memory = (bytes) => ({ buffer: new ArrayBuffer(bytes), [symbol]: () => released.push(bytes > 0) });
      new MiniVm(null, { vmName: "vm", poolSize: 10, memory }).dispose();
      console.log(released);`;
    const lacks = `data:text/javascript,${encodeURIComponent(`
      const real = Symbol;
      const stand = (description) => real(description);
      for (const name of Reflect.ownKeys(real)) {
        if (name !== "dispose" && name !== "length") Object.defineProperty(stand, name, Object.getOwnPropertyDescriptor(real, name));
      }
      globalThis.Symbol = stand;`)}`;
    const gone = "ContextDisposedError ERR_CONTEXT_DISPOSED";
    for (const later of ["", 'Symbol.dispose = Symbol("Symbol.dispose");']) {
      expect(inside(code(later), "", "--import", lacks)).toBe(`${gone} ${gone}\n[ true ]`);
    }
  });
});
