/** What can be wrong between threads. */
import { AllocatorError } from "@ariax/allocator";

/** A ticket that is in use, or none are left. Nothing changed. */
export class TicketError extends AllocatorError {
  override readonly name: string = "TicketError";

  constructor(what: string) {
    super("ERR_TICKET", `ticket: ${what}`);
  }
}

/** No lane for one more thread. Nothing changed; once one is closed or parked there is. */
export class NoLaneError extends AllocatorError {
  override readonly name: string = "NoLaneError";

  constructor(lanes: number) {
    super("ERR_NO_LANE", `no lane: all ${lanes} are held; close or park one, or make the heap with more`);
  }
}

/** A thread whose lane was reclaimed though it lives: it must stop using the heap. */
export class LaneLostError extends AllocatorError {
  override readonly name: string = "LaneLostError";

  constructor(ticket: number) {
    super(
      "ERR_LANE_LOST",
      `lane lost: ticket ${ticket} was reclaimed while its thread lives; its blocks may be others' now`,
    );
  }
}

/** A heap that was closed by this thread. */
export class HeapClosedError extends AllocatorError {
  override readonly name: string = "HeapClosedError";

  constructor() {
    super("ERR_CLOSED", "closed: this thread has closed the heap; attach again with a new ticket");
  }
}
