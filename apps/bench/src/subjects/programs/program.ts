/**
 * A *program* does what a scenario says, on one subject: it makes blocks, writes what they are for, reads some of it back when
 * they end. All programs of a scenario write and read the same values, so that the sums of what they read are equal where
 * all of them did the same work, and lost nothing.
 *
 * A program is bound to its scenario and its subject once a process, so that all it works on are constants of one closure
 * (why: `../../worker/loops.ts`). Nothing here is Node's own: the programs run in a browser too.
 */
import type { Target } from "../target.ts";

export interface Program {
  /** Goes through the events `from` to `to` − 1, which are those of the step `step`. Steps come in order, from 0 on. */
  run(step: number, from: number, to: number): void;
  /** Ends all that is live, and reads it as a free does; the next step is 0 again. */
  end(): void;
  /** The sum of what was read since the process began, modulo 2³⁰: a small integer to V8, wherever it runs. */
  checksum(): number;
  /** Most bytes set aside so far, metadata included; absent where the subject can't tell. */
  peakBytes?(): number;
  /** System calls so far; absent where the subject does not count them. */
  systemCalls?(): number;
  /** Throws where an invariant of the subject is broken. */
  verify?(): void;
}

/** How a program over a heap sees it. Heaps have a fixed capacity here, so that views of their memory are made once. */
export interface Heap extends Target<number> {
  readonly memory: { readonly buffer: ArrayBufferLike };
  systemCalls?(): number;
  verify?(): void;
}

export interface Views {
  readonly words: Int32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
  readonly bytes: Uint8Array;
}

/** The whole of a memory; its last bytes are left out where they are no whole element. */
export function viewsOf({ buffer }: { readonly buffer: ArrayBufferLike }): Views {
  const { byteLength } = buffer;
  return {
    words: new Int32Array(buffer, 0, byteLength >>> 2),
    singles: new Float32Array(buffer, 0, byteLength >>> 2),
    doubles: new Float64Array(buffer, 0, byteLength >>> 3),
    bytes: new Uint8Array(buffer),
  };
}

/** What every program over a heap says of it. */
export function factsOf(heap: Heap): Pick<Program, "peakBytes" | "systemCalls" | "verify"> {
  const { buffer } = heap.memory;
  return {
    ...(heap.stats === undefined ? {} : { peakBytes: () => bytesOf(heap.stats!()) }),
    ...(heap.systemCalls === undefined ? {} : { systemCalls: () => heap.systemCalls!() }),
    verify() {
      if (heap.memory.buffer !== buffer) throw new Error("the heap's memory moved, and the program has not seen it");
      heap.verify?.();
    },
  };
}

/** Ends what each slot holds: an offset or a handle, which is never 0, or an object. */
export function endAll(live: ArrayLike<unknown>, end: (slot: number) => void): void {
  for (let s = 0; s < live.length; s++) if (live[s]) end(s);
}

export const bytesOf = ({ peakReserved, overhead }: { peakReserved: number; overhead: number }): number =>
  peakReserved + overhead;

/** A heap that had no room says so by 0 or null, unless it throws. */
export function refused(size: number): never {
  throw new Error(`out of memory: no room for ${size} bytes`);
}
