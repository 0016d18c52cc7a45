/** How much a scenario allocates at once, at most: what a program of fixed memory is made for. */
import type { TickScenario } from "@ariax/trace";
import { ALLOCATE, type Program as Trace } from "../events.ts";

/** Bytes that a block takes in an arena. */
const roomOf = (size: number): number => Math.max(8, (size + 7) & ~7);

/** The most bytes that one step allocates of the events that count. */
export function mostInStep({ op, size }: Trace, steps: Uint32Array, counts: (event: number) => boolean): number {
  let [i, most] = [0, 8];
  for (const end of steps) {
    let bytes = 0;
    for (; i < end; i++) if (op[i] === ALLOCATE && counts(i)) bytes += roomOf(size[i]!);
    if (bytes > most) most = bytes;
  }
  return most;
}

/** The most blocks, and bytes, that any harmonic has in one of its ticks, of a scenario that is done so often on end. */
export function mostPerTick(
  { trace, owner, steps, harmonics, due }: TickScenario,
  times: number = 1,
): { readonly blocks: number; readonly bytes: number } {
  const now = harmonics.map(() => ({ blocks: 0, bytes: 0 }));
  const most = { blocks: 1, bytes: 8 };
  for (let beat = 0; beat < times * steps.length; beat++) {
    const step = beat % steps.length;
    for (let h = 0; h < now.length; h++) if ((due[step]! >> h) & 1) now[h] = { blocks: 0, bytes: 0 };
    for (let i = step === 0 ? 0 : steps[step - 1]!; i < steps[step]!; i++) {
      if (trace.op[i] !== ALLOCATE) continue;
      const tick = now[owner[i]!]!;
      most.blocks = Math.max(most.blocks, ++tick.blocks);
      most.bytes = Math.max(most.bytes, (tick.bytes += roomOf(trace.size[i]!)));
    }
  }
  return most;
}
