/** The control block's memory: made, given, opened, and made longer as rows are needed. */
import { CorruptionError, DetachedError, HostMemoryError, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { checkBuffer, checkInteger, isDetached, isShared, newBuffer } from "@ariax/allocator/implement";
import { addRow } from "./keys.ts";
import * as L from "./layout.ts";
import type { Wish } from "./options.ts";
import { linkRun } from "./trees.ts";

/** Rows that a control block begins with, where it can become longer: 7 KB with all that is before them. */
const FIRST_ROWS = 64;

/** Where a control block is: its words, as far as is known. Where it has moved, or is longer, their number is not the one that it says. */
export interface Place {
  buffer: ArrayBufferLike;
  readonly byteOffset: number;
  view: Int32Array;
}

/** Makes room for two more rows: the words with it, or undefined, and nothing changed. */
export type More = (w: Int32Array) => Int32Array | undefined;

/** Bytes of a control block for so many blocks. */
export function bytesFor(blocks: number): number {
  return 4 * L.wordsFor(L.rowsFor(blocks));
}

/** A new heap. Throws `InvalidArgumentError`, and what `newBuffer` throws. */
export function makeControl(wish: Wish): Place {
  const { buffer, byteOffset, blocks } = wish;
  if (buffer === undefined) return writeControl(...ownBuffer(wish), wish);
  checkPlace(buffer, byteOffset);
  const room = Math.min(maxLength(buffer), byteOffset + MAX_CAPACITY) - byteOffset;
  const most = Math.min(L.MAX_BLOCKS, wish.most, Math.floor((room / 4 - L.wordsFor(2)) / (2 * L.ROW)));
  const limit = blocks === 0 ? most : blocks;
  const least = bytesFor(blocks === 0 ? 1 : blocks);
  const there = buffer.byteLength - byteOffset;
  if (limit > most || limit < 1 || !(there >= least || lengthen(buffer, byteOffset + least))) {
    throw new InvalidArgumentError(`invalid buffer: ${there} bytes at ${byteOffset}, but the heap takes ${least}`);
  }
  new Int32Array(buffer, byteOffset, L.FIRST).fill(0);
  return writeControl(buffer, byteOffset, limit, wish);
}

/**
 * A buffer of its own, and the most blocks. Where their number is open, it has a few rows, and is replaced by a longer one: V8 takes twice as long
 * for each access to a resizable one. A shared one can't be replaced: it may become as long as it will ever need, or half of that, or a quarter …,
 * as the host has room.
 */
function ownBuffer({ blocks, most, shared }: Wish): [buffer: ArrayBufferLike, byteOffset: number, limit: number] {
  if (blocks > 0) return [newBuffer(bytesFor(blocks), shared), 0, blocks];
  for (let limit = Math.min(L.MAX_BLOCKS, most); ; limit = Math.ceil(limit / 2)) {
    const bytes = 4 * L.wordsFor(Math.min(L.rowsFor(limit), FIRST_ROWS));
    try {
      return [newBuffer(bytes, shared, shared ? bytesFor(limit) : bytes), 0, limit];
    } catch (error) {
      if (limit <= FIRST_ROWS || (error as { code?: unknown }).code !== "ERR_OUT_OF_MEMORY") throw error;
    }
  }
}

/** Throws `InvalidArgumentError` unless `byteOffset` is one in a buffer, and `DetachedError`. */
export function checkPlace(buffer: ArrayBufferLike, byteOffset: number): void {
  checkInteger("byteOffset", byteOffset, 0, checkBuffer(buffer).byteLength);
  if (byteOffset % 4 !== 0) throw new InvalidArgumentError(`invalid byteOffset: ${byteOffset} is not a multiple of 4`);
}

/** Writes the header of a heap without a block, where all words are 0. */
function writeControl(buffer: ArrayBufferLike, byteOffset: number, limit: number, wish: Wish): Place {
  const words = Math.floor((buffer.byteLength - byteOffset) / 4);
  const rows = Math.min(L.rowsFor(limit), Math.floor((words - L.FIRST) / L.ROW));
  const w = new Int32Array(buffer, byteOffset, L.wordsFor(rows));
  w[L.MAGIC] = L.MAGIC_WORD;
  w[L.VERSION] = L.THIS_VERSION;
  w[L.SHIFT] = wish.shift;
  w[L.TABLE] = wish.table ? 1 : 0;
  w[L.LIMIT] = limit;
  w[L.MOST] = wish.most;
  w[L.REST] = wish.rest;
  w[L.CHECK] = L.checkOf(w);
  w[L.WORDS] = w.length;
  w[L.SIZE] = wish.size;
  clearControl(w);
  return { buffer, byteOffset, view: w };
}

/** Gives up all blocks: one free run is left. Names and fences go on. O(bins). */
export function clearControl(w: Int32Array): void {
  for (let i = L.ROWS; i <= L.USED; i++) w[i] = 0;
  for (let i = L.DEFERRED_BLOCKS; i <= L.MOVING_GRANULES; i++) w[i] = 0;
  w.fill(0, L.TURNS, L.FIRST);
  const row = addRow(w);
  w[L.ROOM] = (w[L.WORDS] - L.FIRST) / L.ROW - 1;
  w[L.LAST] = row;
  w[row + L.START] = 0;
  w[row + L.LENGTH] = w[L.SIZE];
  w[row + L.BEFORE] = 0;
  w[row + L.AFTER] = 0;
  linkRun(w, row);
}

/** The words of the control block that is there. Throws `CorruptionError` where there is none, or not all of it, and `DetachedError` where it moved. */
export function openControl(buffer: ArrayBufferLike, byteOffset: number): Int32Array {
  if (isDetached(buffer)) throw new DetachedError();
  const room = Math.max(0, buffer.byteLength - byteOffset);
  expect(room >= 4 * L.FIRST, () => `truncated: a header has ${4 * L.FIRST} bytes, ${room} are there`);
  const header = new Int32Array(buffer, byteOffset, L.FIRST);
  expect(header[L.MAGIC] === L.MAGIC_WORD, () => `no heap at ${byteOffset}: it begins with ${hex(header[L.MAGIC])}`);
  expect(header[L.VERSION] === L.THIS_VERSION, () => `layout version is ${header[L.VERSION]}, not ${L.THIS_VERSION}`);
  expect(header[L.CHECK] === L.checkOf(header), () => `header check word is ${hex(header[L.CHECK])}`);
  const words = header[L.WORDS];
  // Did it move to another buffer?
  if (words === 0) throw new DetachedError();
  const rows = (words - L.FIRST) / L.ROW;
  const fits = Number.isInteger(rows) && rows > 1 && rows <= L.rowsFor(header[L.LIMIT]);
  expect(fits, () => `the control block has ${words} words`);
  expect(room >= 4 * words, () => `truncated: the control block has ${4 * words} bytes, ${room} are there`);
  return new Int32Array(buffer, byteOffset, words);
}

/** The words as they are now; throws as `openControl` does, and `DetachedError` where they are gone. */
export function renewed(place: Place): Int32Array {
  if (place.buffer.byteLength <= place.byteOffset) throw new DetachedError();
  const w = openControl(place.buffer, place.byteOffset);
  // No assignment, which throws where nothing can be written, as to a proxy that is read-only: then it is done at each call.
  Reflect.set(place, "view", w);
  return w;
}

/** The words with room for two more rows, or undefined, and nothing changed, where there can't be any. O(1), or O(rows) where they are copied. */
export function growControl(w: Int32Array, place: Place): Int32Array | undefined {
  const rows = (w.length - L.FIRST) / L.ROW;
  const most = L.rowsFor(w[L.LIMIT]);
  // By a half, or by as little as will do.
  for (const more of [Math.max(FIRST_ROWS, rows >>> 1), 2]) {
    const words = L.wordsFor(Math.min(most, rows + more));
    const longer = words < L.wordsFor(rows + 2) ? undefined : longerView(w, place, words);
    if (longer === undefined) continue;
    longer[L.ROOM] += (words - w.length) / L.ROW;
    longer[L.WORDS] = words;
    return longer;
  }
  return undefined;
}

/** So many words, of which the first are as they were; undefined where there are not so many. */
function longerView(w: Int32Array, place: Place, words: number): Int32Array | undefined {
  const { buffer, byteOffset } = place;
  if (lengthen(buffer, byteOffset + 4 * words)) return new Int32Array(buffer, byteOffset, words);
  // Were there to be so many in this one?
  if (byteOffset > 0 || isShared(buffer) || maxLength(buffer) > buffer.byteLength) return undefined;
  let longer: Int32Array;
  try {
    longer = new Int32Array(newBuffer(4 * words));
  } catch {
    return undefined;
  }
  if (!Reflect.set(place, "view", longer) || !Reflect.set(place, "buffer", longer.buffer)) return undefined;
  longer.set(w);
  // Whoever else is attached to the old one learns that it is no more.
  w[L.WORDS] = 0;
  return longer;
}

/** The most bytes that a buffer can have. */
function maxLength(buffer: ArrayBufferLike): number {
  // TypeScript declares it for each kind, not for either; older browsers have neither.
  return (buffer as ArrayBuffer).maxByteLength ?? buffer.byteLength;
}

/** Is a buffer so many bytes long, or could it be made so? */
function lengthen(buffer: ArrayBufferLike, bytes: number): boolean {
  if (buffer.byteLength >= bytes) return true;
  if (maxLength(buffer) < bytes) return false;
  try {
    if (isShared(buffer)) buffer.grow(bytes);
    else (buffer as ArrayBuffer).resize(bytes);
  } catch {
    // The host has no more, or another thread was quicker.
  }
  return buffer.byteLength >= bytes;
}

/** Why a control block could not become longer. */
export function growError(w: Int32Array): HostMemoryError {
  return new HostMemoryError(4 * (w.length + 2 * L.ROW));
}

export function expect(holds: boolean, what: () => string): void {
  if (!holds) throw new CorruptionError(what());
}

export function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, "0")}`;
}
