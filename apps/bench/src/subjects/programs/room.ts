/** How much of something a scenario has live at once, at most: what a program of fixed memory is made for. */
import { ALLOCATE, FREE, type Program as Trace } from "../events.ts";

/** `amount` is what an allocation or a reallocation makes of its block. */
export function peakOf({ op, slot, events, slots }: Trace, amount: (event: number) => number): number {
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

/** The most bytes that one step allocates of the events that count, each block rounded up to 8. */
export function mostInStep({ op, size }: Trace, steps: Uint32Array, counts: (event: number) => boolean): number {
  let [i, most] = [0, 8];
  for (const end of steps) {
    let bytes = 0;
    for (; i < end; i++) if (op[i] === ALLOCATE && counts(i)) bytes += Math.max(8, (size[i]! + 7) & ~7);
    if (bytes > most) most = bytes;
  }
  return most;
}
