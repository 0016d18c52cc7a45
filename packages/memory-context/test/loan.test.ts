/** Contexts that are lent to other threads, and taken back. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { SlabAllocator } from "@ariax/slab";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContextLoan, type ContextUsage, MemoryContext } from "../src/index.ts";
import { caught, child, fillBlock, fillUp, isFilled, root, throws, uses, verifyAll } from "./helpers.ts";
import type { Task } from "./worker.ts";

const threads: Worker[] = [];

beforeAll(() => {
  for (let i = 0; i < 2; i++) threads.push(new Worker(new URL("worker.ts", import.meta.url)));
});
afterAll(() => Promise.all(threads.map((thread) => thread.terminate())));

async function ask(thread: Worker, task: Task): Promise<unknown> {
  const answer = once(thread, "message");
  thread.postMessage(task);
  return (await answer)[0];
}

/** A region that threads share, a root in it, and a child. */
function shared(quota = 1 << 18) {
  const region = new SlabAllocator({ capacity: 4 << 20, shared: true });
  const top = new MemoryContext(region, { name: "top", quota: 1 << 20 });
  return { region, top, vm: child(top, "vm", quota) };
}

describe("a context", () => {
  test("is operated by other threads in turns, and goes on here", async () => {
    const { top, vm } = shared();
    let live = Array.from({ length: 50 }, (_, i) => vm.allocate(20 + i * 13));
    for (const p of live) vm.store("u32", p, 0, p);
    const beside = child(top, "beside");
    const own = beside.allocate(1000);
    fillBlock(beside, own, 7);
    for (let turn = 0; turn < 6; turn++) {
      const loan = vm.lend();
      const answer = ask(threads[turn % 2], { loan, blocks: live, what: "work" });
      // Meanwhile what is beside it, and above, goes on.
      beside.free(beside.allocate(5000));
      top.free(top.allocate(50_000));
      const got = (await answer) as { live: number[]; path: string; usage: ContextUsage };
      vm.reclaim();
      live = got.live;
      expect(got.path).toBe("vm");
      expect(vm.used).toBe(got.usage.used);
      expect(vm.used).toBe(live.reduce((sum, p) => sum + vm.sizeOf(p), 0));
      for (const p of live) expect(vm.load("u32", p, 0)).toBe(p);
      verifyAll(top);
    }
    expect(isFilled(beside, own, 7)).toBe(true);
    expect(vm.usage().peak).toBeGreaterThanOrEqual(vm.used);
    vm.freeMany(Int32Array.from(live));
    expect(vm.used).toBe(0);
  });

  test("has the same limits there: the thread's notices, and its quota", async () => {
    const { top, vm } = shared(100_000);
    vm.soft = 60_000;
    vm.allocate(20_000);
    const got = (await ask(threads[0], { loan: vm.lend(), blocks: [], what: "fill" })) as {
      count: number;
      usage: ContextUsage;
      pressures: number[];
    };
    vm.reclaim();
    expect(got.count).toBe(Math.floor((100_000 - 20_480) / 64));
    expect(got.pressures).toEqual([20_480 + 64 * 618]);
    expect(got.usage).toMatchObject({ quota: 100_000, soft: 60_000, refused: 1, pressures: 1 });
    expect(vm.usage()).toMatchObject({ used: got.usage.used, peak: got.usage.used });
    verifyAll(top);
  });

  test("that comes back above its quota, or damaged, is refused, and can only be disposed of", async () => {
    for (const what of ["exceed", "damage"] as const) {
      const { region, top, vm } = shared(100_000);
      vm.allocate(100);
      const live = await ask(threads[0], { loan: vm.lend(), blocks: [], what });
      const message =
        what === "exceed"
          ? `corrupted: "vm" came back with ${live} bytes, its quota is 100000`
          : "corrupted: 0 pages used, 1 found";
      throws(() => vm.reclaim(), "CorruptionError", message);
      throws(() => vm.reclaim(), "CorruptionError", message);
      throws(
        () => vm.allocate(8),
        "ContextLentError",
        'context lent: "vm" is with another thread until it is reclaimed',
      );
      vm.dispose();
      verifyAll(top);
      expect(top.used).toBe(0);
      top.dispose();
      expect(region.stats().blocks).toBe(0);
    }
  });
});

describe("while it is lent", () => {
  const lent = 'context lent: "vm" is with another thread until it is reclaimed';

  test("every use throws, but reclaim and dispose", () => {
    const { top, vm } = shared();
    const p = vm.allocate(100);
    const ref = vm.ref(p);
    vm.lend();
    expect([vm.lent, vm.disposed, vm.name, vm.path]).toEqual([true, false, "vm", "top/vm"]);
    for (const [use, call] of Object.entries(uses(vm, p))) {
      const error = caught(call);
      expect([use, error?.name, error?.message, error?.code]).toEqual([
        use,
        "ContextLentError",
        lent,
        "ERR_CONTEXT_LENT",
      ]);
    }
    // What another context says of it is as ever.
    throws(() => top.free(p), "ForeignBlockError", `foreign block: offset ${p} lies in "vm", not in "top"`);
    throws(() => top.check(ref), "ForeignBlockError", `foreign block: offset ${p} lies in "vm", not in "top"`);
    throws(() => child(top, "vm"), "InvalidArgumentError", 'invalid name: there is a context "vm" already');
    verifyAll(top);
    vm.reclaim();
    expect([vm.lent, vm.check(ref)]).toEqual([false, p]);
    verifyAll(top);
  });

  test("it can be disposed of, and so can what is above it", () => {
    const { top, vm } = shared();
    vm.lend();
    vm.dispose();
    expect([top.used, vm.disposed, vm.lent]).toEqual([0, true, false]);
    const again = child(top, "vm");
    again.lend();
    top.dispose();
    expect(again.disposed).toBe(true);
    for (const call of [() => again.reclaim(), () => again.dispose()]) {
      throws(call, "ContextDisposedError", 'context disposed: "vm" and its blocks are gone');
    }
  });

  test("from its callback: the call is over, and nothing was allocated", () => {
    const context = root({ shared: true, quota: 10_000, soft: 100, onPressure: (of) => void of.lend() });
    throws(
      () => context.allocate(1000),
      "ContextLentError",
      'context lent: "root" is with another thread until it is reclaimed',
    );
    context.reclaim();
    expect(context.used).toBe(0);
    context.verify();
  });
});

describe("lending", () => {
  test("needs shared memory, and no children", () => {
    throws(() => root().lend(), "InvalidArgumentError", 'invalid loan: the memory of "root" is not shared');
    const { top } = shared();
    throws(() => top.lend(), "InvalidArgumentError", 'invalid loan: "top" has 1 children');
    throws(() => top.reclaim(), "InvalidArgumentError", 'invalid reclaim: "top" is not lent');
    expect(top.lent).toBe(false);
  });

  test("gives what a message can carry", () => {
    const { vm } = shared();
    const loan = vm.lend();
    const { buffer, ...rest } = loan;
    expect(structuredClone(rest)).toEqual({
      byteOffset: loan.byteOffset,
      name: "vm",
      quota: 1 << 18,
      soft: 1 << 18,
      zero: false,
      aside: 0,
    });
    expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(loan.byteOffset % 4096).toBe(0);
  });
});

describe("an adopted context", () => {
  test("is a root, to the quota that was lent", () => {
    const { vm } = shared(100_000);
    const p = vm.allocate(1000);
    fillBlock(vm, p, 7);
    const there = MemoryContext.adopt(vm.lend());
    expect([there.path, there.parent, there.used, isFilled(there, p, 7)]).toEqual(["vm", undefined, 1024, true]);
    expect(() => (there.quota = 100_001)).toThrow("invalid quota: 100001 is not a whole number from 1024 to 100000");
    there.quota = 50_000;
    there.quota = 100_000;
    // It has children of its own, snapshots, and can be lent on.
    const inner = child(there, "inner", 10_000, { reserve: 65_536 });
    inner.allocate(100);
    there.verify();
    inner.dispose();
    const snapshot = there.snapshot();
    there.free(p);
    there.restore(snapshot);
    const further = MemoryContext.adopt(there.lend());
    further.allocate(50);
    further.dispose();
    there.reclaim();
    expect(there.used).toBe(1024 + 56);
    there.dispose();
    throws(() => there.allocate(8), "ContextDisposedError", 'context disposed: "vm" and its blocks are gone');
    vm.reclaim();
    expect([vm.used, isFilled(vm, p, 7)]).toEqual([1080, true]);
    vm.verify();
  });

  test("of one that zeroes is not wiped where it ends, but what a transfer leaves is", () => {
    const context = root({ shared: true, zero: true });
    const p = context.allocate(1000);
    fillBlock(context, p, 7);
    const q = context.allocate(1000);
    fillBlock(context, q, 8);
    const there = MemoryContext.adopt(context.lend());
    there.transfer(q, root());
    there.dispose();
    context.reclaim();
    expect(isFilled(context, p, 7)).toBe(true);
    expect(context.allocate(1000)).toBe(q);
    expect(isFilled(context, q, 0)).toBe(true);
  });

  test("needs a loan", () => {
    const { vm } = shared();
    const good = vm.lend();
    const bad: [unknown, string, string][] = [
      [undefined, "InvalidArgumentError", "invalid loan: undefined is no object"],
      [null, "InvalidArgumentError", "invalid loan: null is no object"],
      [7, "InvalidArgumentError", "invalid loan: 7 is no object"],
      [{ ...good, buffer: new ArrayBuffer(1 << 20) }, "InvalidArgumentError", "invalid loan: it has no shared buffer"],
      [{ ...good, name: "" }, "InvalidArgumentError", "invalid name: 0 bytes, 1 to 64 are allowed"],
      [{ ...good, quota: 0 }, "InvalidArgumentError", "invalid quota: 0 is not a whole number from 1 to 4294901760"],
      [
        { ...good, quota: "1" },
        "InvalidArgumentError",
        'invalid quota: "1" is not a whole number from 1 to 4294901760',
      ],
      [
        { ...good, soft: 2 ** 20 },
        "InvalidArgumentError",
        "invalid soft: 1048576 is not a whole number from 0 to 262144",
      ],
      [
        { ...good, byteOffset: -4096 },
        "InvalidArgumentError",
        "invalid byteOffset: -4096 is not a whole number from 0 to 4194304",
      ],
      [
        { ...good, byteOffset: good.byteOffset + 8 },
        "InvalidArgumentError",
        `invalid byteOffset: ${good.byteOffset + 8} is no multiple of 4096`,
      ],
      [
        { ...good, byteOffset: good.byteOffset + 4096 },
        "CorruptionError",
        `corrupted: no heap: no magic number at byte ${good.byteOffset + 4096}`,
      ],
    ];
    for (const [loan, name, message] of bad) throws(() => MemoryContext.adopt(loan as ContextLoan), name, message);
    const callback = { onPressure: 7 as never };
    throws(() => MemoryContext.adopt(good, callback), "InvalidArgumentError", "invalid onPressure: it is no function");
    MemoryContext.adopt(good, null as never).dispose();
    const there = MemoryContext.adopt({ ...good, quota: 1000, soft: 1000 });
    there.allocate(1000 - 488);
    throws(
      () => MemoryContext.adopt({ ...good, quota: 500, soft: 500 }),
      "CorruptionError",
      'corrupted: "vm" has 512 bytes, its quota is 500',
    );
  });

  test("that has a damaged heap is refused", () => {
    const { vm } = shared();
    vm.allocate(100);
    const loan = vm.lend();
    const words = new Int32Array(loan.buffer, loan.byteOffset);
    for (const [word, message] of [
      [0, /no heap: no magic number/],
      [1, /heap of version 0/],
      [17, /pages used/],
      [600 + 30, /corrupted: /],
    ] as const) {
      const before = words[word];
      words[word] ^= 2;
      expect(caught(() => MemoryContext.adopt(loan))?.name).toBe("CorruptionError");
      expect(caught(() => MemoryContext.adopt(loan))?.message).toMatch(message);
      words[word] = before;
    }
    MemoryContext.adopt(loan).verify();
  });
});

test("a reclaimed control block that says it is larger, or elsewhere, is refused before it is believed", () => {
  const { top, vm } = shared();
  const loan = vm.lend();
  const words = new Int32Array(loan.buffer, loan.byteOffset);
  for (const [word, value] of [
    [2, 0],
    [3, 0x7fffffff],
    [4, 2],
    [16, 20],
    [0, 1],
    [19, 5],
  ]) {
    const was = words[word];
    words[word] = value;
    expect(caught(() => vm.reclaim())?.name).toBe("CorruptionError");
    words[word] = was;
  }
  vm.reclaim();
  expect(fillUp(vm, 1024)).toHaveLength(256);
  verifyAll(top);
});
