import { TraceDecoder } from "./decode.ts";
import { TraceError } from "./error.ts";
import { type ByteStream, chunksOf, GzipError, gunzip } from "./gzip.ts";
import type { Trace } from "./trace.ts";

/** Where a trace comes from: all of its bytes, or its bytes in pieces of any length. */
export type TraceSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | ByteStream;

/**
 * Reads a trace, packed by gzip or not, without ever holding all of its bytes. O(bytes).
 *
 * gzip is recognised by its first two bytes, 1f 8b: no trace can begin with them, for 1f is the reserved operation.
 * Throws `TraceError` where the data are no trace, and whatever `source` throws.
 */
export async function readTrace(source: TraceSource): Promise<Trace> {
  const decoder = new TraceDecoder();
  try {
    const [packed, chunks] = await detectGzip(pieces(source));
    for await (const chunk of packed ? gunzip(chunks) : chunks) decoder.push(chunk);
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    throw new TraceError(error.message, decoder.events, decoder.bytes, { cause: error.cause });
  }
  return decoder.end();
}

async function* pieces(source: TraceSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source;
  else if ("getReader" in source) yield* chunksOf(source);
  else yield* source;
}

/** Whether the bytes are packed, and all of them again. */
async function detectGzip(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<[packed: boolean, chunks: AsyncIterable<Uint8Array>]> {
  const seen: Uint8Array[] = [];
  const head: number[] = [];
  while (head.length < 2) {
    const { done, value } = await chunks.next();
    if (done) break;
    seen.push(value);
    head.push(...value.subarray(0, 2 - head.length));
  }
  return [head[0] === 0x1f && head[1] === 0x8b, join(seen, chunks)];
}

async function* join(first: Iterable<Uint8Array>, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* first;
    yield* rest;
  } finally {
    // Left before the rest was begun?
    await rest.return(undefined);
  }
}
