/**
 * How a program calls its heap: V8 knows more of one that lies in a `const` than of one that is handed in, kept in a field, or
 * reached through a small method for each event. The events are the same; what a way costs is counted to the heap.
 *
 * The first is `loops.ts`. In the others the loop must not know the object that it works with. So that lies in an array, of whose elements V8
 * assumes nothing.
 */
import type { Program } from "../subjects/events.ts";
import type { Way } from "../subjects/subject.ts";
import { type Live, makeLive, type Target } from "../subjects/target.ts";
import type { Loop } from "./loops.ts";

/** The replay of a program in one of the ways. `other` is the second heap. */
export function replayIn(way: Way, program: Program, other: Target): Loop {
  return (target, live) => {
    if (way === "argument") {
      const held = [target];
      return (from, to) => replayOn(held[0]!, live, program, from, to);
    }
    if (way === "method") {
      const held = [new Caller(target, live)];
      return (from, to) => callEach(held[0]!, program, from, to);
    }
    const held = [new Holder(target, live, program), new Holder(other, makeLive("offsets", program.slots), program)];
    return (from, to) => {
      if (from === 0) held[1]!.visit();
      held[0]!.run(from, to);
    };
  };
}

function replayOn(target: Target, live: Live, { op, slot, size }: Program, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const s = slot[i]!;
    const o = op[i]!;
    if (o === 0) live[s] = target.allocate(size[i]!);
    else if (o === 1) {
      target.free(live[s]);
      live[s] = 0;
    } else live[s] = target.reallocate(live[s], size[i]!);
  }
}

/** A part of a program that keeps its heap in a field. */
class Holder {
  declare private readonly target: Target;
  declare private readonly live: Live;
  declare private readonly program: Program;

  constructor(target: Target, live: Live, program: Program) {
    this.target = target;
    this.live = live;
    this.program = program;
  }

  run(from: number, to: number): void {
    const { live } = this;
    const { op, slot, size } = this.program;
    for (let i = from; i < to; i++) {
      const s = slot[i]!;
      const o = op[i]!;
      if (o === 0) live[s] = this.target.allocate(size[i]!);
      else if (o === 1) {
        this.target.free(live[s]);
        live[s] = 0;
      } else live[s] = this.target.reallocate(live[s], size[i]!);
    }
  }

  /** A few events, once a replay: so that both are at work, and what that takes is not seen. */
  visit(): void {
    this.run(0, Math.min(VISITED, this.program.events));
    for (let s = 0; s < VISITED; s++) {
      if (this.live[s]) this.target.free(this.live[s]);
      this.live[s] = 0;
    }
  }
}
const VISITED = 64;

/** An object with a method for each kind of event. */
class Caller {
  declare private readonly target: Target;
  declare private readonly live: Live;

  constructor(target: Target, live: Live) {
    this.target = target;
    this.live = live;
  }

  allocate(slot: number, size: number): void {
    this.live[slot] = this.target.allocate(size);
  }

  free(slot: number): void {
    this.target.free(this.live[slot]);
    this.live[slot] = 0;
  }

  reallocate(slot: number, size: number): void {
    this.live[slot] = this.target.reallocate(this.live[slot], size);
  }
}

function callEach(caller: Caller, { op, slot, size }: Program, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const o = op[i]!;
    if (o === 0) caller.allocate(slot[i]!, size[i]!);
    else if (o === 1) caller.free(slot[i]!);
    else caller.reallocate(slot[i]!, size[i]!);
  }
}
