/** Bulk calls whose list lies in memory that becomes another buffer meanwhile, or goes. */
import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { root, throws } from "./helpers.ts";

/** A context in a WebAssembly memory, which becomes another buffer as soon as its soft limit is crossed; a list in a block of it. */
function growing() {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 100 });
  let calls = 0;
  const context = new MemoryContext(null, {
    ...{ name: "a", quota: 1 << 16, soft: 1000, memory: () => memory, reserve: 1 << 18 },
    onPressure: () => {
      calls++;
      memory.grow(1);
    },
  });
  const block = context.allocate(400);
  return { context, memory, block, out: context.view(block, Int32Array, 100), calls: () => calls };
}

describe("a list in the context's own memory", () => {
  test("has the blocks, also where the memory became another buffer", () => {
    const { context, block, out, calls } = growing();
    expect(context.allocateMany(24, out)).toBe(100);
    expect([calls(), out.length]).toEqual([1, 0]);
    const words = context.view(block, Int32Array, 100);
    expect(new Set(words).size).toBe(100);
    for (const p of words) expect(context.sizeOf(p)).toBe(24);
    expect(context.used).toBe(context.sizeOf(block) + 2400);
    // The list is in one of the blocks that it frees.
    words[50] = block;
    context.freeMany(words, 51);
    expect(context.used).toBe(1200);
    context.verify();
  });

  test("has what was there, where nothing grew", () => {
    const context = root();
    const block = context.allocate(64);
    const out = context.view(block, Uint32Array, 4);
    expect(context.allocateMany(40, out as unknown as Int32Array)).toBe(4);
    expect([...out].map((p) => context.sizeOf(p))).toEqual([40, 40, 40, 40]);
    context.verify();
  });
});

test("a list elsewhere that goes meanwhile is refused before a block is made", () => {
  const list = new Int32Array(10);
  const context = root({ soft: 50, onPressure: () => void structuredClone(list.buffer, { transfer: [list.buffer] }) });
  throws(
    () => context.allocateMany(24, list),
    "InvalidArgumentError",
    "invalid offsets: their buffer has become shorter",
  );
  expect([context.used, context.stats().blocks]).toEqual([0, 0]);
  context.verify();
});

test("a list in the context's own memory, behind the context, that goes meanwhile is refused", () => {
  const buffer = new ArrayBuffer(1 << 17, { maxByteLength: 1 << 17 });
  const context = root({
    ...{ quota: 1 << 15, reserve: 1 << 16, soft: 50, memory: () => ({ buffer }) },
    onPressure: () => buffer.resize(1 << 16),
  });
  const message = "invalid offsets: their buffer has become shorter";
  throws(() => context.allocateMany(24, new Int32Array(buffer, 100_000, 10)), "InvalidArgumentError", message);
  expect(context.used).toBe(0);
  context.verify();
});
