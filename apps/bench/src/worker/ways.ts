/**
 * How a program calls its heap: V8 knows more of one that lies in a `const` than of one that is handed in, kept in a field, or
 * reached through a small method for each event. The loop and its arrays are as in `loops.ts`; what a way costs is the heap's.
 *
 * The loop must not know the heap. So the heap, or the object that has it, lies in an array, of whose elements V8 assumes nothing.
 * tried: the arrays handed in too; measured: jq's trace 14 ns an event instead of 9 in most processes, by no fault of the heap.
 */
import type { Program } from "../subjects/events.ts";
import type { Way } from "../subjects/subject.ts";
import type { Live, Target } from "../subjects/target.ts";
import type { Loop, Run } from "./loops.ts";

/** The replay of a program in one of the ways. `other` is the second heap. */
export function replayIn(way: Way, program: Program, other: Target): Loop {
  return (target, live) => {
    if (way === "argument") return asArgument(target, live, program);
    return way === "field" ? inField(target, live, program, other) : byMethod(target, live, program);
  };
}

function asArgument(target: Target, blocks: Live, { op, slot, size }: Program): Run {
  const [live, ops, slots, sizes] = [blocks, op, slot, size];
  const run = (heap: Target, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const s = slots[i]!;
      const o = ops[i]!;
      if (o === 0) live[s] = heap.allocate(sizes[i]!);
      else if (o === 1) {
        heap.free(live[s]);
        live[s] = 0;
      } else live[s] = heap.reallocate(live[s], sizes[i]!);
    }
  };
  const held = [target];
  return (from, to) => run(held[0]!, from, to);
}

/** Calls of the second heap, once a replay: so few that what they take is not seen. */
const VISITS = 64;

function inField(target: Target, blocks: Live, { op, slot, size }: Program, other: Target): Run {
  const [live, ops, slots, sizes] = [blocks, op, slot, size];
  /** A part of a program that keeps its heap in a field. */
  class Holder {
    declare private readonly heap: Target;

    constructor(heap: Target) {
      this.heap = heap;
    }

    run(from: number, to: number): void {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const o = ops[i]!;
        if (o === 0) live[s] = this.heap.allocate(sizes[i]!);
        else if (o === 1) {
          this.heap.free(live[s]);
          live[s] = 0;
        } else live[s] = this.heap.reallocate(live[s], sizes[i]!);
      }
    }

    visit(): void {
      for (let i = 0; i < VISITS; i++) this.heap.free(this.heap.allocate(64));
    }
  }
  const held = [new Holder(target), new Holder(other)];
  return (from, to) => {
    if (from === 0) held[1]!.visit();
    held[0]!.run(from, to);
  };
}

function byMethod(target: Target, blocks: Live, { op, slot, size }: Program): Run {
  const [live, ops, slots, sizes] = [blocks, op, slot, size];
  /** An object with a method for each kind of event. */
  class Caller {
    declare private readonly heap: Target;

    constructor(heap: Target) {
      this.heap = heap;
    }

    allocate(at: number, bytes: number): void {
      live[at] = this.heap.allocate(bytes);
    }

    free(at: number): void {
      this.heap.free(live[at]);
      live[at] = 0;
    }

    reallocate(at: number, bytes: number): void {
      live[at] = this.heap.reallocate(live[at], bytes);
    }
  }
  const run = (caller: Caller, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const o = ops[i]!;
      if (o === 0) caller.allocate(slots[i]!, sizes[i]!);
      else if (o === 1) caller.free(slots[i]!);
      else caller.reallocate(slots[i]!, sizes[i]!);
    }
  };
  const held = [new Caller(target)];
  return (from, to) => run(held[0]!, from, to);
}
