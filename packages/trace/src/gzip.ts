/**
 * gzip by the streams that browsers and Node ≥ 18 share. Their types live in TypeScript's DOM library, which is not
 * loaded here lest browser-only names slip in: the few that are used are declared below.
 */

/** The part of a `ReadableStream` of bytes that is used. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

interface Transform {
  readonly readable: ByteStream;
  readonly writable: {
    getWriter(): {
      write(chunk: Uint8Array): Promise<void>;
      close(): Promise<void>;
      abort(reason?: unknown): Promise<void>;
    };
  };
}
declare const CompressionStream: new (format: "gzip") => Transform;
declare const DecompressionStream: new (format: "gzip") => Transform;

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

/** Data that cannot be unpacked: damaged, or cut off. */
export class GzipError extends Error {}

/** `source` unpacked. An error of the source itself comes through as it is; one of the data is a `GzipError`. */
export async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const failure: { ofSource?: { error: unknown } } = {};
  const { readable, writable } = new DecompressionStream("gzip");
  // Not waited for: a source may be slow to end after the trace has turned out to be invalid.
  void feed(source, writable.getWriter(), (error) => {
    failure.ofSource = { error };
  });
  try {
    yield* chunksOf(readable);
  } catch (error) {
    if (failure.ofSource !== undefined) throw failure.ofSource.error;
    throw new GzipError("the gzip data are damaged or cut off", { cause: error });
  }
}

/** `bytes` packed. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new CompressionStream("gzip");
  const writer = writable.getWriter();
  const feeding = writer.write(bytes).then(() => writer.close());
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(readable)) chunks.push(chunk);
  await feeding;
  return concat(chunks);
}

/** Writes all of `source`, and never rejects: a failing transform is reported by its readable side. */
async function feed(
  source: AsyncIterable<Uint8Array>,
  writer: ReturnType<Transform["writable"]["getWriter"]>,
  onSourceError: (error: unknown) => void,
): Promise<void> {
  let writing = false;
  try {
    for await (const chunk of source) {
      writing = true;
      await writer.write(chunk);
      writing = false;
    }
    writing = true;
    await writer.close();
  } catch (error) {
    if (!writing) onSourceError(error);
    await writer.abort(error).catch(() => {});
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
