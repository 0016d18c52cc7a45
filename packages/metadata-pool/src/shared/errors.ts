/** What can be wrong between threads. The codes are those of every heap that threads share. */
import { AllocatorError } from "@ariax/allocator";

/** A ticket that is in use, or over. Nothing changed. */
export class TicketError extends AllocatorError {
  override readonly name: string = "TicketError";

  constructor(what: string) {
    super("ERR_TICKET", `ticket: ${what}`);
  }
}

/** No lane for one more thread. Nothing changed; once a thread closes the pool, or a dead one is reclaimed, there is. */
export class NoLaneError extends AllocatorError {
  override readonly name: string = "NoLaneError";

  constructor(lanes: number) {
    super("ERR_NO_LANE", `no lane: all ${lanes} are taken; close or reclaim one, or make the pool with more`);
  }
}

/** A thread whose ticket was reclaimed though it lives: it must stop using the pool. */
export class LaneLostError extends AllocatorError {
  override readonly name: string = "LaneLostError";

  constructor(ticket: number) {
    super("ERR_LANE_LOST", `lane lost: ticket ${ticket} was reclaimed while its thread lives; its records are gone`);
  }
}

/** A pool that was closed by this thread. */
export class PoolClosedError extends AllocatorError {
  override readonly name: string = "PoolClosedError";

  constructor() {
    super("ERR_CLOSED", "closed: this thread has closed the pool; attach again with a new ticket");
  }
}
