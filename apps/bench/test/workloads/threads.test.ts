/** Threads on one heap: the parts that they are measured with, and each workload once, as short as it can be. No time is looked at. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask } from "../../src/run/processes.ts";
import { findCompiler } from "../../src/subjects/c/compile.ts";
import { Locked, SpinLock, WaitLock } from "../../src/subjects/threads/locks.ts";
import { SHARINGS, sharingOf } from "../../src/subjects/threads/sharings.ts";
import { residentIn } from "../../src/workloads/threads/held.ts";
import { modesUpTo } from "../../src/workloads/threads/own.ts";
import type { ThreadBudget } from "../../src/workloads/threads/protocol.ts";
import { Ring } from "../../src/workloads/threads/ring.ts";
import { BATCH, own, QUEUE, xmalloc, xmallocSizes } from "../../src/workloads/threads/shapes.ts";
import { scratch } from "../commands/scratch.ts";

describe("a ring", () => {
  test("hands over in order, around its end, and says what room is left", () => {
    const ring = Ring.make(8);
    let [put, got] = [0, 0];
    for (let turn = 0; turn < 20; turn++) {
      expect([ring.size, ring.room]).toEqual([0, 8]);
      for (let i = 0; i < 5; i++) ring.put(i, 0xffff0000 + put++);
      expect(ring.size).toBe(0);
      ring.publish(5);
      expect([ring.size, ring.room]).toEqual([5, 3]);
      for (let i = 0; i < 5; i++) expect(ring.at(i)).toBe(0xffff0000 + got++);
      ring.drop(5);
    }
  });

  test("goes on where its counters wrap", () => {
    const ring = Ring.make(4);
    ring.words[0] = ring.words[16] = 0x7ffffffe;
    ring.put(0, 1);
    ring.put(1, 2);
    ring.put(2, 3);
    ring.publish(3);
    expect([ring.size, ring.room, ring.at(0), ring.at(1), ring.at(2)]).toEqual([3, 1, 1, 2, 3]);
    ring.drop(3);
    expect([ring.size, ring.room]).toEqual([0, 4]);
  });
});

describe.each([
  ["spin", SpinLock],
  ["wait", WaitLock],
])("a %s lock", (_, Lock) => {
  test("is free after each call, also one that throws", () => {
    const words = new Int32Array(new SharedArrayBuffer(64));
    const held: number[] = [];
    const heap = new Locked(
      {
        allocate: () => held.push(words[0]!),
        free() {
          held.push(words[0]!);
          throw new Error("no");
        },
        reallocate: () => held.push(words[0]!),
      },
      new Lock(words),
    );
    heap.allocate(8);
    expect(() => heap.free(8)).toThrow("no");
    heap.reallocate(8, 8);
    expect([held, words[0]]).toEqual([[1, 1, 1], 0]);
  });
});

test("a wait lock that is wanted stays so until it is free, and wakes one", () => {
  const words = new Int32Array(new SharedArrayBuffer(64));
  const lock = new WaitLock(words);
  lock.lock();
  words[0] = 2;
  lock.unlock();
  expect(words[0]).toBe(0);
});

test.each(SHARINGS.map(({ name }) => name))("%s: a thread's heap has the three verbs", async (name) => {
  const { make, attach, isOne } = sharingOf(name);
  const shared = await make(4 << 20, 2);
  const [one, other] = [await attach(shared, 0), await attach(shared, 1)];
  const block = one.allocate(100);
  const moved = one.reallocate(block, 5000);
  (isOne ? other : one).free(moved);
  if (name === "nothing") return;
  expect(block).toBeGreaterThan(0);
  expect(one.allocate(64)).not.toBe(one.allocate(64));
});

test("there is no other way of sharing", () => {
  expect(() => sharingOf("hope")).toThrow("there is no way of sharing called hope");
});

/** A heap that knows what is live. */
function model() {
  let next = 8;
  const live = new Map<number, number>();
  const heap = {
    allocate(size: number): number {
      live.set((next += 8), size);
      return next;
    },
    free(block: number): void {
      if (!live.delete(block)) throw new Error(`${block} is not live`);
    },
    reallocate(block: number, size: number): number {
      heap.free(block);
      return heap.allocate(size);
    },
  };
  return { heap, live };
}

describe("a step", () => {
  test("of own: a program over and over, and nothing is left in between", () => {
    const { heap, live } = model();
    const program = {
      ...{ op: Uint8Array.of(0, 0, 2, 1), slot: Int32Array.of(0, 1, 1, 0), size: Int32Array.of(8, 16, 32, 0) },
      ...{ events: 4, slots: 2 },
    };
    const step = own(heap, program);
    expect([step(1), live.size, step(1), live.size]).toEqual([4, 0, 4, 0]);
  });

  test("of xmalloc: frees what the other allocated, or, alone, its own", () => {
    const { heap, live } = model();
    const [a, b, c, d] = [0, 1, 2, 3].map(() => Ring.make(QUEUE)) as [Ring, Ring, Ring, Ring];
    const one = xmalloc(heap, 1, { own: a, from: b, to: c });
    const other = xmalloc(heap, 2, { own: d, from: c, to: b });
    expect([one(1), live.size]).toEqual([4 * BATCH, 0]);
    expect([one(2), live.size]).toEqual([0, 4 * BATCH]);
    expect([other(2), live.size]).toEqual([4 * BATCH, 4 * BATCH]);
    expect([one(2), live.size]).toEqual([4 * BATCH, 4 * BATCH]);
    // The queue is full at some time: then there is nothing to do.
    for (let i = 0; i < 100; i++) one(2);
    expect([one(2), live.size]).toEqual([0, QUEUE]);
  });

  test("of xmalloc has sizes from 8 to 256", () => {
    const sizes = xmallocSizes(1);
    expect([sizes.length, Math.min(...sizes), Math.max(...sizes)]).toEqual([1024, 8, 256]);
    expect(xmallocSizes(1)).toEqual(sizes);
  });
});

test("threads are measured alone, then by twos", () => {
  expect(modesUpTo(8).map(({ name, first, count }) => [name, first, count])).toEqual([
    ...[
      ["alone 0", 0, 1],
      ["alone 1", 1, 1],
    ],
    ...[2, 4, 8].map((count) => [`${count}`, 0, count]),
  ]);
});

describe("what is resident", () => {
  const file = (...lines: string[]): string => {
    const path = join(scratch(), "smaps");
    writeFileSync(path, `${lines.join("\n")}\n`);
    return path;
  };
  const [START, NEXT] = ["7f0000000000", "7f0004001000"];

  test("is that of the mapping of the heap's length", () => {
    const path = file(
      ...["7e0000000000-7e0000001000 rw-p 00000000 00:00 0", "Size: 4 kB", "Rss: 4 kB"],
      ...[
        `${START}-${NEXT} rw-p 00000000 00:00 0`,
        "Size: 65540 kB",
        "KernelPageSize: 4 kB",
        "Rss:      1234 kB",
        "Pss: 1 kB",
      ],
      ...["7f0100000000-7f0110000000 rw-p 00000000 00:00 0", "Rss: 99999 kB"],
    );
    expect(residentIn(64 << 20, path)).toBe(1234 * 1024);
  });

  test("is not known where there is no such mapping, or no such file", () => {
    expect(residentIn(64 << 20, file("7e0000000000-7e0000001000 rw-p 0 00:00 0", "Rss: 4 kB"))).toBeUndefined();
    expect(residentIn(64 << 20, join(scratch(), "none"))).toBeUndefined();
  });
});

const budget: ThreadBudget = { window: 1, warm: 4, repeats: 1, seconds: 0.1, threads: 2 };
const hasCompiler = findCompiler() !== undefined;
const pairs = [
  ...["lanes", "wasm-lanes", "wasm-wait"].map((subject) => ["own", subject] as const),
  ...(["lanes", "thi.ng-wait"] as const).map((subject) => ["xmalloc", subject] as const),
  ...(["engine-c", "mimalloc"] as const).map((subject) => ["xmalloc-c", subject] as const),
  ...[["cache-scratch", "lanes"] as const, ["hand-over-1", "offset"] as const, ["hand-over-1", "copies"] as const],
  ...[["hand-over-64", "transfer"] as const, ["held", "lanes"] as const, ["held", "engine-c"] as const],
  ...(["lanes", "lanes-processes", "wait"] as const).map((subject) => ["stopped", subject] as const),
];

describe.each(pairs)("%s by %s", (workload, subject) => {
  const isInC = ["nothing-c", "engine-c", "mimalloc", "jemalloc", "glibc"].includes(subject);
  test("is measured in a process of its own", async () => {
    const request = { kind: "threads", subject, workload, budget };
    const answer = await ask({ request, patience: 600_000 });
    if (isInC && !hasCompiler) {
      expect(answer).toEqual({ unavailable: "no C compiler (cc, gcc or clang)" });
      return;
    }
    if ("unavailable" in answer) {
      expect(["mimalloc", "jemalloc", "glibc", "lanes-processes"]).toContain(subject);
      return;
    }
    if (workload === "held") {
      const { samples, blocks } = answer as { samples: [number, number][]; blocks: number };
      expect([samples.length, blocks >= 0]).toEqual([120, true]);
      return;
    }
    if (workload === "stopped") {
      const { victims } = answer as {
        victims: { call: string; stopped: number[]; killed: number[]; blocks?: number }[];
      };
      expect(victims.length).toBe(1);
      const [{ call, stopped, killed, blocks }] = victims as [(typeof victims)[0]];
      expect(["allocate", "free", "free of another thread's block"]).toContain(call);
      // With a lock nothing more happens; with lanes something does, some time.
      if (subject === "wait") expect([...stopped, ...killed].every((rate) => rate === 0)).toBe(true);
      else expect([killed.some((rate) => rate > 0), blocks! > 0]).toEqual([true, true]);
      return;
    }
    const { windows } = answer as { windows: Record<string, number[][]> };
    for (const [mode, all] of Object.entries(windows)) {
      expect(all.length, mode).toBe(3);
      for (const threads of all) for (const ns of threads) expect(ns, mode).toBeGreaterThan(0);
    }
    const modes =
      workload === "own" ? ["alone 0", "alone 1", "2"] : workload.startsWith("hand") ? ["bare", "written"] : ["1", "2"];
    expect(Object.keys(windows).sort()).toEqual([...modes].sort());
  });
});
