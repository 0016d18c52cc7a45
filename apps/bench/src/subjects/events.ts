import type { Trace } from "@ariax/trace";

/** The part of a trace that a replay needs: event `i` is operation `op[i]` on slot `slot[i]`, with `size[i]` bytes. */
export type Program = Pick<Trace, "op" | "slot" | "size" | "events" | "slots">;

export const ALLOCATE = 0;
export const FREE = 1;

/** What a program needs of any allocator, in bytes asked for. */
export interface Needs {
  readonly events: number;
  /** Most bytes live at once. */
  readonly peakLive: number;
  /** Bytes ever allocated, a reallocation counted as a new block, each rounded up to 16. */
  readonly total: number;
  /** Counted by the C program only: blocks live at once, and what is live at the end. */
  readonly peakBlocks?: number;
  readonly blocksAtEnd?: number;
  readonly bytesAtEnd?: number;
}

export function needs(program: Program): Needs {
  const { op, size, events } = program;
  let total = 0;
  for (let i = 0; i < events; i++) if (op[i] !== FREE) total += Math.max(16, Math.ceil(size[i]! / 16) * 16);
  return { events, peakLive: peakOf(program, (i) => size[i]!), total };
}

/** The most of something that is live at once: `amount` is what an allocation or a reallocation makes of its block. */
export function peakOf({ op, slot, events, slots }: Program, amount: (event: number) => number): number {
  const held = new Float64Array(slots);
  let [now, most] = [0, 0];
  for (let i = 0; i < events; i++) {
    const s = slot[i]!;
    const next = op[i] === FREE ? 0 : amount(i);
    now += next - held[s]!;
    held[s] = next;
    if (now > most) most = now;
  }
  return most;
}

/** A program of `events` events, written by `fill` through `at(event, op, slot, size)`. */
export function makeProgram(
  events: number,
  slots: number,
  fill: (at: (event: number, op: number, slot: number, size: number) => void) => void,
): Program {
  const program = {
    op: new Uint8Array(events),
    slot: new Int32Array(events),
    size: new Int32Array(events),
    events,
    slots,
  };
  fill((event, op, slot, size) => {
    program.op[event] = op;
    program.slot[event] = slot;
    program.size[event] = size;
  });
  return program;
}
