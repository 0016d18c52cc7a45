/**
 * The story's run: as many allocations as AriaX counted in one run of phase 2, of the sizes of small state records, all
 * live until the last is made, then freed in the order they were made.
 */
import { random } from "../../base/random.ts";
import type { Target } from "../../subjects/target.ts";

/** "6,685+ calls in one run" (AriaX). */
export const ALLOCATIONS = 6685;
/** Bytes of each phase's heap: four times what is live at once. */
export const CAPACITY = 4 << 20;

/** 24 to 256 bytes, each as likely as any other; the same in every process. AriaX's own sizes are not known. */
export function sizes(count: number = ALLOCATIONS): Int32Array {
  const next = random(ALLOCATIONS);
  return Int32Array.from({ length: count }, () => 24 + next(233));
}

/** The two halves of a run, over the blocks `from` to `to`. Bound as the loops of `../../worker/loops.ts` are, and for the same reason. */
export interface Halves {
  readonly fill: (from: number, to: number) => void;
  readonly drain: (from: number, to: number) => void;
}

export function halves(subject: Target<number>, bytes: Int32Array): Halves {
  const [target, size, live] = [subject, bytes, new Int32Array(bytes.length)];
  return {
    fill(from, to) {
      for (let i = from; i < to; i++) live[i] = target.allocate(size[i]!);
    },
    drain(from, to) {
      for (let i = from; i < to; i++) target.free(live[i]!);
    },
  };
}
