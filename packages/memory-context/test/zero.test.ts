/** `zero: true`: no byte of the context is ever seen by another, nor of another by it. */
import type { Allocator } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { bytesOf, child, fillUp, root, verifyAll } from "./helpers.ts";

const SECRET = Buffer.from("the secret of the context, 32 b.");

/** Fills blocks of every size with the secret, frees some of them, makes others, moves and resizes some. */
function keepSecrets(context: MemoryContext): void {
  for (let round = 0; round < 3; round++) {
    const blocks: number[] = [];
    for (const size of [32, 100, 1000, 5000, 20_000, 40_000]) {
      for (let i = 0; i < 5; i++) {
        const p = context.tryAllocate(size);
        if (p === 0) continue;
        const bytes = context.view(p, Uint8Array);
        for (let at = 0; at + 32 <= bytes.length; at += 32) bytes.set(SECRET, at);
        blocks.push(p);
      }
    }
    for (const [i, p] of blocks.entries()) {
      if (i % 3 === 0) context.free(p);
      else if (i % 3 === 1) context.reallocate(p, 64);
      else if (context.resize(p, 4000)) context.tryAllocate(300);
    }
  }
}

/** Is the secret, or more than a small part of it, anywhere in that memory? */
function leaked(of: Pick<Allocator, "memory">): boolean {
  return Buffer.from(bytesOf(of)).includes(SECRET.subarray(0, 12));
}

/** Is it in any block that a context can have? */
function visible(context: MemoryContext): boolean {
  for (const size of [16, 1000, 4096, 100_000]) {
    for (const p of fillUp(context, size))
      if (Buffer.from(context.view(p, Uint8Array)).includes(SECRET.subarray(0, 12))) return true;
    context.reset();
  }
  return false;
}

describe("the bytes of a context that zeroes", () => {
  test("are not seen by who has the memory after it: they are 0", () => {
    for (const zero of [false, true]) {
      const region = new SlabAllocator({ capacity: 4 << 20 });
      const a = new MemoryContext(region, { name: "a", quota: 1 << 19, zero });
      keepSecrets(a);
      expect(leaked(region)).toBe(true);
      a.dispose();
      expect(leaked(region)).toBe(!zero);
    }
  });

  test("are not seen by its parent, nor by the next child", () => {
    for (const zero of [false, true]) {
      const top = root();
      const a = child(top, "a", 1 << 19, { zero });
      keepSecrets(a);
      a.dispose();
      expect(leaked(top)).toBe(!zero);
      expect(visible(child(top, "b", 1 << 19))).toBe(!zero);
      verifyAll(top);
    }
  });

  test("are wiped where it ends with what is above it, too", () => {
    const region = new SlabAllocator({ capacity: 4 << 20 });
    const top = new MemoryContext(region, { name: "top", quota: 1 << 20 });
    const a = child(top, "a", 1 << 19, { zero: true });
    const inner = child(a, "inner", 1 << 18);
    keepSecrets(inner);
    keepSecrets(a);
    top.dispose();
    expect(leaked(region)).toBe(false);
  });

  test("are wiped in memory of its own, before that is released", () => {
    const region = { buffer: new ArrayBuffer(1 << 21) };
    let atRelease: boolean | undefined;
    const top = root();
    const a = child(top, "a", 1 << 19, {
      zero: true,
      memory: () => ({ ...region, unmap: () => (atRelease = leaked({ memory: region })) }),
    });
    keepSecrets(a);
    expect(leaked({ memory: region })).toBe(true);
    a.dispose();
    expect(atRelease).toBe(false);
  });

  test("do not stay behind where a block is transferred", () => {
    for (const zero of [false, true]) {
      const [from, to] = [root({ zero }), root()];
      for (const size of [32, 5000, 50_000]) {
        const p = from.allocate(size);
        from.view(p, Uint8Array).fill(1);
        from.view(p, Uint8Array).set(SECRET);
        const q = from.transfer(p, to);
        expect(Buffer.from(to.view(q, Uint8Array)).includes(SECRET)).toBe(true);
        expect(leaked(from)).toBe(!zero);
      }
    }
  });

  test("go to another context only as far as a transfer says", () => {
    const [from, to] = [root({ zero: true }), root()];
    const old = from.allocate(1000);
    from.view(old, Uint8Array).set(SECRET, 500);
    from.free(old);
    const p = from.allocate(1000);
    from.transfer(p, to, 100);
    expect(leaked(to)).toBe(false);
    // All of it, if nothing else is said: what lay there before, too.
    const again = from.allocate(1000);
    from.view(again, Uint8Array).set(SECRET, 500);
    from.transfer(again, to);
    expect(leaked(to)).toBe(true);
  });
});

describe("a context that zeroes", () => {
  test("sees no byte of who had the memory before it", () => {
    for (const zero of [false, true]) {
      const top = root();
      const before = child(top, "before", 1 << 19);
      keepSecrets(before);
      before.dispose();
      expect(leaked(top)).toBe(true);
      const a = child(top, "a", 1 << 19, { zero });
      expect(visible(a)).toBe(!zero);
      verifyAll(top);
    }
  });

  test("sees none in a region, nor in given memory", () => {
    const region = new SlabAllocator({ capacity: 4 << 20 });
    const p = region.allocate(3 << 20);
    new Uint8Array(region.memory.buffer, p, 3 << 20).fill(0x77);
    region.free(p);
    const given = { buffer: new ArrayBuffer(1 << 20) };
    new Uint8Array(given.buffer).fill(0x77);
    const contexts = [
      new MemoryContext(region, { name: "a", quota: 1 << 20, zero: true }),
      root({ quota: 1 << 18, reserve: 1 << 19, zero: true, memory: () => given }),
    ];
    for (const context of contexts) {
      const blocks = fillUp(context, 3000);
      expect(blocks.length).toBeGreaterThan(50);
      for (const q of blocks) expect(context.view(q, Uint8Array).every((byte) => byte === 0)).toBe(true);
    }
  });

  test("gives its children the same, without being asked", () => {
    const top = root({ zero: true });
    keepSecrets(top);
    top.reset();
    const a = child(top, "a", 1 << 18);
    expect(visible(a)).toBe(false);
    keepSecrets(a);
    a.dispose();
    const words = Buffer.from(bytesOf(top));
    const b = child(top, "b", 1 << 18);
    expect(visible(b)).toBe(false);
    expect(words.length).toBeGreaterThan(0);
    verifyAll(top);
  });

  test("sees its own bytes again: it is not a block that is zeroed", () => {
    const context = root({ zero: true });
    const p = context.allocate(100);
    context.fill(p, 7);
    context.free(p);
    expect(context.load("u8", context.allocate(100), 0)).toBe(7);
  });
});
