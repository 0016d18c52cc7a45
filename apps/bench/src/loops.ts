/**
 * The timed loops. Each runs the events `from` to `to` of a workload; a caller goes through them in steps to look at the
 * clock in between. One process calls one of them, over one target, with one kind of handle: every call site in here
 * stays monomorphic, and none is shared with code that is not timed.
 */
import type { Program } from "./program.ts";
import type { Live, Target } from "./target.ts";

export type Loop = (target: Target, live: Live, from: number, to: number) => void;

/** A trace: allocate, free and reallocate as it says. */
export function replay(program: Program): Loop {
  const { op, slot, size } = program;
  return (target, live, from, to) => {
    for (let i = from; i < to; i++) {
      const s = slot[i]!;
      const o = op[i]!;
      if (o === 0) live[s] = target.allocate(size[i]!);
      else if (o === 1) {
        target.free(live[s]);
        live[s] = 0;
      } else live[s] = target.reallocate(live[s], size[i]!);
    }
  };
}

/** Allocate a block and free it, again and again. Two events a pair. */
export function pairs(size: number): Loop {
  return (target, _live, from, to) => {
    for (let i = from; i < to; i += 2) target.free(target.allocate(size));
  };
}

/** Allocate `count` blocks, then free them all, the oldest first (`fifo`) or the newest first (`lifo`). */
export function batch(count: number, size: number, order: "fifo" | "lifo"): Loop {
  return (target, live, from, to) => {
    for (let i = from; i < to && i < count; i++) live[i] = target.allocate(size);
    for (let i = Math.max(from, count); i < to; i++) {
      const s = order === "fifo" ? i - count : 2 * count - 1 - i;
      target.free(live[s]);
      live[s] = 0;
    }
  };
}

/** Replace a block by a new one. Two events a step; `slots` and `sizes` say which, and how large the new one is. */
export function churn(slots: Int32Array, sizes: Int32Array): Loop {
  return (target, live, from, to) => {
    for (let i = from >>> 1; i < to >>> 1; i++) {
      const s = slots[i]!;
      target.free(live[s]);
      live[s] = target.allocate(sizes[i]!);
    }
  };
}
