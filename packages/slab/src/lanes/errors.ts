/** What can be wrong between threads, in a heap's words. */
import { LaneLostError, NoLaneError } from "@ariax/allocator";

export function noLane(lanes: number): NoLaneError {
  return new NoLaneError(lanes, "close or park one, or make the heap with more");
}

export function laneLost(ticket: number): LaneLostError {
  return new LaneLostError(ticket, "others may have its blocks now");
}
