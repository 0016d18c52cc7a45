/**
 * A stream of events that no program can have made, or that is cut off. Where it was noticed is in the message and in
 * the fields: `event` counts from 0; `byte` is where the integer at fault begins in the (uncompressed) stream, or −1
 * where there is no stream, because the events came from calls.
 */
export class TraceError extends Error {
  readonly code = "ERR_INVALID_TRACE";
  override readonly name = "TraceError";
  readonly event: number;
  readonly byte: number;

  constructor(problem: string, event: number, byte = -1, options?: { cause?: unknown }) {
    super(`invalid trace: event ${event}${byte < 0 ? "" : ` at byte ${byte}`}: ${problem}`, options);
    this.event = event;
    this.byte = byte;
  }
}
