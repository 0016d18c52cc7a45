/** Programs of TypeScript over every allocator of the house: as their twins, and nothing is left; and what is observed of them. */
import type { Allocator } from "@ariax/allocator";
import { Arena } from "@ariax/arena";
import { MiniVm } from "@ariax/consciousness";
import { isAvailable, NativeAllocator } from "@ariax/native";
import { SlabAllocator } from "@ariax/slab";
import { type Program, type ProgramKind, programs, treeProgram } from "@ariax/trace";
import { WasmAllocator } from "@ariax/wasm";
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { turnsAlone } from "../../src/worker/turns.ts";
import { observe } from "../../src/workloads/programs/observe.ts";
import { PROGRAM_WORKLOADS } from "../../src/workloads/programs/programs.ts";

const STEPS = 2000;
/** Small enough for all that happens now and then to happen in so many steps. */
const SMALL: Readonly<Record<string, object>> = { entities: { entities: 300 }, cache: { kib: 128, keys: 3000 } };

/** In parts, with an end in between: what came of it. */
function done(program: Program): object {
  program.run(STEPS);
  program.end();
  program.run(STEPS / 2);
  program.end();
  return { checksum: program.checksum(), ...program.counts() };
}

const heaps: Record<string, (capacity: number) => Allocator | Promise<Allocator>> = {
  slab: (capacity) => new SlabAllocator({ capacity }),
  "slab, shared": (capacity) => new SlabAllocator({ buffer: new SharedArrayBuffer(capacity) }),
  "slab that grows": (maxCapacity) => new SlabAllocator({ capacity: 1 << 16, maxCapacity }),
  "slab behind Vue's proxy": (capacity) => reactive(new SlabAllocator({ capacity })) as SlabAllocator,
  wasm: (capacity) => WasmAllocator.create({ capacity }),
  "wasm that grows": (maxCapacity) => WasmAllocator.create({ capacity: 1 << 16, maxCapacity }),
  ...(isAvailable() && {
    native: (capacity: number) => new NativeAllocator({ capacity }),
    "native, in C": (capacity: number) => new NativeAllocator({ capacity, engine: "c" }),
  }),
  "a mini-VM, which is a memory context": (quota) =>
    new MiniVm(new SlabAllocator({ capacity: 2 * quota + (1 << 20) }), { vmName: "program", quota }),
};

const budget = { warm: 1, turns: 1 };

describe.each(Object.entries(programs))("%s", (name, kind: ProgramKind) => {
  const expected = done(kind.collected(SMALL[name]));

  test.each(Object.entries(heaps))("over %s", async (_, create) => {
    const heap = await create(kind.capacity);
    expect(done(kind.over(heap, SMALL[name]))).toEqual(expected);
    expect(heap.stats().blocks).toBe(0);
    heap.verify();
  });

  test.each(PROGRAM_WORKLOADS.find((one) => one.name === name)!.for)("%s is observed", async (subject) => {
    if (subject === "native" && !isAvailable()) return;
    const { time, latency, pauses } = await observe(
      { kind: "programs", subject, workload: name, budget },
      turnsAlone(2),
    );
    expect(time.stopped).toBe(false);
    expect(latency.batches).toBeGreaterThan(0);
    expect(latency.max).toBeGreaterThanOrEqual(latency.p50);
    expect(pauses.max).toBeLessThanOrEqual(pauses.total);
  });
});

test("an arena does trees, by a reset", () => {
  const arena = new Arena({ capacity: treeProgram.capacity });
  expect(done(treeProgram.over(arena, { byReset: true }))).toEqual(done(treeProgram.collected()));
  expect(arena.stats().blocks).toBe(0);
});

test("what is no program, or no heap, is told", async () => {
  const request = { kind: "programs", subject: "slab", workload: "trees", budget };
  await expect(observe({ ...request, workload: "git" }, turnsAlone(1))).rejects.toThrow("there is no program git");
  await expect(observe({ ...request, subject: "none" }, turnsAlone(1))).rejects.toThrow(
    "there is no subject none of heap",
  );
});
