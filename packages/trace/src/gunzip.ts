/**
 * gzip unpacked (RFC 1952): one member or more, one behind the other, checksums looked at, and nothing behind the last.
 *
 *     1f 8b 08 flags time time time time extra system │ what the flags say │ deflate … │ CRC-32 │ bytes mod 2³² │ 1f 8b …
 */
import { inflate } from "./inflate.ts";
import type { Input } from "./input.ts";
import { damaged } from "./stream-error.ts";

/** The flags that a header can have. */
const HEADER_SUM = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

/** The bytes, in pieces that are good until the next is asked for. Throws `StreamError`. */
export async function* gunzip(input: Input): AsyncGenerator<Uint8Array> {
  do {
    await header(input);
    let sum = 0;
    let bytes = 0;
    for await (const piece of inflate(input)) {
      sum = crc32(piece, sum);
      bytes += piece.length;
      yield piece;
    }
    input.align();
    await input.want(8);
    if (word(input) !== sum || word(input) !== bytes % 2 ** 32) damaged();
    await input.want(1);
  } while (input.left > 0);
}

/** Skips a header. */
async function header(input: Input): Promise<void> {
  let sum = 0;
  const byte = async (): Promise<number> => {
    await input.want(1);
    const taken = input.take(1);
    if (taken.length === 0) damaged();
    sum = crc32(taken, sum);
    return taken[0];
  };
  const skip = async (count: number): Promise<void> => {
    for (let n = count; n > 0; n--) await byte();
  };
  if ((await byte()) !== 0x1f || (await byte()) !== 0x8b || (await byte()) !== 8) damaged();
  const flags = await byte();
  if ((flags & RESERVED) !== 0) damaged();
  await skip(6);
  if (flags & EXTRA) await skip((await byte()) + 256 * (await byte()));
  for (const flag of [NAME, COMMENT]) {
    // Up to its zero.
    if (flags & flag) while ((await byte()) !== 0);
  }
  if (!(flags & HEADER_SUM)) return;
  const expected = sum & 0xffff;
  if ((await byte()) + 256 * (await byte()) !== expected) damaged();
}

/** The next four bytes. */
function word(input: Input): number {
  return input.bits(16) + input.bits(16) * 2 ** 16;
}

const TABLE: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** The CRC-32 of bytes behind others, of which it is `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let rest = ~before;
  for (let i = 0; i < bytes.length; i++) rest = (rest >>> 8) ^ TABLE[(rest ^ bytes[i]) & 255];
  return ~rest >>> 0;
}
