/** A trace's bytes, from a file or the standard input, plain or gzip: that is seen by the first two. */
import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Problem, reasonOf } from "./problem.ts";

export const STDIN = "-";

/** Piece by piece; `read` hears how many bytes of the file were taken. Throws `Problem` where it can't be read, or is damaged. */
export async function* bytesOf(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const source = path === STDIN ? stdin : createReadStream(path, { highWaterMark: 2 ** 20 });
  const pieces = counted(source, path, read);
  const head = await headOf(pieces);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield head;
    return yield* pieces;
  }
  const gunzip = createGunzip();
  // What fails on either side ends both, and is thrown by the loop below.
  pipeline(Readable.from(behind(head, pieces)), gunzip, () => {});
  try {
    for await (const piece of gunzip) yield piece;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(1, `${nameOf(path)}: gzip is damaged: ${(error as { message: string }).message}`);
  }
}

/** As messages have it. */
export const nameOf = (path: string): string => (path === STDIN ? "standard input" : path);

async function* counted(source: AsyncIterable<Uint8Array>, path: string, read: (bytes: number) => void) {
  try {
    for await (const piece of source) {
      read(piece.length);
      yield piece;
    }
  } catch (error) {
    throw new Problem(1, `${nameOf(path)}: can't be read (${reasonOf(error)})`);
  }
}

/** The first two bytes, with what came with them; less where there is no more. */
async function headOf(pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < 2) {
    const { done, value } = await pieces.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* behind(head: Uint8Array, pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* pieces;
}
