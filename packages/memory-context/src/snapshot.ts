/**
 * A context's contents as bytes: its control block, and the pages that hold blocks; free ones are left out.
 *
 *     ┌────────┬──────────────┬───────────────┬──────┬──────┬──────┐
 *     │ header │ name, UTF-16 │ control block │ page │ page │ page │     the pages of slabs and large blocks, ascending
 *     └────────┴──────────────┴───────────────┴──────┴──────┴──────┘
 *     12 words   to a word      words of its layout                     little-endian
 *
 *     header   magic, version, two words of checksum over all that follows; base, pages of the heap, quota, used,
 *              units of the name, words of the control block, pages stored, 0
 */
import { CorruptionError, InvalidArgumentError, type Offset } from "@ariax/allocator";
import { newBuffer, tagOf } from "@ariax/allocator/implement";
import { PAGE_SIZE } from "@ariax/slab";
import { extents, heapStats, layoutOf } from "@ariax/slab/engine";
import { checksum } from "./checksum.ts";
import type { Core } from "./core.ts";
import { checkHeap } from "./heap-check.ts";
import { MAX_NAME_BYTES } from "./name.ts";
import { quoted } from "./options.ts";

const MAGIC = 0x534d5841; // "AXMS"
const VERSION = 1;
const HEADER_WORDS = 12;
/** Where what the checksum covers begins. */
const COVERED = 4;

/** A snapshot that was read, and found whole. */
export interface Contents {
  readonly name: string;
  readonly base: Offset;
  /** Pages of the heap, and of them the first ones, those of the control block. */
  readonly pages: number;
  readonly used: number;
  /** The control block: a copy. */
  readonly control: Int32Array;
  /** The pages stored, one after the other. */
  readonly stored: Uint8Array;
}

/** O(bytes in use). Throws `InvalidArgumentError` where the context has children. */
export function takeSnapshot(core: Core): Uint8Array {
  core.ready();
  checkChildless(core, "snapshot");
  const w = core.current();
  const { name, base, pages } = core;
  const nameWords = (name.length + 1) >>> 1;
  const used = heapPages(w);
  const start = HEADER_WORDS + nameWords + w.length;
  const words = new Int32Array(newBuffer(4 * start + used * PAGE_SIZE));
  words.set([MAGIC, VERSION, 0, 0, base, pages, core.quota, core.used - core.granted, name.length, w.length, used, 0]);
  const units = new Uint16Array(words.buffer, 4 * HEADER_WORDS, name.length);
  for (let i = 0; i < units.length; i++) units[i] = name.charCodeAt(i);
  words.set(w, HEADER_WORDS + nameWords);
  const bytes = new Uint8Array(words.buffer);
  const own = core.ownBytes();
  eachRun(w, (from, length, at) => bytes.set(own.subarray(from, from + length), 4 * start + at));
  words.set(checksum(words, COVERED), 2);
  return bytes;
}

/**
 * Reads a snapshot. Throws `CorruptionError` for what is none, is truncated or was changed. O(its bytes). One that lies in `memory`,
 * which is about to be written, is copied.
 */
export function readSnapshot(snapshot: Uint8Array, memory?: ArrayBufferLike): Contents {
  if (tagOf(snapshot) !== "Uint8Array") throw new InvalidArgumentError("invalid snapshot: it is no Uint8Array");
  const { length } = snapshot;
  expect(length >= 4 * HEADER_WORDS && length % 4 === 0, () => `snapshot of ${length} bytes: it is truncated`);
  // A view of words must begin at a multiple of 4.
  const inPlace = snapshot.byteOffset % 4 === 0 && snapshot.buffer !== memory;
  const { buffer, byteOffset } = inPlace ? snapshot : copyOf(snapshot);
  const words = new Int32Array(buffer, byteOffset, length / 4);
  expect(words[0] === MAGIC, () => "no snapshot: no magic number at its start");
  expect(words[1] === VERSION, () => `snapshot of version ${words[1]}: this package has ${VERSION}`);
  const [a, b] = checksum(words, COVERED);
  expect(words[2] === a && words[3] === b, () => `snapshot of ${length} bytes: its checksum is another one`);

  const [base, pages, , used, units, controlWords, count] = words.subarray(COVERED, HEADER_WORDS).map((n) => n);
  const nameWords = (units + 1) >>> 1;
  const controlAt = HEADER_WORDS + nameWords;
  const start = controlAt + controlWords;
  const isHeader = units >= 0 && units <= MAX_NAME_BYTES && pages > 0 && controlWords === layoutOf(pages, 1).words;
  const fits = isHeader && count >= 0 && start + count * (PAGE_SIZE / 4) === words.length;
  expect(fits, () => `snapshot of ${length} bytes: they are not those of a heap of ${pages} pages`);
  const control = copyOf(words.subarray(controlAt, start));
  checkHeap(control, base, pages);
  expect(heapPages(control) === count, () => `snapshot with ${count} pages: ${heapPages(control)} are in use`);
  const { live } = heapStats(control);
  expect(live === used >>> 0, () => `snapshot with ${used >>> 0} bytes used: its blocks have ${live}`);
  return {
    name: String.fromCharCode(...new Uint16Array(buffer, byteOffset + 4 * HEADER_WORDS, units)),
    ...{ base: base >>> 0, pages, used: live, control },
    stored: new Uint8Array(buffer, byteOffset + 4 * start, count * PAGE_SIZE),
  };
}

/** The runs of pages in use: where each begins in the heap, how long it is, and where it begins among those stored; in bytes. */
export function eachRun(control: Int32Array, visit: (from: number, length: number, at: number) => void): void {
  let at = 0;
  for (const { kind, page, pages } of extents(control)) {
    if (kind === "free") continue;
    visit(page * PAGE_SIZE, pages * PAGE_SIZE, at);
    at += pages * PAGE_SIZE;
  }
}

export function checkChildless(core: Core, what: string): void {
  const { size } = core.children;
  if (size > 0) throw new InvalidArgumentError(`invalid ${what}: ${quoted(core.name)} has ${size} children`);
}

/** Not by `slice`: that of Node's buffers copies nothing. */
function copyOf<A extends Uint8Array | Int32Array>(array: A): A {
  const copy = newBuffer(array.byteLength);
  new Uint8Array(copy).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return (array.BYTES_PER_ELEMENT === 1 ? new Uint8Array(copy) : new Int32Array(copy)) as A;
}

function heapPages(control: Int32Array): number {
  return heapStats(control).reserved / PAGE_SIZE;
}

function expect(holds: boolean, what: () => string): void {
  if (!holds) throw new CorruptionError(what());
}
