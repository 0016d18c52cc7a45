/** What lies in the mapping that processes of `stopped-process.ts` share. */
import type { Region } from "@ariax/native";
import { makeControl } from "./control.ts";
import { Ring, ringBytes } from "./ring.ts";

/** Bytes of the heap. */
export const HEAP: number = 64 << 20;
const SLOTS = 1024;
const CONTROL: number = /* @__PURE__ */ (() => makeControl(2).words.byteLength)();
/** Of each process. */
const LINE = 64;
const PROCESSES = 64;
const RING: number = HEAP + CONTROL + PROCESSES * LINE;
export const BYTES: number = RING + ringBytes(SLOTS);

export interface Mapped {
  readonly control: Int32Array;
  /** Where a process says which call it is making. */
  readonly callOf: (thread: number) => Int32Array;
  /** Blocks of process 0, for the others to free. */
  readonly ring: Ring;
}

export function partsOf({ buffer }: Region): Mapped {
  return {
    control: new Int32Array(buffer, HEAP, CONTROL / 4),
    callOf: (thread) => new Int32Array(buffer, HEAP + CONTROL + thread * LINE, 1),
    ring: new Ring(new Int32Array(buffer, RING, ringBytes(SLOTS) / 4)),
  };
}
