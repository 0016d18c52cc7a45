import { readTraceOptions, TraceDecoder, type TraceReadOptions } from "./decode.ts";
import { TraceError } from "./error.ts";
import { gunzip } from "./gunzip.ts";
import { Input } from "./input.ts";
import { piecesOf, type TraceSource } from "./source.ts";
import { StreamError } from "./stream-error.ts";
import type { Trace } from "./trace.ts";

/** What packing may add, names and empty members included: a stream of nothing else would never end. */
const PACKING = 1 << 16;

/**
 * Reads a trace, packed by gzip or not, without ever holding all of its bytes. O(bytes).
 *
 * gzip is recognised by its first two bytes, 1f 8b: no trace can begin with them, for 1f is the reserved operation. It may
 * have several members, of which all are read, and nothing else behind the last; on every host.
 *
 * Throws `TraceError` where the data are no trace, or more than `maxBytes`, `InvalidArgumentError` where `source` is none, and
 * whatever `source` throws.
 */
export async function readTrace(source: TraceSource, options: TraceReadOptions = {}): Promise<Trace> {
  const { maxBytes } = readTraceOptions(options);
  const decoder = new TraceDecoder({ maxBytes });
  const mostPacked = 2 * maxBytes + PACKING;
  const pieces = piecesOf(source, mostPacked);
  const input = new Input(pieces, mostPacked);
  try {
    await input.want(2);
    const packed = input.peek(0) === 0x1f && input.peek(1) === 0x8b;
    for await (const bytes of packed ? gunzip(input) : input.rest()) decoder.push(bytes);
    return decoder.end();
  } catch (error) {
    // Not waited for: a source may be slow to end after the trace has turned out to be invalid.
    pieces.return(undefined).catch(() => {});
    if (error instanceof StreamError) throw new TraceError(error.message, decoder.events, decoder.bytes);
    throw error;
  }
}
