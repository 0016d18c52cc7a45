import type { Loop } from "../loops.ts";
import type { Program } from "../program.ts";

/** A workload for heaps, made ready in the worker. */
export interface HeapWork {
  /** All of it, for what is not timed: checking contents, counting bytes. */
  readonly program: Program;
  /** The first events of the program, which only set the scene and are not timed. */
  readonly prelude: number;
  /** The timed loop over `events` events, and how many of them make one unit of the result. */
  readonly loop: Loop;
  readonly events: number;
  readonly eventsPerUnit: 1 | 2;
}
