import {
  AllocatorError,
  ContextDisposedError,
  ContextLentError,
  CorruptionError,
  DoubleFreeError,
  ForeignBlockError,
  InvalidBlockError,
  InvalidFreeError,
  OutOfMemoryError,
  QuotaExceededError,
  StaleHandleError,
} from "@ariax/allocator";
import { MemoryContext } from "@ariax/memory-context";
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";
import { describe, expect, test } from "vitest";
import { ConsciousnessStatePool, MiniVm, TeslaConsciousnessPool } from "../src/index.ts";
import { PhaseOne } from "../src/phase-1.ts";

const small = { quota: 65536, poolSize: 16 };

describe("a mini-VM", () => {
  test("has a name, a pool of its own, and blocks", () => {
    using vm = new MiniVm(null, { vmName: "vm-0", fields: { energy: "f64" } });
    expect(vm.vmName).toBe("vm-0");
    expect(vm.pool).toBeInstanceOf(ConsciousnessStatePool);
    expect(vm.pool.poolSize).toBe(10_000);
    const state = vm.pool.allocateConsciousnessState(6.28318);
    vm.pool.set(state, "energy", 0.5);
    const block = vm.allocate(100);
    expect(vm.sizeOf(block)).toBe(104);
    expect(vm.stats().blocks).toBe(1);
    expect(vm.context.usage().quota).toBe(1 << 20);
    vm.free(block);
    expect(() => vm.free(block)).toThrow(DoubleFreeError);
    vm.verify();
  });

  test("holds its states in its own part of the region", () => {
    const region = new SlabAllocator({ capacity: 1 << 22 });
    const vms = ["a", "b"].map((vmName) => new MiniVm(region, { ...small, vmName }));
    for (const vm of vms) {
      expect(vm.pool.buffer).toBe(region.memory.buffer);
      for (let i = 0; i < 16; i++) vm.pool.allocateConsciousnessState();
      expect(() => vm.pool.allocateConsciousnessState()).toThrow("consciousness pool exhausted: all 16 slots are live");
      vm.verify();
    }
    region.verify();
  });

  test("the pool counts for the quota, and is no block", () => {
    using vm = new MiniVm(null, { ...small, vmName: "vm" });
    const { used } = vm.context.usage();
    expect(used).toBeGreaterThanOrEqual(ConsciousnessStatePool.byteLength({ poolSize: 16 }));
    expect(vm.stats()).toMatchObject({ blocks: 0, live: 0 });
    const at = vm.context.aside.byteOffset;
    expect(() => vm.free(at)).toThrow(new InvalidFreeError(at));
    expect(() => vm.freeMany(Int32Array.of(at))).toThrow(new InvalidFreeError(at));
    for (const call of [() => vm.sizeOf(at), () => vm.resize(at, 8), () => vm.reallocate(at, 8)]) {
      expect(call).toThrow(new InvalidBlockError(at));
    }
    vm.pool.allocateConsciousnessState();
    vm.verify();
  });

  test("reset ends blocks and states, and their handles stay stale", () => {
    using vm = new MiniVm(null, { ...small, vmName: "vm" });
    const before = vm.context.usage().used;
    const state = vm.pool.allocateConsciousnessState();
    const block = vm.allocate(5000);
    vm.reset();
    expect(vm.pool.isLive(state)).toBe(false);
    expect(vm.pool.size).toBe(0);
    expect(() => vm.free(block)).toThrow(AllocatorError);
    expect(vm.context.usage().used).toBe(before);
    vm.pool.allocateConsciousnessState();
    vm.verify();
  });
});

describe("whatever the context does", () => {
  /** A VM with a state, and a check that the pool still has it, and works. */
  function held(options: object = {}) {
    const region = new MemoryContext(null, { name: "region", quota: 4 << 20, shared: true });
    const vm = new MiniVm(region, { ...small, vmName: "vm", fields: { energy: "f64" }, ...options });
    const state = vm.pool.allocateConsciousnessState(5);
    vm.pool.set(state, "energy", 0.5);
    return {
      ...{ region, vm, state },
      check() {
        expect(vm.pool.get(state, "energy")).toBe(0.5);
        expect([...vm.pool.inBand(4, 8)]).toEqual([state]);
        vm.verify();
        vm.stats();
      },
    };
  }

  const fillAll = (vm: { tryAllocate(size: number): number; readonly context: MemoryContext }): void => {
    for (let p = vm.tryAllocate(300); p !== 0; p = vm.tryAllocate(300)) vm.context.fill(p, 255);
  };

  test("reset of the context, and what is written then, do not reach the states", () => {
    const { vm, check } = held();
    vm.allocate(1000);
    vm.context.reset();
    fillAll(vm);
    check();
  });

  test("nor do children, and a reset with them", () => {
    const { vm } = held();
    fillAll(vm);
    vm.free([...Array(1 << 20).keys()].find((at) => at % 8 === 0 && isBlock(vm, at))!);
    vm.reset();
    new MemoryContext(vm.context, { name: "inner", quota: 4096 });
    vm.reset();
    fillAll(vm);
    expect(vm.pool.size).toBe(0);
    vm.pool.allocateConsciousnessState();
    vm.verify();
  });

  const isBlock = (vm: MiniVm<never> | { sizeOf(offset: number): number }, offset: number): boolean => {
    try {
      return vm.sizeOf(offset) > 0;
    } catch {
      return false;
    }
  };

  test("a snapshot is of the blocks: states stay what they are", () => {
    const { vm, check } = held();
    const block = vm.allocate(100);
    const snapshot = vm.context.snapshot();
    vm.free(block);
    vm.context.restore(snapshot);
    expect(vm.sizeOf(block)).toBe(104);
    check();
  });

  test("a pressure callback that throws, or fills the VM, at a reset, changes nothing of the states", () => {
    const { vm } = held({
      soft: 10,
      onPressure: () => {
        throw new Error("mine");
      },
    });
    vm.reset();
    expect(vm.pool.size).toBe(0);
    vm.verify();
  });

  test.each([
    ["the context", (vm: MiniVm, _: MemoryContext) => vm.context.dispose()],
    ["the region", (_: MiniVm, region: MemoryContext) => region.dispose()],
    ["the VM", (vm: MiniVm, _: MemoryContext) => vm.dispose()],
    ["using", (vm: MiniVm, _: MemoryContext) => vm[Symbol.dispose]()],
  ])("a pool that somebody has kept is of no use once %s is disposed of", (_, end) => {
    const root = new MemoryContext(null, { name: "root", quota: 4 << 20 });
    const region = new MemoryContext(root, { name: "region", quota: 1 << 20 });
    const vm = new MiniVm(region, { ...small, vmName: "vm" });
    const { pool } = vm;
    pool.allocateConsciousnessState();
    const states = pool[Symbol.iterator]();
    end(vm, region);
    const gone = new ContextDisposedError("vm");
    expect(() => pool.allocateConsciousnessState()).toThrow(gone);
    expect(() => states.next()).toThrow(gone);
    expect(() => vm.pool).toThrow(gone);
    expect(() => vm.performanceGain).toThrow(gone);
  });

  test("one that is lent and reclaimed by its context is whole again", () => {
    const { vm, check } = held();
    const { pool } = vm;
    vm.context.lend();
    expect(() => pool.size).toThrow(new ContextLentError("vm"));
    vm.context.reclaim();
    check();
    expect(vm.pool).toBe(pool);
    expect(() => vm.reclaim()).toThrow('invalid reclaim: "vm" is not lent');
  });

  test("a pool that was kept goes on after reclaim, and nothing that was done before is measured", () => {
    const { vm, state } = held();
    const { pool } = vm;
    vm.free(vm.allocate(8));
    const loan = vm.lend();
    expect(loan.fields).toEqual({ energy: "f64" });
    expect(() => vm.performanceGain).toThrow(new ContextLentError("vm"));
    {
      using there = MiniVm.adopt(loan);
      there.pool.retune(state, 100);
      expect(there.measurePerformanceGain().operations).toBe(0);
    }
    vm.reclaim();
    expect([...pool.inBand(64, 128)]).toEqual([state]);
    expect(vm.performanceGain).toBeNaN();
  });

  test("one that comes back with another pool in its place stays lent", () => {
    const { vm } = held();
    const { context } = vm.lend();
    const { buffer } = context;
    const there = MemoryContext.adopt(context);
    new ConsciousnessStatePool({ poolSize: 8, fields: { energy: "f64" }, buffer, byteOffset: there.aside.byteOffset });
    there.dispose();
    expect(() => vm.reclaim()).toThrow("corrupted: the pool has 8 states, not 16");
    expect(vm.context.lent).toBe(true);
  });

  test("a loan with less set aside than its pool takes is refused", () => {
    const { vm } = held({ poolSize: 1000 });
    const loan = vm.lend();
    expect(() => MiniVm.adopt({ ...loan, context: { ...loan.context, aside: 4096 } })).toThrow(
      /^corrupted: the pool takes \d+ bytes, 4096 are set aside$/,
    );
    vm.reclaim();
  });

  test("fields are read once", () => {
    let reads = 0;
    const fields = {
      get a() {
        return reads++ === 0 ? "u8" : "bytes:1000";
      },
    };
    const vm = new MiniVm(null, { ...small, vmName: "vm", fields: fields as never });
    expect((vm.pool.columns as { a: Uint8Array }).a.length).toBe(16);
    vm.verify();
  });

  test("states that are damaged are found, and the pool counts as overhead", () => {
    const { vm } = held();
    const { overhead, committed } = vm.context.stats();
    const { byteLength, byteOffset } = vm.context.aside;
    expect(vm.stats()).toMatchObject({ overhead: overhead + byteLength, committed: committed + byteLength });
    new Int32Array(vm.memory.buffer, byteOffset, 16)[7] = 5; // states counted as live
    expect(() => vm.verify()).toThrow(CorruptionError);
  });

  test("one whose states come back broken stays lent, and can be disposed of", () => {
    const { vm } = held();
    vm.lend();
    const { pool } = { pool: () => vm.pool };
    new Int32Array(vm.context.parent!.memory.buffer, at(vm), 4).fill(-1);
    expect(() => vm.reclaim()).toThrow(CorruptionError);
    expect(vm.context.lent).toBe(true);
    expect(pool).toThrow(new ContextLentError("vm"));
    vm.dispose();
  });

  /** Where the pool is: its magic number says it. */
  const at = (vm: MiniVm<{ energy: "f64" }>): number => {
    const words = new Int32Array(vm.context.parent!.memory.buffer);
    return 4 * words.indexOf(0x41584d50);
  };

  test("the caller's options are his own", () => {
    const options = { ...small, vmName: "vm", fields: { energy: "f64" } as { energy: "f64" }, poolSize: 4 };
    const vm = new MiniVm(null, options);
    for (let i = 0; i < 4; i++) vm.pool.allocateConsciousnessState();
    options.poolSize = 1;
    delete (options.fields as { energy?: unknown }).energy;
    expect(vm.performanceGain).toBeGreaterThan(0);
  });
});

describe("isolation", () => {
  const pair = () => {
    const region = new SlabAllocator({ capacity: 1 << 22 });
    const [a, b] = ["a", "b"].map((vmName) => new MiniVm(region, { ...small, vmName })) as [MiniVm, MiniVm];
    return { region, a, b };
  };

  test("one that is full, and stays so, takes nothing from the other", () => {
    const { a, b } = pair();
    const blocksOf = (vm: MiniVm): number => {
      let blocks = 0;
      while (vm.tryAllocate(100) !== 0) blocks++;
      return blocks;
    };
    using alone = new MiniVm(null, { ...small, vmName: "alone" });
    const most = blocksOf(alone);
    expect(blocksOf(a)).toBe(most);
    expect(() => a.allocate(100)).toThrow(QuotaExceededError);
    expect(blocksOf(b)).toBe(most);
    a.verify();
    b.verify();
  });

  test("blocks, references and states of another VM are refused", () => {
    const { a, b } = pair();
    const block = a.allocate(64);
    const ref = a.context.ref(block);
    const state = a.pool.allocateConsciousnessState();
    for (const call of [() => b.free(block), () => b.sizeOf(block), () => b.reallocate(block, 8)]) {
      expect(call).toThrow(new ForeignBlockError(block, "a", "b"));
    }
    expect(() => b.context.check(ref)).toThrow(new ForeignBlockError(block, "a", "b"));
    expect(() => b.pool.release(state)).toThrow(StaleHandleError);
    expect(a.context.check(ref)).toBe(block);
    expect(a.pool.isLive(state)).toBe(true);
  });

  test("a VM that is gone is refused everywhere, and its memory is another's", () => {
    const { region, a, b } = pair();
    const [pool, block] = [a.pool, a.allocate(64)];
    const state = pool.allocateConsciousnessState();
    a.dispose();
    const calls: (() => unknown)[] = [
      () => a.pool,
      () => a.allocate(1),
      () => a.tryAllocate(1),
      () => a.free(block),
      () => a.resize(block, 1),
      () => a.reallocate(block, 1),
      () => a.sizeOf(block),
      () => a.allocateMany(8, new Int32Array(1)),
      () => a.freeMany(Int32Array.of(block)),
      () => a.reset(),
      () => a.stats(),
      () => a.verify(),
      () => a.lend(),
      () => a.measurePerformanceGain(),
      () => a.dispose(),
      () => pool.release(state),
      () => pool.allocateConsciousnessState(),
      () => pool.size,
    ];
    for (const call of calls) expect(call).toThrow(new ContextDisposedError("a"));
    a[Symbol.dispose](); // nothing
    expect(() => b.free(block)).toThrow(AllocatorError);
    const again = new MiniVm(region, { ...small, vmName: "a" });
    for (let i = 0; i < 16; i++) again.pool.allocateConsciousnessState();
    expect(() => again.pool.release(state)).toThrow(StaleHandleError);
    again.verify();
    b.verify();
    region.verify();
  });
});

describe("many VMs", () => {
  test("share one region, come and go, and leave nothing behind", () => {
    const region = new MemoryContext(null, { name: "region", quota: 1 << 24 });
    const before = region.usage().used;
    // Blocks of forty sizes need more room than their bytes.
    const roomy = { ...small, reserve: 1 << 18 };
    let vms = Array.from({ length: 32 }, (_, i) => new MiniVm(region, { ...roomy, vmName: `vm-${i}` }));
    for (let round = 0; round < 20; round++) {
      for (const [i, vm] of vms.entries()) {
        for (let n = 0; n < 20; n++) vm.allocate(16 + ((i * n) % 900));
        vm.pool.allocateConsciousnessState(1 + i);
      }
      vms = vms.map((vm, i) => {
        if ((i + round) % 3 !== 0) return vm;
        vm.dispose();
        return new MiniVm(region, { ...roomy, vmName: `vm-${i}` });
      });
      for (const vm of vms) vm.verify();
    }
    for (const vm of vms) vm.dispose();
    expect(region.usage().used).toBe(before);
    region.verify();
  });
});

describe("what is refused, and changes nothing", () => {
  test.each([
    ["", /^invalid name: /],
    ["x".repeat(65), /^invalid name: /],
    ["é".repeat(33), /^invalid name: /],
    [5, /^invalid name: /],
  ])("vmName %j", (vmName, message) => {
    const region = new SlabAllocator({ capacity: 1 << 22 });
    expect(() => new MiniVm(region, { ...small, vmName: vmName as string })).toThrow(message);
    expect(region.stats().blocks).toBe(0);
  });

  test("a vmName that is taken", () => {
    const region = new MemoryContext(null, { name: "region", quota: 1 << 20 });
    new MiniVm(region, { ...small, vmName: "vm" });
    const { used } = region.usage();
    expect(() => new MiniVm(region, { ...small, vmName: "vm" })).toThrow(/"vm"/);
    expect(region.usage().used).toBe(used);
  });

  test("a pool that is above the quota: nothing is left in the region", () => {
    const region = new SlabAllocator({ capacity: 1 << 22 });
    const make = () => new MiniVm(region, { vmName: "vm", quota: 65536, poolSize: 100_000 });
    expect(make).toThrow(QuotaExceededError);
    expect(region.stats().blocks).toBe(0);
    new MiniVm(region, { ...small, vmName: "vm" }); // the name is free again
  });

  test("a region that has no room", () => {
    const region = new SlabAllocator({ capacity: 1 << 18 });
    region.allocate(3 << 16);
    expect(() => new MiniVm(region, { ...small, vmName: "vm" })).toThrow(OutOfMemoryError);
    expect(region.stats().blocks).toBe(1);
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 24 + 1])("a recording of %s", (recording) => {
    const region = new SlabAllocator({ capacity: 1 << 22 });
    expect(() => new MiniVm(region, { ...small, vmName: "vm", recording })).toThrow(/^invalid recording: /);
    expect(region.stats().blocks).toBe(0);
  });
});

describe("pressure", () => {
  test("is told with the VM, and may make room", () => {
    const told: [string, number][] = [];
    let block = 0;
    const vm = new MiniVm(null, {
      ...small,
      vmName: "vm",
      soft: 40_000,
      onPressure: (self, size) => {
        told.push([self.vmName, size]);
        self.free(block);
      },
    });
    block = vm.allocate(20_000);
    vm.allocate(20_000);
    // What it would be charged: five pages.
    expect(told).toEqual([["vm", 20_480]]);
    expect(vm.stats().blocks).toBe(1);
    vm.verify();
  });
});

describe("the gain", () => {
  function busy(options: { recording?: number } = {}): MiniVm {
    const vm = new MiniVm(null, { ...small, vmName: "vm", ...options });
    const blocks = Array.from({ length: 50 }, (_, i) => vm.allocate(16 + i));
    for (let i = 0; i < 400; i++) {
      const at = (i * 7) % 50;
      vm.free(blocks[at]);
      blocks[at] = vm.allocate(16 + (i % 200));
      const state = vm.pool.allocateConsciousnessState();
      if (i % 2 === 0) blocks[at] = vm.reallocate(blocks[at], 100);
      vm.pool.release(state);
    }
    return vm;
  }

  test("is measured, and kept until half of the recording is new", () => {
    using vm = busy();
    const first = vm.performanceGain;
    expect(first).toBeGreaterThan(0);
    expect(vm.performanceGain).toBe(first);
    const gain = vm.measurePerformanceGain();
    expect(gain).toMatchObject({ against: "phase-1" });
    expect(gain.gain).toBe(gain.baseline / gain.own);
    expect(gain.low).toBeLessThanOrEqual(gain.gain);
    expect(gain.high).toBeGreaterThanOrEqual(gain.gain);
    expect(vm.performanceGain).toBe(gain.gain);
    // 50 made, 400 times: freed, made, acquired, released; every other moved; what is live at the end is freed
    expect(gain.operations).toBe(50 + 400 * 4 + 200 + 50);
    vm.verify();
  });

  test("can be taken against any allocator", () => {
    using vm = busy();
    let capacity = 0;
    const gain = vm.measurePerformanceGain((bytes) => {
      capacity = bytes;
      return new SlabAllocator({ capacity: bytes });
    });
    expect(gain.against).toBe("slab");
    expect(capacity).toBeGreaterThanOrEqual(1 << 20);
  });

  test("is of the last operations only: the recording is bounded", () => {
    using vm = busy({ recording: 64 });
    const { operations } = vm.measurePerformanceGain();
    expect(operations).toBeLessThanOrEqual(128);
    expect(operations).toBeGreaterThan(32);
  });

  test("is of rows: of what passes unseen after the first 4,096 operations nothing is known", () => {
    using vm = new MiniVm(null, { ...small, vmName: "vm" });
    const operations = (): number => vm.measurePerformanceGain((capacity) => new PhaseOne({ capacity })).operations;
    for (let i = 0; i < 2048; i++) vm.free(vm.allocate(8));
    const blocks = Array.from({ length: 100 }, () => vm.allocate(8));
    expect(operations()).toBe(4096);
    for (let i = 0; i < (7 * 4096 - 100) / 2; i++) vm.pool.release(vm.pool.allocateConsciousnessState());
    expect(operations()).toBe(4096);
    // The second row begins, in the place of 100 operations: with the frees of blocks that were made unseen.
    for (const block of blocks) vm.free(block);
    expect(operations()).toBe(4096 - 100);
    vm.verify();
  });

  test("of a VM that is born anew is of its own life only", () => {
    const region = new SlabAllocator({ capacity: 1 << 22 });
    for (let life = 1; life <= 3; life++) {
      using vm = new MiniVm(region, { ...small, vmName: "vm" });
      expect(vm.performanceGain).toBeNaN();
      for (let i = 0; i < life; i++) vm.free(vm.allocate(8));
      expect(vm.measurePerformanceGain().operations).toBe(2 * life);
    }
  });

  test("where nothing is recorded is no number", () => {
    using idle = new MiniVm(null, { ...small, vmName: "vm" });
    expect(idle.performanceGain).toBeNaN();
    using off = busy({ recording: 0 });
    expect(off.performanceGain).toBeNaN();
  });

  test("the VM's own blocks and states are not touched by it, nor is the region", () => {
    const region = new SlabAllocator({ capacity: 1 << 22 });
    using vm = new MiniVm(region, { ...small, vmName: "vm" });
    vm.allocate(100);
    vm.pool.allocateConsciousnessState();
    const before = Uint8Array.from(new Uint8Array(region.memory.buffer));
    vm.measurePerformanceGain((capacity) => new PhaseOne({ capacity }));
    expect(Buffer.compare(before, new Uint8Array(region.memory.buffer))).toBe(0);
  });
});

describe("the gain of a VM", () => {
  const K = 4096;

  test("is of all that it does, verb by verb, and of nothing that was refused", () => {
    const operations = (work: (vm: MiniVm) => void): number => {
      using vm = new MiniVm(null, { ...small, vmName: "v" });
      work(vm);
      return vm.measurePerformanceGain((capacity) => new PhaseOne({ capacity })).operations;
    };
    // What is live at the end is freed: one operation more for each block and state.
    expect(operations((vm) => vm.tryAllocate(8))).toBe(2);
    expect(operations((vm) => vm.tryAllocate(1 << 20))).toBe(0);
    expect(operations((vm) => vm.resize(vm.allocate(100), 104))).toBe(3);
    expect(operations((vm) => vm.resize(vm.allocate(100), 1 << 15))).toBe(2);
    expect(operations((vm) => vm.allocateMany(8, new Int32Array(3)))).toBe(6);
    expect(
      operations((vm) => {
        const many = new Int32Array(3);
        vm.allocateMany(8, many);
        vm.freeMany(many, 2);
      }),
    ).toBe(6);
    expect(operations((vm) => vm.pool.release(vm.pool.allocateConsciousnessState()))).toBe(2);
  });

  test("is not that of another baseline, which was measured since", () => {
    using vm = new MiniVm(null, { ...small, vmName: "v" });
    for (let i = 0; i < 100; i++) vm.free(vm.allocate(8));
    const gain = vm.performanceGain;
    vm.measurePerformanceGain((capacity) => new SlabAllocator({ capacity }));
    expect(vm.performanceGain).toBe(gain);
  });

  test("is kept until half of the recording is new", () => {
    let measured = 0;
    const baseline = (capacity: number) => {
      measured++;
      return new PhaseOne({ capacity });
    };
    using vm = new MiniVm(null, { ...small, vmName: "v", recording: 100, baseline });
    const work = (pairs: number): number => {
      for (let i = 0; i < pairs; i++) vm.free(vm.allocate(8));
      expect(vm.performanceGain).toBeGreaterThan(0);
      return measured;
    };
    expect(work(60)).toBe(1);
    expect(work(24)).toBe(1);
    expect(work(1)).toBe(2);
  });

  test.each([
    [
      "many states",
      { poolSize: 5000, fields: { data: "bytes:248" } },
      (vm: MiniVm) => {
        for (let i = 0; i < 4096; i++) vm.pool.allocateConsciousnessState();
      },
    ],
    [
      "blocks that went and came behind its back",
      {},
      (vm: MiniVm) => {
        const block = vm.allocate(8);
        vm.context.free(vm.allocate(100));
        vm.reallocate(block, 100);
      },
    ],
    [
      "blocks of no bytes",
      { recording: 1 << 17 },
      (vm: MiniVm) => {
        for (let i = 0; i < 100_000; i++) vm.allocate(0);
      },
    ],
    ["a block of more than a gigabyte", { quota: 2 ** 31 }, (vm: MiniVm) => vm.free(vm.allocate(1.5 * 2 ** 30))],
  ])("with %s", (_, options, work) => {
    const vm = new MiniVm(null, { quota: 4 << 20, vmName: "v", poolSize: 16, ...options } as never) as MiniVm;
    work(vm);
    expect(vm.performanceGain).toBeGreaterThan(0);
  });

  test("whose block grew in place, where a new heap has no such place", () => {
    const vm = new MiniVm(null, { vmName: "v", quota: 128 * K, poolSize: 16, reserve: 160 * K, recording: 8 });
    const a = vm.allocate(10 * K);
    for (let i = 0; i < 8; i++) vm.free(vm.allocate(8));
    const b = vm.allocate(60 * K);
    vm.free(a);
    vm.allocate(10 * K);
    vm.reallocate(b, 100 * K);
    expect(vm.performanceGain).toBeGreaterThan(0);
  });

  test("whose quota was lowered, whose blocks were transferred, that is very large", () => {
    const vm = new MiniVm(null, { vmName: "v", quota: 1 << 20, poolSize: 16 });
    vm.free(vm.allocate(900_000));
    vm.context.quota = 100_000;
    expect(vm.performanceGain).toBeGreaterThan(0);
    const there = new MiniVm(null, { vmName: "there", quota: 1 << 20, poolSize: 16 });
    for (let i = 0; i < 3; i++) vm.context.transfer(vm.allocate(70_000), there.context);
    expect(vm.measurePerformanceGain().gain).toBeGreaterThan(0);
    const huge = new MiniVm(null, { vmName: "huge", quota: 2 ** 30, poolSize: 16 });
    huge.free(huge.allocate(1000));
    expect(huge.performanceGain).toBeGreaterThan(0);
  });

  test("that was reset is not of what was done before", () => {
    const vm = new MiniVm(null, { ...small, vmName: "v" });
    for (let i = 0; i < 100; i++) vm.free(vm.allocate(8));
    expect(vm.performanceGain).toBeGreaterThan(0);
    vm.reset();
    expect(vm.performanceGain).toBeNaN();
  });

  test.each([5, null, () => null])("against %s is refused", (baseline) => {
    const vm = new MiniVm(null, { ...small, vmName: "v" });
    vm.allocate(8);
    expect(() => vm.measurePerformanceGain(baseline as never)).toThrow(/^invalid baseline: it /);
  });
});

describe("what is no option", () => {
  test("one of another name, for what it may be meant", () => {
    expect(() => new MiniVm(null, { ...small, vmName: "v", name: "v" } as never)).toThrow(
      /^unknown option: "name" is not one of vmName, quota, poolSize, fields, recording, baseline, reserve, /,
    );
    expect(() => new ConsciousnessStatePool({ capacity: 5 } as never)).toThrow(
      'unknown option: "capacity" is not one of poolSize, fields, shared, buffer, byteOffset',
    );
    expect(() => new TeslaConsciousnessPool({ frequency: 60 } as never)).toThrow(
      'unknown option: "frequency" is not one of teslaFrequency, bytesPerTick, harmonics, frames, checked',
    );
  });

  test.each([undefined, null, 5])("%s", (options) => {
    expect(() => new MiniVm(null, options as never)).toThrow(`invalid options: ${options} is no object`);
    expect(() => MiniVm.adopt(options as never)).toThrow(`invalid loan: ${options} is no object`);
  });

  test.each(["onPressure", "baseline"])("%s that is no function", (name) => {
    expect(() => new MiniVm(null, { ...small, vmName: "v", [name]: 5 })).toThrow(`invalid ${name}: it is no function`);
  });

  test("a poolSize", () => {
    expect(() => new MiniVm(null, { ...small, vmName: "v", poolSize: 0 })).toThrow(/^invalid poolSize: 0 /);
  });
});

describe("over a WebAssembly memory", () => {
  test("goes on when the memory is another buffer", async () => {
    const region = await WasmAllocator.create({ capacity: 1 << 18, maxCapacity: 1 << 24 });
    const vm = new MiniVm(region, { ...small, vmName: "vm", fields: { energy: "f64" } });
    const state = vm.pool.allocateConsciousnessState(60);
    vm.pool.set(state, "energy", 0.5);
    const { buffer } = region.memory;
    region.allocate(1 << 22);
    expect(region.memory.buffer).not.toBe(buffer);
    expect(vm.pool.get(state, "energy")).toBe(0.5);
    expect([...vm.pool.inBand(32, 64)]).toEqual([state]);
    vm.pool.release(state);
    vm.free(vm.allocate(100));
    vm.verify();
  });
});
