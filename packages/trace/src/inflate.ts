/**
 * Deflate unpacked (RFC 1951), piece by piece, with 64 KiB of memory whatever comes.
 *
 * Not by the host's `DecompressionStream`: that does not say where a stream ends, and what follows it is read by one host, left
 * out by another and refused by the next; one of them unpacks all that it was given before the first byte can be had; and
 * test environments with a DOM of their own have none. Here it is the same everywhere.
 */
import { type Code, codeOf } from "./huffman.ts";
import type { Input } from "./input.ts";
import { damaged } from "./stream-error.ts";

/** How far back a copy may reach, and the bytes between two outputs. */
const HISTORY = 1 << 15;
const LONGEST_COPY = 258;
/** The bytes of the longest symbol with its copy, and of the longest head of a block. */
const SYMBOL = 8;
const HEAD = 320;
const END_OF_BLOCK = 256;

/** Of the symbols of one alphabet: the first number that each stands for, and how many bits are added to it. */
interface Steps {
  readonly base: readonly number[];
  readonly extra: readonly number[];
}

/** The extra bits go up by one after each `every` symbols, the first twice as many having none. */
function steps(first: number, every: number, count: number): Steps {
  const base: number[] = [];
  const extra: number[] = [];
  for (let i = 0, next = first; i < count; i++) {
    extra.push(Math.max(0, Math.floor(i / every) - 1));
    base.push(next);
    next += 1 << extra[i];
  }
  return { base, extra };
}

const LENGTHS: Steps = /* @__PURE__ */ steps(3, 4, 28);
const DISTANCES: Steps = /* @__PURE__ */ steps(1, 2, 30);

/** The order in which the lengths of the code of lengths come. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

interface Codes {
  readonly literals: Code;
  readonly distances: Code;
}

/** The bytes of a deflate stream, in pieces that are good until the next is asked for. Throws `StreamError`. */
export async function* inflate(input: Input): AsyncGenerator<Uint8Array> {
  const window = new Uint8Array(2 * HISTORY + LONGEST_COPY);
  let at = 0;
  let given = 0;
  for (let last = 0; last === 0; ) {
    await input.want(HEAD);
    last = input.bits(1);
    const kind = input.bits(2);
    if (kind === 0) {
      input.align();
      let left = input.bits(16);
      if (input.bits(16) !== (left ^ 0xffff)) damaged();
      input.align();
      while (left > 0) {
        await input.want(1);
        const bytes = input.take(Math.min(left, 2 * HISTORY - at));
        if (bytes.length === 0) damaged();
        window.set(bytes, at);
        at += bytes.length;
        left -= bytes.length;
        if (at < 2 * HISTORY) continue;
        yield window.subarray(given, at);
        at = given = slide(window, at);
      }
      continue;
    }
    const { literals, distances } = kind === 1 ? fixed() : kind === 2 ? dynamic(input) : damaged();
    for (;;) {
      if (input.short(SYMBOL)) await input.want(SYMBOL);
      const symbol = input.symbol(literals);
      if (symbol < END_OF_BLOCK) window[at++] = symbol;
      else if (symbol === END_OF_BLOCK) break;
      else {
        const length = lengthOf(input, symbol - END_OF_BLOCK - 1);
        const distance = distanceOf(input, input.symbol(distances));
        if (distance > at) damaged();
        for (const end = at + length; at < end; at++) window[at] = window[at - distance];
      }
      if (at < 2 * HISTORY) continue;
      yield window.subarray(given, at);
      at = given = slide(window, at);
    }
  }
  if (at > given) yield window.subarray(given, at);
}

/** Keeps the history alone, at the start. How long it is. */
function slide(window: Uint8Array, at: number): number {
  window.copyWithin(0, at - HISTORY, at);
  return HISTORY;
}

function lengthOf(input: Input, i: number): number {
  // The last symbol, which would be one more step, is the longest copy by itself.
  if (i === LENGTHS.base.length) return LONGEST_COPY;
  if (i > LENGTHS.base.length) damaged();
  return LENGTHS.base[i] + input.bits(LENGTHS.extra[i]);
}

function distanceOf(input: Input, i: number): number {
  if (i >= DISTANCES.base.length) damaged();
  return DISTANCES.base[i] + input.bits(DISTANCES.extra[i]);
}

function fixed(): Codes {
  const lengths = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
  return { literals: codeOf(lengths), distances: codeOf(new Array(32).fill(5)) };
}

/** The codes that a block brings: their lengths, in a code of lengths, in a code of three bits. */
function dynamic(input: Input): Codes {
  const literals = input.bits(5) + 257;
  const count = literals + input.bits(5) + 1;
  const ofLengths = new Array<number>(19).fill(0);
  for (let i = 0, given = input.bits(4) + 4; i < given; i++) ofLengths[ORDER[i]] = input.bits(3);
  const code = codeOf(ofLengths);
  const lengths: number[] = [];
  while (lengths.length < count) {
    const symbol = input.symbol(code);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16) repeat(lengths, lengths.at(-1) ?? damaged(), 3 + input.bits(2));
    else repeat(lengths, 0, symbol === 17 ? 3 + input.bits(3) : 11 + input.bits(7));
  }
  if (lengths.length > count || literals > 286 || count - literals > 30 || lengths[END_OF_BLOCK] === 0) damaged();
  return { literals: codeOf(lengths.slice(0, literals)), distances: codeOf(lengths.slice(literals)) };
}

function repeat(lengths: number[], length: number, times: number): void {
  for (let n = times; n > 0; n--) lengths.push(length);
}
