/** What the threads of `hand-over.ts` say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { Shared } from "../../subjects/threads/sharings.ts";

/** Words that the three threads share: what is to be done, records to send, records that have come, ms · 1,000 that it took. */
export const HAND = { SERIAL: 0, MODE: 1, COUNT: 2, CAME: 16, MICROS: 32, DONE: 33 } as const;

/** Records that may be on their way: so many that a thread need not wait each time the other has no core. */
export const onTheWay = (bytes: number): number => (bytes < 16384 ? 1024 : 256);

/** 0 bare, 1 written, 2 one at a time (polled, or posted), 3 one at a time, to a thread that sleeps. */
export type HandMode = 0 | 1 | 2 | 3;

export interface HandData {
  /** offset, copies or transfer. */
  readonly subject: string;
  readonly shared: Shared;
  readonly thread: number;
  readonly words: Int32Array;
  /** µs. */
  readonly samples: Float64Array;
  readonly ring: Int32Array;
  readonly bytes: number;
  readonly port: MessagePort;
}
