/**
 * *states*: records of 32 bytes in blocks of 64, one replaced by another a million times.
 *
 *     teslaFrequency f64 │ phase f64 │ serial │ owner │ tick │ flags
 */
import { ConsciousnessStatePool, type StateHandle } from "@ariax/consciousness";
import type { StatesScenario } from "@ariax/trace";
import { ALLOCATE } from "../events.ts";
import { endAll, factsOf, type Heap, type Program, refused, viewsOf } from "./program.ts";
import { fraction } from "./values.ts";

const FIELDS = { phase: "f64", serial: "i32", owner: "i32", tick: "i32", flags: "i32" } as const;

/** Blocks of a heap: what a state is lies side by side. */
export function heap({ trace, frequency }: StatesScenario, target: Heap): Program {
  const [ops, slots, sizes, frequencies] = [trace.op, trace.slot, trace.size, frequency];
  const live = new Int32Array(trace.slots);
  const { words, doubles } = viewsOf(target.memory);
  let sum = 0;
  const end = (s: number): void => {
    const block = live[s]!;
    const w = block >>> 2;
    sum = (sum + words[w + 4]! + words[w + 6]! + 512 * doubles[(block >>> 3) + 1]!) & 0x3fffffff;
    target.free(block);
    live[s] = 0;
  };
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        if (ops[i] !== ALLOCATE) {
          end(s);
          continue;
        }
        const block = target.allocate(sizes[i]!);
        if (!block) refused(sizes[i]!);
        live[s] = block;
        const d = block >>> 3;
        const w = block >>> 2;
        doubles[d] = frequencies[i]!;
        doubles[d + 1] = fraction(i);
        words[w + 4] = i;
        words[w + 5] = i & 1023;
        words[w + 6] = step;
        words[w + 7] = i & 7;
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
    ...factsOf(target),
  };
}

/** Ordinary objects: the record that a JavaScript programmer writes. Whole numbers are, fractions are not, kept in the object itself. */
export function gc({ trace, frequency }: StatesScenario): Program {
  const [ops, slots, frequencies] = [trace.op, trace.slot, frequency];
  const live: (ReturnType<typeof state> | undefined)[] = new Array(trace.slots).fill(undefined);
  let sum = 0;
  const end = (s: number): void => {
    const { serial, tick, phase } = live[s]!;
    sum = (sum + serial + tick + 512 * phase) & 0x3fffffff;
    live[s] = undefined;
  };
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        if (ops[i] === ALLOCATE) live[s] = state(frequencies[i]!, i, step);
        else end(s);
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
  };
}

const state = (teslaFrequency: number, serial: number, tick: number) => ({
  teslaFrequency,
  phase: fraction(serial),
  serial,
  owner: serial & 1023,
  tick,
  flags: serial & 7,
});

/** A state pool: the same fields as columns. */
export function ariax({ trace, frequency }: StatesScenario): Program {
  const [ops, slots, frequencies] = [trace.op, trace.slot, frequency];
  // Handles are numbers below 2⁵³.
  const live: number[] = new Array(trace.slots).fill(0);
  const pool = new ConsciousnessStatePool({ poolSize: trace.slots, fields: FIELDS });
  const { phase, serial, owner, tick, flags } = pool.columns;
  let sum = 0;
  const end = (s: number): void => {
    const handle = live[s] as StateHandle;
    const at = pool.slot(handle);
    sum = (sum + serial[at]! + tick[at]! + 512 * phase[at]!) & 0x3fffffff;
    pool.release(handle);
    live[s] = 0;
  };
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        if (ops[i] !== ALLOCATE) {
          end(s);
          continue;
        }
        const handle = pool.allocateConsciousnessState(frequencies[i]!);
        live[s] = handle;
        const at = pool.slot(handle);
        phase[at] = fraction(i);
        serial[at] = i;
        owner[at] = i & 1023;
        tick[at] = step;
        flags[at] = i & 7;
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
    peakBytes: () => pool.stats().byteLength,
    verify: () => pool.verify(),
  };
}
