/** Through a proxy, every call does what it does without: the same results, and the same bytes. */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { ConsciousnessStatePool, MiniVm, type StateHandle, TeslaConsciousnessPool } from "../src/index.ts";
import { PhaseOne } from "../src/phase-1.ts";

type Wrap = <T extends object>(object: T) => T;
const kinds: Record<string, Wrap> = {
  "a plain proxy": (object) => new Proxy(object, {}),
  "Vue's reactive": (object) => reactive(object) as typeof object,
};

function message(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

const fields = { energy: "f64", count: "u8" } as const;

/** What came of every call to what `wrap` makes of a thing, and the bytes that are left. */
const stories: Record<string, (wrap: Wrap) => unknown[]> = {
  "a state pool": (wrap) => {
    const raw = new ConsciousnessStatePool({ poolSize: 20, fields });
    const pool = wrap(raw);
    // Handles differ from pool to pool: a slot does not.
    const states = [1, 2, 3, 4, 5, 60, 70].map((frequency) => pool.allocateConsciousnessState(frequency));
    const log: unknown[] = states.map((state) => pool.slot(state));
    log.push([...pool.inBand(2, 5)].map((state) => pool.slot(state)));
    pool.retune(states[1], 100);
    pool.release(states[2]);
    pool.set(states[3], "energy", 0.5);
    pool.fields.count.set(states[3], 7);
    log.push(
      pool.fields.count.get(states[3]),
      message(() => pool.fields.count.set(states[3], 256)),
      message(() => pool.fields.count.get(states[2]))?.slice(0, 12),
    );
    pool.columns.count[pool.slot(states[4])] = 9;
    log.push(
      [...pool.inBand(0, 1000)].map((state) => pool.slot(state)),
      pool.size,
      pool.stats(),
    );
    log.push(pool.isLive(states[2]), pool.get(states[3], "energy"), pool.frequencyOf(states[1]), pool.poolSize);
    log.push(
      message(() => pool.release(states[2]))?.slice(0, 12),
      message(() => pool.retune(states[0], 0)),
    );
    pool.verify();
    const other = ConsciousnessStatePool.attach(pool.buffer, { fields });
    other.release(states[0]);
    log.push(
      [...pool].map((state) => pool.slot(state)),
      [...pool.inBand(0, 10)].length,
    );
    while (pool.tryAllocateConsciousnessState(7) !== 0);
    log.push(
      message(() => pool.allocateConsciousnessState()),
      [...pool.inBand(4, 8)].length,
    );
    const records = pool.check(pool.buffer, { fields });
    pool.close(() => new RangeError("closed"));
    log.push(
      pool.closed,
      message(() => pool.size),
      message(() => pool.fields.count),
      message(() => pool.release(states[1])),
    );
    pool.reopen(records);
    log.push(pool.closed, pool.size, pool.fields.count.get(states[4]));
    pool.verify();
    pool.reset();
    log.push(pool.size, [...pool.inBand(0, 10)]);
    raw.verify();
    return log;
  },
  "a mini-VM": (wrap) => {
    const sizes: unknown[] = [];
    const options = { vmName: "vm", quota: 1 << 17, poolSize: 20, fields, recording: 100, soft: 100_000, shared: true };
    const raw = new MiniVm(null, { ...options, onPressure: (vm, size) => sizes.push(vm.vmName, size) as never });
    const vm = wrap(raw);
    const many = new Int32Array(5);
    const log: unknown[] = [vm.allocateMany(100, many), ...many];
    vm.freeMany(many, 2);
    const p = vm.allocate(40);
    log.push(p, vm.tryAllocate(1000), vm.tryAllocate(1 << 20), vm.resize(p, 48), vm.resize(p, 5000), vm.sizeOf(p));
    const q = vm.reallocate(p, 5000);
    log.push(q, vm.stats(), vm.memory.buffer === raw.memory.buffer, vm.vmName, vm.traits.name, vm.context.usage());
    const state = vm.pool.allocateConsciousnessState(6);
    vm.pool.set(state, "energy", 2);
    log.push(
      vm.pool.slot(state),
      vm.pool.size,
      message(() => vm.free(q + 8)),
      message(() => vm.allocate(110_000)),
    );
    vm.verify();
    const { operations } = vm.measurePerformanceGain((capacity) => new PhaseOne({ capacity }));
    log.push(operations, vm.performanceGain > 0);
    const loan = vm.lend();
    // It can be posted.
    const { context, ...rest } = loan;
    log.push(
      structuredClone(rest),
      message(() => vm.allocate(8)),
      message(() => vm.pool),
    );
    const there = wrap(MiniVm.adopt(wrap(loan)));
    there.pool.set(state, "energy", there.pool.get(state, "energy") + 1);
    there.free(many[4]);
    there.dispose();
    vm.reclaim();
    log.push(vm.pool.get(state, "energy"), vm.performanceGain, vm.stats().blocks);
    raw.verify();
    log.push(new Uint8Array(raw.memory.buffer, raw.context.aside.byteOffset - 4096, 4096).slice());
    vm.reset();
    log.push(vm.pool.size, vm.stats().blocks);
    raw.verify();
    vm[Symbol.dispose]();
    vm[Symbol.dispose]();
    log.push(
      message(() => vm.dispose()),
      message(() => vm.pool),
      message(() => vm.performanceGain),
      sizes,
    );
    return log;
  },
  "phase 1": (wrap) => {
    const raw = new PhaseOne({ capacity: 1 << 16 });
    const heap = wrap(raw);
    const many = new Int32Array(8);
    const log: unknown[] = [heap.allocateMany(50, many), ...many];
    heap.freeMany(many, 3);
    heap.free(many[5]);
    const p = heap.allocate(100, 256);
    log.push(p, heap.sizeOf(p), heap.resize(many[4], 80), heap.reallocate(p, 5000), heap.stats());
    log.push(
      message(() => heap.free(many[5])),
      message(() => heap.sizeOf(3)),
      heap.tryAllocate(1 << 16),
    );
    raw.verify();
    heap.verify();
    log.push(new Uint8Array(heap.memory.buffer).slice());
    heap.reset();
    raw.verify();
    log.push(raw.stats());
    return log;
  },
  "a Tesla pool": (wrap) => {
    const raw = new TeslaConsciousnessPool({ bytesPerTick: 4096, harmonics: [1, 2] });
    const pool = wrap(raw);
    const log: unknown[] = [pool.allocate(100), pool.allocate(100, 2), pool.harmonic(2).allocate(8), pool.tick()];
    log.push(pool.tick(), pool.tick(), pool.allocate(8), pool.stats(), pool.harmonics, pool.harmonicBlockSize);
    log.push(
      message(() => pool.allocate(8, 3)),
      pool.teslaFrequency,
      pool.harmonicMemoryBase,
    );
    pool.verify();
    raw.verify();
    return log;
  },
};

/** Each call with a handle that is live, of a pool that has an index, and of one that has none. */
const CALLS: Record<string, (pool: ConsciousnessStatePool<typeof fields>, state: StateHandle) => unknown> = {
  allocateConsciousnessState: (pool) => pool.allocateConsciousnessState(5),
  tryAllocateConsciousnessState: (pool) => pool.tryAllocateConsciousnessState(),
  release: (pool, state) => pool.release(state),
  retune: (pool, state) => pool.retune(state, 6),
  set: (pool, state) => pool.set(state, "energy", 1),
  "fields.energy.set": (pool, state) => pool.fields.energy.set(state, 1),
  reset: (pool) => pool.reset(),
};

test.each(Object.entries(CALLS))("%s through a proxy that throws changes nothing", (_, call) => {
  for (const isWatched of [false, true]) {
    for (let reads = 0, done = false; !done; reads++) {
      const pool = new ConsciousnessStatePool({ poolSize: 20, fields });
      const [state, ended] = [3, 4, 5].map((frequency) => pool.allocateConsciousnessState(frequency));
      pool.release(ended);
      if (isWatched) expect([...pool.inBand(2, 4)]).toEqual([state]);
      const before = Buffer.from(pool.buffer.slice());
      let left = reads;
      const proxy = new Proxy(pool, {
        get(target, key, receiver) {
          if (left-- === 0) throw new Error("not now");
          return Reflect.get(target, key, receiver);
        },
      });
      try {
        call(proxy, state);
        done = true;
      } catch (error) {
        expect((error as Error).message).toBe("not now");
        expect(Buffer.compare(Buffer.from(pool.buffer), before), `${reads} reads, then a throw`).toBe(0);
      }
      pool.verify();
      if (done) expect(reads).toBeGreaterThan(0); // it did throw before
    }
  }
});

describe.each(Object.entries(kinds))("%s", (_, wrap) => {
  test.each(Object.entries(stories))("of %s changes nothing", (__, story) => {
    expect(story(wrap)).toEqual(story((object) => object));
  });
});
