/**
 * gzip unpacked (RFC 1952) by the stream that browsers and Node ≥ 20 share: one member, and nothing behind it.
 *
 *     1f 8b 08 flags time time time time extra system │ what the flags say │ deflate … │ CRC-32 │ bytes mod 2³²
 *
 * Hosts differ in what else they take: some read on in a second member, some leave out what is behind the first, one takes deflate
 * data that are cut off. So all of it must pass as gzip, and then what is between head and end as one deflate stream.
 */
import { UnsupportedError } from "@ariax/allocator";
import { grown, newArray } from "./arrays.ts";
import { TraceError } from "./error.ts";
import { type ByteStream, chunksOf } from "./source.ts";

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
type Format = "gzip" | "deflate-raw";
declare const DecompressionStream: new (format: Format) => Transform;

/** The flags of a head that make it longer. */
const HEAD_SUM = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
/** The bytes of its fixed part, and of the end. */
const HEAD = 10;
const END = 8;

/** Bytes given to the host at once: it can make 1032 times as many of them before we see the first. */
const STEP = 1024;

/**
 * The bytes of one member, as they come; whether they are good is known at the end. Throws `TraceError` where they are not, or where
 * there are more than `most` packed ones, `UnsupportedError` where the host can't unpack, and what the source throws.
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let packed: Uint8Array = newArray(Uint8Array, STEP);
  let length = 0;
  async function* kept(): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      const start = length;
      length = Math.min(start + piece.length, most);
      while (packed.length < length) packed = grown(packed);
      packed.set(piece.subarray(0, length - start), start);
      yield* steps(packed.subarray(start, length));
      if (piece.length > length - start) throw new TraceError(`there are more than ${most} packed bytes`, 0, 0);
    }
  }
  yield* unpacked("gzip", kept());
  if (!(await isOneStream(packed.subarray(headOf(packed), length - END)))) throw refusal();
}

/** The length of the head of a valid member. */
function headOf(member: Uint8Array): number {
  const flags = member[3];
  let length = HEAD;
  if (flags & EXTRA) length += 2 + member[length] + 256 * member[length + 1];
  for (const flag of [NAME, COMMENT]) if (flags & flag) length = member.indexOf(0, length) + 1;
  return flags & HEAD_SUM ? length + 2 : length;
}

/** Is nothing behind the deflate stream that these bytes begin with? */
async function isOneStream(bytes: Uint8Array): Promise<boolean> {
  if (!(await passes(bytes))) return false;
  // 3, 0 is the stream of nothing. A host that takes it with a byte behind it leaves out what is behind any; but it refuses one
  // that is cut off, as one that is alone is without its last byte.
  const takesMore = await passes(Uint8Array.of(3, 0, 0));
  return !takesMore || !(await passes(bytes.subarray(0, -1)));
}

/** Does the host take it? */
async function passes(deflate: Uint8Array): Promise<boolean> {
  try {
    for await (const _ of unpacked("deflate-raw", steps(deflate)));
    return true;
  } catch (error) {
    if (error instanceof TraceError) return false;
    throw error;
  }
}

function* steps(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += STEP) yield bytes.subarray(at, at + STEP);
}

/** What the host makes of `source`. Throws `TraceError` where it refuses that, and what the source throws. */
async function* unpacked(
  format: Format,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { readable, writable } = newStream(format);
  const writer = writable.getWriter();
  const failure: { ofSource?: { error: unknown } } = {};
  // A refusal of the host is said by its readable side as well.
  const taken = (step: Promise<void>): Promise<boolean> =>
    step.then(
      () => true,
      () => false,
    );
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of source) if (!(await taken(writer.write(piece)))) return;
      await taken(writer.close());
    } catch (error) {
      failure.ofSource = { error };
      await taken(writer.abort(error));
    }
  };
  void feed();
  try {
    yield* chunksOf(readable);
  } catch {
    if (failure.ofSource !== undefined) throw failure.ofSource.error;
    throw refusal();
  }
}

function newStream(format: Format): Transform {
  try {
    return new DecompressionStream(format);
  } catch {
    throw new UnsupportedError(`no DecompressionStream of ${format} here: give readTrace the bytes unpacked`);
  }
}

/** The same on every host, however far it came. */
function refusal(): TraceError {
  const problem = "the gzip data are damaged, cut off, or not one member alone";
  return new TraceError(`${problem}: unpack and pack them again, as by zcat a.gz b.gz | gzip`, 0, 0);
}
