import { AllocatorError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";

/**
 * A stream of events that no program can have made, that is cut off, or that is longer than the reader was to take. Where it was
 * noticed is in the message and in the fields: `event` counts from 0; `byte` is where the integer at fault begins in the
 * (uncompressed) stream, or −1 where there is no stream, because the events came from calls. Code `ERR_INVALID_TRACE`.
 */
export class TraceError extends AllocatorError {
  override readonly name: string = "TraceError";
  declare readonly code: "ERR_INVALID_TRACE";
  readonly event: number;
  readonly byte: number;

  constructor(problem: string, event: number, byte = -1, options?: { cause?: unknown }) {
    const at = typeof byte === "number" && byte >= 0 ? ` at byte ${byte}` : "";
    super("ERR_INVALID_TRACE", `invalid trace: event ${show(event)}${at}: ${problem}`, options);
    this.event = event;
    this.byte = byte;
  }
}
