/** A trace's bytes, from a file or the standard input, plain or gzip: that is seen by the first ones. */
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
  const other = OTHERS.find(({ mark }) => mark.every((byte, i) => head[i] === byte));
  if (other !== undefined) throw new Problem(1, `${nameOf(path)}: is ${other.what}`);
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

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder, name the files in it",
  EACCES: "the permission is missing",
};

const adviceOf = (reason: string): string => (Object.hasOwn(ADVICE, reason) ? `${reason}: ${ADVICE[reason]}` : reason);

/** What a trace may be by its first bytes, and can't be read as it is. */
const OTHERS: readonly { mark: readonly number[]; what: string }[] = [
  { mark: [0x28, 0xb5, 0x2f, 0xfd], what: "packed by zstd: unpack it, as by zstd -dc FILE | kv-pager plan -" },
  { mark: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: "packed by xz: unpack it, as by xz -dc FILE | kv-pager plan -" },
  {
    mark: [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59],
    what: "packed by bzip2: unpack it, as by bzip2 -dc FILE | kv-pager plan -",
  },
  { mark: [0x50, 0x4b, 0x03, 0x04], what: "a zip archive: unpack it, as by unzip -p FILE | kv-pager plan -" },
  { mark: [0x50, 0x41, 0x52, 0x31, 0x15], what: "Parquet: write its rows as JSON lines" },
  { mark: [0xff, 0xfe], what: "text in UTF-16: convert it, as by iconv -f UTF-16 -t UTF-8 FILE | kv-pager plan -" },
  { mark: [0xfe, 0xff], what: "text in UTF-16: convert it, as by iconv -f UTF-16 -t UTF-8 FILE | kv-pager plan -" },
];
const LONGEST_MARK = 7;

/** As messages have it. */
export const nameOf = (path: string): string => (path === STDIN ? "standard input" : path);

async function* counted(source: AsyncIterable<Uint8Array>, path: string, read: (bytes: number) => void) {
  try {
    for await (const piece of source) {
      read(piece.length);
      yield piece;
    }
  } catch (error) {
    throw new Problem(1, `${nameOf(path)}: can't be read (${adviceOf(reasonOf(error))})`);
  }
}

/** The first bytes, with what came with them; less where there is no more. */
async function headOf(pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < LONGEST_MARK) {
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
