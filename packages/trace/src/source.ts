import { InvalidArgumentError } from "@ariax/allocator";
import { checkOptions, show } from "@ariax/allocator/implement";
import { bytesOf } from "./bytes.ts";
import { checkMethods } from "./check.ts";

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
  // What is inside has no further inside: one that returns itself would never end.
  const pieces = piecesIn(source, most) ?? piecesIn(inside(source), most);
  if (pieces !== undefined) return pieces;
  throw new InvalidArgumentError(`invalid source: ${show(source)} is neither bytes nor a stream or list of bytes`);
}

/** Those of bytes, of a stream and of a list; else undefined. */
function piecesIn(source: unknown, most: number): AsyncGenerator<Uint8Array> | undefined {
  const bytes = bytesOf(source);
  if (bytes !== undefined) return checked([bytes.slice(0, most + 1)]);
  if (typeof source !== "object" || source === null) return undefined;
  const from: Unknown = source;
  if (typeof from.getReader === "function") return checked(chunksOf(unlocked(from as ByteStream)));
  const isList = typeof from[Symbol.asyncIterator] === "function" || typeof from[Symbol.iterator] === "function";
  return isList ? checked(from as AsyncIterable<unknown> | Iterable<unknown>) : undefined;
}

/** The stream of a `Blob`, or the body of a `Response`. */
function inside(source: unknown): unknown {
  if (typeof source !== "object" || source === null) return undefined;
  const from: Unknown = source;
  if (typeof from.stream === "function") return from.stream();
  if (from.bodyUsed === true) throw new InvalidArgumentError("invalid source: its body was read before");
  return from.body;
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
  const reader = checkMethods("reader", stream.getReader(), ["read", "cancel"]);
  let finished = false;
  try {
    for (;;) {
      const { done, value } = checkOptions(await reader.read(), "chunk");
      finished = done;
      if (done) return;
      // Also one that is none: who takes it refuses it. A reader of nothing but those would never end.
      yield value as Uint8Array;
    }
  } catch (error) {
    finished = true;
    throw error;
  } finally {
    if (!finished) await reader.cancel();
  }
}
