/**
 * The timed loops. A loop is bound to one target and its live blocks, once a process, and then runs the events `from` to
 * `to` of its workload; a caller goes through them in steps to look at the clock in between. One process, one target, one
 * kind of handle: every call site in here stays monomorphic, and none is shared with code that is not timed.
 *
 * All that a loop works on are constants of its closure, as an allocator is that a program keeps in a module's `const`:
 * V8 then knows the very object, and folds its unchanging fields. (With the target as an argument slab's pairs took 12 ns
 * instead of 8.)
 */
import type { Program } from "../subjects/events.ts";
import type { BulkTarget, Live, Target } from "../subjects/target.ts";

export type Run = (from: number, to: number) => void;
export type Loop = (target: Target, live: Live) => Run;

/** A workload for heaps, made ready in the worker. */
export interface HeapWork {
  /** All of it, for what is not timed: checking contents, counting bytes. */
  readonly program: Program;
  /** The first events of the program, which only set the scene and are not timed. */
  readonly prelude: number;
  /** The timed loop over `events` events, and how many of them make one unit of the result. */
  readonly loop: Loop;
  readonly events: number;
  readonly eventsPerUnit: 1 | 2;
  /** It goes on where it was: the prelude is done once, and nothing is freed in between. The loop in C has it from here. */
  readonly steady?: Replacement;
}

/** Of `live` blocks of `least` to `most` bytes one at random is replaced by another. */
export interface Replacement {
  readonly live: number;
  readonly least: number;
  readonly most: number;
}

/** A trace: allocate, free and reallocate as it says. */
export function replay({ op, slot, size }: Program): Loop {
  return (subject, blocks) => {
    const [target, live, ops, slots, sizes] = [subject, blocks, op, slot, size];
    return (from, to) => {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const o = ops[i]!;
        if (o === 0) live[s] = target.allocate(sizes[i]!);
        else if (o === 1) {
          target.free(live[s]);
          live[s] = 0;
        } else live[s] = target.reallocate(live[s], sizes[i]!);
      }
    };
  };
}

/** Allocate a block and free it, again and again. Two events a pair. */
export function pairs(size: number): Loop {
  return (subject) => {
    const target = subject;
    return (from, to) => {
      for (let i = from; i < to; i += 2) target.free(target.allocate(size));
    };
  };
}

/** Allocate `count` blocks, then free them all, the oldest first (`fifo`) or the newest first (`lifo`). */
export function batch(count: number, size: number, order: "fifo" | "lifo"): Loop {
  return (subject, blocks) => {
    const [target, live] = [subject, blocks];
    const fill = (from: number, to: number): void => {
      for (let i = from; i < to; i++) live[i] = target.allocate(size);
    };
    const drain = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        target.free(live[i]);
        live[i] = 0;
      }
    };
    const drainBack = (from: number, to: number): void => {
      for (let i = count - 1 - from; i > count - 1 - to; i--) {
        target.free(live[i]);
        live[i] = 0;
      }
    };
    return (from, to) => {
      if (from < count) fill(from, Math.min(to, count));
      if (to > count) (order === "fifo" ? drain : drainBack)(Math.max(from, count) - count, to - count);
    };
  };
}

/** Allocate `count` blocks by one call and free them by another: each when the loop comes to the first of its events. */
export function bulk(count: number, size: number): Loop {
  return (subject, blocks) => {
    const [target, live] = [subject as BulkTarget, blocks as unknown as Int32Array];
    return (from, to) => {
      if (from === 0) target.allocateMany(size, live);
      if (from > count || to <= count) return;
      target.freeMany(live);
      live.fill(0);
    };
  };
}

/** Replace a block by a new one. Two events a step; `slots` and `sizes` say which, and how large the new one is. */
export function churn(slots: Int32Array, sizes: Int32Array): Loop {
  return (subject, blocks) => {
    const [target, live, places, bytes] = [subject, blocks, slots, sizes];
    return (from, to) => {
      for (let i = from >>> 1; i < to >>> 1; i++) {
        const s = places[i]!;
        target.free(live[s]);
        live[s] = target.allocate(bytes[i]!);
      }
    };
  };
}

/** George Marsaglia's xorshift of 32 bits ("Xorshift RNGs", 2003), never 0: the same numbers here and in native/passes.h. */
export const xorshift = (state: number): number => {
  let s = state;
  s ^= s << 13;
  s ^= s >>> 17;
  return s ^ (s << 5);
};

/** Where the numbers of a replacement begin. */
export const SEED = 1;

/** Free a live block at random and allocate another of the same band. Two events a step; it never comes to an end. */
export function replace({ live: count, least, most }: Replacement): Loop {
  return (subject, blocks) => {
    const [target, live, places, from, sizes] = [subject, blocks, count, least, most - least + 1];
    let state = SEED;
    return (begin, end) => {
      let s = state;
      for (let i = begin; i < end; i += 2) {
        // Written out: a call would be one more thing that V8 may or may not inline.
        s ^= s << 13;
        s ^= s >>> 17;
        s ^= s << 5;
        const place = (s >>> 0) % places;
        target.free(live[place]);
        s ^= s << 13;
        s ^= s >>> 17;
        s ^= s << 5;
        live[place] = target.allocate(from + ((s >>> 0) % sizes));
      }
      state = s;
    };
  };
}
