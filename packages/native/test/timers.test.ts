/** Timers of other hosts than Node: what frees a block never throws for them, nor ends the process later. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NativeAllocator, SystemCallError } from "../src/index.ts";
import { ENGINES, MiB } from "./heaps.ts";
import { describeNative } from "./native.ts";

let fire: (() => void)[] = [];
beforeEach(() => void (fire = []));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What `setTimeout` may be, and how many sweeps come of two frees. */
const HOSTS: Record<string, readonly [setTimeout: unknown, sweeps: number]> = {
  "numbers, as in jsdom": [(call: () => void) => fire.push(call), 2],
  "objects without methods": [(call: () => void) => ({ n: fire.push(call) }), 2],
  "objects that can be used again": [(call: () => void) => ({ n: fire.push(call), refresh: () => fire.push(call) }), 2],
  "methods that throw": [(call: () => void) => ({ n: fire.push(call), unref: fail, refresh: fail }), 0],
  nothing: [() => undefined, 0],
  missing: [undefined, 0],
  "an error": [fail, 0],
};

function fail(): never {
  throw new Error("no timers here");
}

describeNative("where timers are", () => {
  test.each(
    ENGINES.flatMap((engine) => Object.entries(HOSTS).map(([name, [set, sweeps]]) => ({ engine, name, set, sweeps }))),
  )("$name, a heap frees and purges ($engine)", ({ engine, name, set, sweeps }) => {
    vi.stubGlobal("setTimeout", set);
    if (name === "missing") vi.stubGlobal("clearTimeout", undefined);
    const heap = new NativeAllocator({ capacity: 8 * MiB, engine });
    let swept = 0;
    for (let round = 0; round < 2; round++) {
      const p = heap.allocate(MiB);
      new Uint8Array(heap.memory.buffer, p, MiB).fill(1);
      const full = heap.region!.resident();
      heap.free(p);
      expect(() => heap.free(p)).toThrow("double free");
      for (const call of fire.splice(0)) call();
      if (full - heap.region!.resident() >= MiB) swept++;
    }
    expect(swept).toBe(sweeps);
    heap.purge();
    heap.verify();
    heap.unmap();
  });

  test.each(ENGINES)("a sweep that the system refuses ends no process (%s)", (engine) => {
    vi.stubGlobal("setTimeout", HOSTS["numbers, as in jsdom"][0]);
    using heap = new NativeAllocator({ capacity: MiB, engine });
    heap.free(heap.allocate(500_000));
    const refuse = vi.spyOn(heap.region!, "residentPages").mockImplementation(() => {
      throw new SystemCallError("can't ask what is resident", "ENOMEM");
    });
    expect(fire).toHaveLength(1);
    fire[0]();
    expect(refuse).toHaveBeenCalledOnce();
    refuse.mockRestore();
    // The next free begins anew.
    heap.free(heap.allocate(500_000));
    expect(fire).toHaveLength(2);
  });
});
