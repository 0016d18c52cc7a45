import { describe, expect, test } from "vitest";
import { makeProgram, needs } from "../../src/subjects/events.ts";
import type { Target } from "../../src/subjects/target.ts";
import { check } from "../../src/worker/check.ts";
import { untilFull } from "../../src/worker/metrics.ts";
import { batchOf, churnOf, pairsOf } from "../../src/workloads/heap/micro.ts";

/** A bump allocator over 1 MiB that is right; each test breaks it in one way. */
class Bump implements Target<number> {
  readonly memory = { buffer: new ArrayBuffer(1 << 20) };
  readonly sizes = new Map<number, number>();
  top = 8;

  allocate(size: number): number {
    const offset = this.top;
    if (offset + size > this.memory.buffer.byteLength) return 0;
    this.top += Math.ceil(size / 8) * 8 + 8;
    this.sizes.set(offset, size);
    return offset;
  }
  free(offset: number): void {
    if (!this.sizes.delete(offset)) throw new Error("invalid free");
  }
  reallocate(offset: number, size: number): number {
    const moved = this.allocate(size);
    const old = this.sizes.get(offset)!;
    new Uint8Array(this.memory.buffer).copyWithin(moved, offset, offset + Math.min(old, size));
    this.free(offset);
    return moved;
  }
}

/** Allocate three, grow and shrink the second, free the first, then all. */
const program = makeProgram(8, 3, (at) => {
  [
    [0, 0, 30],
    [0, 1, 41],
    [0, 2, 7],
    [2, 1, 90],
    [2, 1, 13],
    [1, 0, 0],
    [1, 1, 0],
    [1, 2, 0],
  ].forEach(([op, slot, size], i) => {
    at(i, op!, slot!, size!);
  });
});
const whole = { corrupted: 0, failures: 0, refusedFrees: 0, events: 8 };
const run = (target: Target<never>) => check(target, program, "offsets", 10_000);

describe("check", () => {
  test("finds nothing in what is right", () => expect(run(new Bump() as never)).toMatchObject(whole));

  test("counts the bytes up to the highest end of a block", () => {
    // 8 + 40 + 56 + 16 + 104 bytes lie before the last block, which is made of 13.
    expect(run(new Bump() as never).peakReserved).toBe(8 + 40 + 56 + 16 + 104 + 13);
  });

  test("takes the allocator's own word for bytes where it gives it", () => {
    const target = Object.assign(new Bump(), { stats: () => ({ peakReserved: 4096, overhead: 64 }) });
    expect(run(target as never)).toMatchObject({ ...whole, peakReserved: 4096, metadata: 64 });
  });

  test("finds blocks that overlap", () => {
    class Overlapping extends Bump {
      override allocate(size: number): number {
        const offset = super.allocate(size);
        this.top -= 16;
        return offset;
      }
    }
    expect(run(new Overlapping() as never).corrupted).toBeGreaterThan(0);
  });

  test("finds blocks that share their last byte only", () => {
    class Tight extends Bump {
      override allocate(size: number): number {
        const offset = super.allocate(size);
        this.top = offset + Math.max(8, Math.floor(size / 8) * 8);
        return offset;
      }
    }
    expect(run(new Tight() as never).corrupted).toBeGreaterThan(0);
  });

  test("finds a reallocation that forgets the contents", () => {
    class Forgetful extends Bump {
      override reallocate(offset: number, size: number): number {
        this.free(offset);
        return this.allocate(size);
      }
    }
    expect(run(new Forgetful() as never).corrupted).toBe(2);
  });

  test("finds blocks out of bounds", () => {
    class Wide extends Bump {
      override allocate(size: number): number {
        return super.allocate(size) + (1 << 20);
      }
      override free(): void {}
      override reallocate(_: number, size: number): number {
        return this.allocate(size);
      }
    }
    expect(run(new Wide() as never).corrupted).toBeGreaterThan(0);
  });

  test("counts what was refused, by 0 or by a throw, and goes on without it", () => {
    class Full extends Bump {
      override allocate(size: number): number {
        if (size === 41) throw new Error("out of memory: no room for 41 bytes");
        return size === 7 ? 0 : super.allocate(size);
      }
    }
    expect(run(new Full() as never)).toMatchObject({
      ...whole,
      failures: 2,
      firstFailure: "out of memory: no room for 41 bytes",
    });
  });

  test("counts frees of live blocks that throw", () => {
    class Stubborn extends Bump {
      override free(): void {
        throw new Error("no");
      }
      override reallocate(offset: number): number {
        return offset;
      }
    }
    expect(run(new Stubborn() as never).refusedFrees).toBe(3);
  });

  test("checks blocks that are objects", () => {
    const shared = new Uint8Array(100);
    const target = {
      allocate: () => shared,
      free() {},
      reallocate: () => shared,
    };
    expect(check(target, program, "objects", 10_000).corrupted).toBeGreaterThan(0);
    const sound = { ...target, allocate: (n: number) => new Uint8Array(n), reallocate: grow };
    expect(check(sound, program, "objects", 10_000)).toMatchObject(whole);
    function grow(old: unknown, size: number): Uint8Array {
      const moved = new Uint8Array(size);
      moved.set((old as Uint8Array).subarray(0, size));
      return moved;
    }
  });

  test("stops at its limit", () => {
    const long = batchOf(16, 20_000, "fifo").program;
    expect(check(new Bump(), long, "offsets", -1).events).toBe(0);
  });
});

describe("needs", () => {
  test("counts the peak and the total", () => {
    // Most live at once: 30 + 90 + 7. In total: 32 + 48 + 16 + 96 + 16.
    expect(needs(program)).toEqual({ events: 8, peakLive: 127, total: 208 });
  });
});

describe("micro workloads", () => {
  /** Calls as text, for the loop and for the program that stands for it. */
  function record(): Target<number> & { calls: string[] } {
    const calls: string[] = [];
    let next = 0;
    return {
      calls,
      allocate(size) {
        calls.push(`+${size}`);
        return ++next;
      },
      free: (id) => calls.push(`-${id}`),
      reallocate: (id) => id,
    };
  }

  test.each([
    ["pairs", pairsOf(64, 10)],
    ["fifo", batchOf(64, 50, "fifo")],
    ["lifo", batchOf(64, 50, "lifo")],
    ["churn", churnOf(100)],
  ])("%s: the loop does what its program says, however it is cut", async (_, work) => {
    const { replay } = await import("../../src/worker/loops.ts");
    const [byLoop, byProgram] = [record(), record()];
    const live = new Int32Array(work.program.slots) as never;
    replay(work.program)(byLoop, live)(0, work.prelude);
    const run = work.loop(byLoop, live);
    for (let i = 0; i < work.events; i += 14) run(i, Math.min(i + 14, work.events));
    replay(work.program)(byProgram, new Int32Array(work.program.slots) as never)(0, work.program.events);
    expect(byLoop.calls).toEqual(byProgram.calls);
    expect(work.program.events - work.prelude).toBe(work.events);
  });
});

describe("untilFull", () => {
  test("counts up to the first refusal, by 0 or by a throw", () => {
    const full = untilFull(new Bump(), 1 << 20);
    expect(full.operations).toBeGreaterThan(1000);
    expect(full.used).toBeLessThan(1);
    const throwing = {
      allocate: (): never => {
        throw new Error("full");
      },
      free() {},
      reallocate: (): never => {
        throw new Error("full");
      },
    };
    expect(untilFull(throwing, 100)).toEqual({ operations: 0, used: 0 });
  });

  test("ends where memory does not", () => {
    const endless = { allocate: (n: number) => n, free() {}, reallocate: (n: number) => n };
    expect(untilFull(endless, 1 << 20).used).toBe(Number.POSITIVE_INFINITY);
  });
});
