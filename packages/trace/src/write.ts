import { bytes, counted, present } from "@ariax/allocator/implement";
import { grown, newArray, resized } from "./arrays.ts";
import type { TraceSink } from "./builder.ts";
import { checkBlockSize, checkId, checkMethods, checkTrace } from "./check.ts";
import { gzip } from "./gzip.ts";
import { ALLOCATE, FREE, REALLOCATE, type Trace } from "./trace.ts";

/** The longest event: two integers of 53 bits. */
const LONGEST_EVENT = 16;

/**
 * Writes events as bytes as they come, for recordings too long to be kept: `take` what is there from time to time, and
 * write it behind what was taken before. Holds the bytes since the last `take` and nothing else; so it refuses an id
 * that was never given out, but leaves it to the reader to notice a block that is freed twice.
 *
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export class TraceWriter implements TraceSink {
  private bytes: Uint8Array = newArray(Uint8Array, 1024);
  private length = 0;
  private ids = 0;
  private events = 0;

  constructor() {
    present<TraceWriter>(this, {
      name: () => "TraceWriter",
      parts: (it) => [counted(it.events, "event"), `${bytes(it.length)} to be taken`],
      what: "a writer",
      send: "post what writer.take() returns",
    });
  }

  /** @throws `TraceError` for what no trace can have. */
  allocate(size: number): number {
    checkBlockSize(size, this.events);
    this.begin();
    this.integer(size * 4 + ALLOCATE);
    return this.ids++;
  }

  /** @throws `TraceError` for what no trace can have. */
  free(id: number): void {
    const distance = this.distance(id);
    this.begin();
    this.integer(distance * 4 + FREE);
  }

  /** @throws `TraceError` for what no trace can have. */
  reallocate(id: number, size: number): void {
    const distance = this.distance(id);
    checkBlockSize(size, this.events);
    this.begin();
    this.integer(distance * 4 + REALLOCATE);
    this.integer(size);
  }

  /** The bytes since the last call, always whole events. */
  take(): Uint8Array {
    const bytes = resized(this.bytes, this.length);
    this.length = 0;
    return bytes;
  }

  private begin(): void {
    if (this.length + LONGEST_EVENT > this.bytes.length) this.bytes = grown(this.bytes);
    this.events++;
  }

  private integer(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  private distance(id: number): number {
    checkId(id, this.ids, this.events);
    return this.ids - id;
  }
}

/**
 * A trace in the stored format, not packed. O(events).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function writeTrace(trace: Trace): Uint8Array {
  const writer = new TraceWriter();
  feedTrace(trace, writer);
  return writer.take();
}

/**
 * A trace in the stored format, packed by gzip. O(events).
 *
 * @throws `UnsupportedError` where the host has no `CompressionStream`.
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export async function writeTraceGzip(trace: Trace): Promise<Uint8Array> {
  return gzip(writeTrace(trace));
}

/**
 * Every event of `trace` to `sink`, which must be new: its ids are taken to count from 0. O(events).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function feedTrace(trace: Trace, sink: TraceSink): void {
  const { op, slot, size, events, slots } = checkTrace(trace);
  checkMethods("sink", sink, ["allocate", "free", "reallocate"]);
  const idOf = newArray(Int32Array, slots);
  for (let e = 0; e < events; e++) {
    const s = slot[e];
    if (op[e] === ALLOCATE) idOf[s] = sink.allocate(size[e]);
    else if (op[e] === FREE) sink.free(idOf[s]);
    else sink.reallocate(idOf[s], size[e]);
  }
}
