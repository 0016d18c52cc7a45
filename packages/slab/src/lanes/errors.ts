/** What can be wrong between threads, in a heap's words. */
import { LaneLostError, NoLaneError } from "@ariax/allocator";

/** `resetter`: the ticket of a thread that holds them for a moment, or 0. */
export function noLane(lanes: number, resetter: number): NoLaneError {
  const remedy =
    resetter === 0
      ? "close or park one, reclaim those of dead threads (reclaim, reclaimDead), or make the heap with more"
      : `ticket ${resetter} is resetting the heap: attach once that is done`;
  return new NoLaneError(lanes, remedy);
}

export function laneLost(ticket: number): LaneLostError {
  return new LaneLostError(ticket, "others may have its blocks now");
}
