/** What the scenario *game-frame* gives in a browser. */
import type { Tail } from "../../base/tail.ts";
import type { Arm } from "../../subjects/programs/subjects.ts";
import type { Pauses } from "../../worker/pauses.ts";

/** Frames of the scenario in a real frame: its ten minutes are five seconds then. */
export const FRAMES_AT_ONCE = 120;

/** What the page tells. Times in ms. */
export interface PageObservation {
  /** All frames of the scenario, one after the other as fast as they go. */
  readonly simulated: { readonly ms: number; readonly events: number; readonly frame: Tail; readonly checksum: number };
  /** Frames as the browser asks for them, each with so many frames of the scenario in it. */
  readonly real: {
    /** From the start of one to that of the next. */
    readonly interval: Tail;
    /** What the program does in one. */
    readonly work: Tail;
    readonly checksum: number;
  };
  /** The least difference that the clock shows. */
  readonly resolution: number;
}

/** The moments between which a collection counts for the one or the other: names of marks in the trace. */
export const MARKS = {
  simulated: ["ariax-simulated-begin", "ariax-simulated-end"],
  real: ["ariax-real-begin", "ariax-real-end"],
} as const;

export interface BrowserObservation extends PageObservation {
  readonly arm: Arm;
  /** Chromium's own. */
  readonly version: string;
  /** From Chromium's own trace. */
  readonly pauses: { readonly simulated: Pauses; readonly real: Pauses };
}
