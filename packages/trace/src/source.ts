import { InvalidArgumentError, show } from "@ariax/allocator";
import { bytesOf } from "./bytes.ts";

/** The part of a `ReadableStream` of bytes that is used. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** Where a trace comes from: all of its bytes, or its bytes in pieces of any length. */
export type TraceSource =
  | ArrayBufferLike
  | ArrayBufferView
  | Iterable<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ByteStream
  /** A `Response`, or a `Request`. */
  | { readonly body: ByteStream | null }
  /** A `Blob`, or a `File`. */
  | { stream(): ByteStream };

/** The same, of which nothing is known. */
type Unknown = {
  readonly getReader?: unknown;
  readonly locked?: unknown;
  readonly stream?: unknown;
  readonly body?: unknown;
  readonly bodyUsed?: unknown;
  readonly [Symbol.asyncIterator]?: unknown;
  readonly [Symbol.iterator]?: unknown;
} & object;

/**
 * The pieces of `source`. Bytes are copied at once: what becomes of the caller's is then not seen. At most `most` of them, and one
 * more. Throws `InvalidArgumentError`, and later whatever the source throws.
 */
export function piecesOf(source: unknown, most: number): AsyncGenerator<Uint8Array> {
  const bytes = bytesOf(source);
  if (bytes !== undefined) return checked([bytes.slice(0, most + 1)]);
  if (typeof source === "object" && source !== null) {
    const from: Unknown = source;
    if (typeof from.getReader === "function") return checked(chunksOf(unlocked(from as ByteStream)));
    if (typeof from[Symbol.asyncIterator] === "function") return checked(from as AsyncIterable<unknown>);
    if (typeof from[Symbol.iterator] === "function") return checked(from as Iterable<unknown>);
    if (typeof from.stream === "function") return piecesOf(from.stream(), most);
    const { body } = from;
    if (from.bodyUsed === true) throw new InvalidArgumentError("invalid source: its body was read before");
    if (typeof body === "object" && body !== null) return piecesOf(body, most);
  }
  throw new InvalidArgumentError(`invalid source: ${show(source)} is no bytes, and no stream or list of them`);
}

/** Pieces without bytes that may come in a row: a source of nothing else would never end. */
const MOST_EMPTY = 1 << 16;

async function* checked(pieces: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<Uint8Array> {
  let empty = 0;
  for await (const piece of pieces) {
    const bytes = bytesOf(piece);
    if (bytes === undefined) throw new InvalidArgumentError(`invalid piece: ${show(piece)} is no Uint8Array`);
    empty = bytes.length === 0 ? empty + 1 : 0;
    if (empty > MOST_EMPTY) throw new InvalidArgumentError(`invalid source: ${empty} pieces in a row have no bytes`);
    yield bytes;
  }
}

function unlocked(stream: ByteStream & { readonly locked?: unknown }): ByteStream {
  if (stream.locked === true)
    throw new InvalidArgumentError("invalid source: the stream is locked, someone else reads it");
  return stream;
}

/** The chunks of a stream; leaving the loop early cancels the stream. (Not every browser can iterate one.) */
export async function* chunksOf(stream: ByteStream): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      finished = done;
      if (done) return;
      if (value !== undefined) yield value;
    }
  } catch (error) {
    finished = true;
    throw error;
  } finally {
    if (!finished) await reader.cancel();
  }
}
