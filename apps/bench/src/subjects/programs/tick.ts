/**
 * *tick*: blocks of 16 to 1,024 bytes that live for some ticks of a harmonic. What a block is for are its first 16 bytes.
 *
 *     serial │ size │ harmonic │ ~serial
 */
import { TeslaConsciousnessPool } from "@ariax/consciousness";
import type { TickScenario } from "@ariax/trace";
import { ALLOCATE } from "../events.ts";
import { bytesOf, endAll, factsOf, type Heap, type Program, refused, viewsOf } from "./program.ts";
import { mostPerTick } from "./room.ts";

/** A heap, which has to be told of every end. */
export function heap({ trace, owner }: TickScenario, target: Heap): Program {
  const [ops, slots, sizes, owners, live] = [trace.op, trace.slot, trace.size, owner, new Int32Array(trace.slots)];
  const { words } = viewsOf(target.memory);
  let sum = 0;
  const end = (s: number): void => {
    const block = live[s]!;
    const w = block >>> 2;
    sum = (sum + words[w + 1]! + words[w + 3]!) & 0x3fffffff;
    target.free(block);
    live[s] = 0;
  };
  return {
    run(_step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        if (ops[i] !== ALLOCATE) {
          end(s);
          continue;
        }
        const size = sizes[i]!;
        const block = target.allocate(size);
        if (!block) refused(size);
        live[s] = block;
        const w = block >>> 2;
        words[w] = i;
        words[w + 1] = size;
        words[w + 2] = owners[i]!;
        words[w + 3] = ~i;
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
    ...factsOf(target),
  };
}

/**
 * Up to so many bytes a block is a small object: it is what a programmer writes for a vector or an event, and what V8 makes
 * fastest. A larger one is a buffer.
 */
export const OBJECT_BYTES = 64;

/** What dies with a tick in an ordinary program: objects, and typed arrays. */
export function gc({ trace, owner }: TickScenario): Program {
  const [ops, slots, sizes, owners] = [trace.op, trace.slot, trace.size, owner];
  // Apart, so that no use of one has to ask which of the two it is.
  const objects: (ReturnType<typeof event> | undefined)[] = new Array(trace.slots).fill(undefined);
  const buffers: (Int32Array | undefined)[] = new Array(trace.slots).fill(undefined);
  let sum = 0;
  const end = (s: number): void => {
    const object = objects[s];
    if (object !== undefined) {
      sum = (sum + object.size + object.check) & 0x3fffffff;
      objects[s] = undefined;
      return;
    }
    const buffer = buffers[s]!;
    sum = (sum + buffer[1]! + buffer[3]!) & 0x3fffffff;
    buffers[s] = undefined;
  };
  return {
    run(_step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const size = sizes[i]!;
        if (ops[i] !== ALLOCATE) end(s);
        else if (size <= OBJECT_BYTES) objects[s] = event(i, size, owners[i]!);
        else {
          const buffer = new Int32Array((size + 3) >>> 2);
          buffer[0] = i;
          buffer[1] = size;
          buffer[2] = owners[i]!;
          buffer[3] = ~i;
          buffers[s] = buffer;
        }
      }
    },
    end() {
      endAll(objects, end);
      endAll(buffers, end);
    },
    checksum: () => sum,
  };
}

const event = (serial: number, size: number, harmonic: number) => ({ serial, size, harmonic, check: ~serial });

/**
 * A Tesla pool: nothing is freed, the tick ends it. What dies with a step is read before its tick, as the frees of the trace
 * stand before its allocations.
 */
export function ariax(scenario: TickScenario): Program {
  const { trace, owner, harmonics, frames, frequency } = scenario;
  const [ops, slots, sizes, owners, live] = [trace.op, trace.slot, trace.size, owner, new Int32Array(trace.slots)];
  const { bytes: bytesPerTick } = mostPerTick(scenario);
  const pool = new TeslaConsciousnessPool({ teslaFrequency: frequency, bytesPerTick, harmonics, frames });
  const ofOwner = harmonics.map((k) => pool.harmonic(k));
  const { words } = viewsOf(pool.memory);
  let sum = 0;
  const read = (s: number): void => {
    const w = live[s]! >>> 2;
    sum = (sum + words[w + 1]! + words[w + 3]!) & 0x3fffffff;
    live[s] = 0;
  };
  return {
    run(step, from, to) {
      let i = from;
      for (; i < to && ops[i] !== ALLOCATE; i++) read(slots[i]!);
      // The pool is at beat 0 when it is made, and so is the first step.
      if (step > 0) pool.tick();
      for (; i < to; i++) {
        const size = sizes[i]!;
        const block = ofOwner[owners[i]!]!.allocate(size);
        live[slots[i]!] = block;
        const w = block >>> 2;
        words[w] = i;
        words[w + 1] = size;
        words[w + 2] = owners[i]!;
        words[w + 3] = ~i;
      }
    },
    end() {
      endAll(live, read);
      // At the beginning of a period again.
      while (pool.ticks.beat % pool.ticks.beatsPerPeriod !== 0) pool.tick();
      pool.ticks.reset();
    },
    checksum: () => sum,
    peakBytes: () => bytesOf(pool.stats()),
    verify: () => pool.verify(),
  };
}
