import { concat } from "./arrays.ts";
import { readTraceOptions, TraceDecoder, type TraceReadOptions } from "./decode.ts";
import { gunzip } from "./gunzip.ts";
import { piecesOf, type TraceSource } from "./source.ts";
import type { Trace } from "./trace.ts";

/** What packing may add, names and empty blocks included: a stream of nothing else would never end. */
const PACKING = 1 << 16;

/**
 * Reads a trace, packed by gzip or not, without ever holding all of its bytes unpacked. O(bytes); packed ones are held.
 *
 * gzip is recognised by its first two bytes, 1f 8b: no trace can begin with them, for 1f is the reserved operation. It is one
 * member with nothing behind it, or refused, on every host.
 *
 * @throws `TraceError` where the data are no trace, or more than `maxBytes`.
 * @throws `InvalidArgumentError` where `source` is none.
 * @throws `UnsupportedError` where it is packed and the host has no `DecompressionStream`, and whatever `source` throws.
 * @throws `DetachedError` where the bytes are gone, as their buffer was transferred or has shrunk.
 */
export async function readTrace(source: TraceSource, options: TraceReadOptions = {}): Promise<Trace> {
  const { maxBytes } = readTraceOptions(options);
  const decoder = new TraceDecoder({ maxBytes });
  const mostPacked = 2 * maxBytes + PACKING;
  const pieces = piecesOf(source, mostPacked);
  // Without `return`: a loop that is left neither ends the source nor waits for its end.
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
  try {
    let start: Uint8Array = new Uint8Array(0);
    for await (const piece of rest) {
      // Copied before the next piece is asked for: the source may use its memory again.
      start = start.length === 0 && piece.length > 1 ? piece : concat([start, piece]);
      if (start.length > 1) break;
    }
    const all = startedWith(start, rest);
    const packed = start[0] === 0x1f && start[1] === 0x8b;
    for await (const bytes of packed ? gunzip(all, mostPacked) : all) decoder.push(bytes);
    return decoder.end();
  } catch (error) {
    // Not waited for: a source may be slow to end after the trace has turned out to be invalid.
    pieces.return(undefined).catch(() => {});
    throw error;
  }
}

async function* startedWith(start: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start;
  yield* rest;
}
