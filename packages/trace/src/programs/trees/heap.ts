import { Blocks } from "../blocks.ts";
import type { ProgramHeap } from "../program.ts";
import { LEAST_ROOM, type TreeStore, wire } from "./store.ts";

/** What the low three bits of a value say. */
const [NUMBER, TEXT, ARRAY, RECORD] = [0, 1, 2, 3];
const HEADER = 8;
const RECORD_BYTES = 32;
/** Words of a record. */
const [NAME, VALUES] = [6, 7];

const tagOf = (value: number): number => value & 7;
const offsetOf = (value: number): number => (value & ~7) >>> 0;
/** The first word of a value's block. */
const wordOf = (value: number): number => (value & ~7) >>> 2;

/** Values as words, with their kind in the bits that are 0 in an offset. */
export function treesInHeap(heap: ProgramHeap, byReset: boolean): TreeStore<number> {
  const blocks = new Blocks(heap);
  const source = Uint8Array.from(wire(), (letter) => letter.charCodeAt(0));

  const sum = (value: number): number => {
    const { words, bytes } = blocks;
    const tag = tagOf(value);
    if (tag === NUMBER) return value >> 3;
    const w = wordOf(value);
    if (tag === TEXT) {
      const first = offsetOf(value) + 4;
      const length = words[w];
      return length + bytes[first] + 7 * bytes[first + length - 1];
    }
    if (tag === RECORD) return (words[w] + words[w + 5] + sum(words[w + NAME]) + sum(words[w + VALUES])) | 0;
    const count = words[w];
    let total = count;
    for (let n = 0; n < count; n++) total = (total + sum(words[w + 2 + n])) | 0;
    return total;
  };
  const drop = (value: number): void => {
    const { words } = blocks;
    const tag = tagOf(value);
    if (tag === NUMBER) return;
    const w = wordOf(value);
    if (tag === ARRAY) {
      for (let n = words[w] - 1; n >= 0; n--) drop(words[w + 2 + n]);
    } else if (tag === RECORD) {
      drop(words[w + NAME]);
      drop(words[w + VALUES]);
    }
    blocks.free(offsetOf(value));
  };
  return {
    follow: () => blocks.follow(),
    number: (value) => value << 3,
    text(from, length) {
      const block = blocks.allocate(4 + length);
      const { words, bytes } = blocks;
      words[block >>> 2] = length;
      for (let i = 0; i < length; i++) bytes[block + 4 + i] = source[from + i];
      return block | TEXT;
    },
    array() {
      const block = blocks.allocate(HEADER + 4 * LEAST_ROOM);
      const { words } = blocks;
      words[block >>> 2] = 0;
      words[(block >>> 2) + 1] = LEAST_ROOM;
      return block | ARRAY;
    },
    append(array, value) {
      let w = wordOf(array);
      const count = blocks.words[w];
      const room = blocks.words[w + 1];
      let block = offsetOf(array);
      if (count === room) {
        block = blocks.reallocate(block, HEADER + 8 * room);
        w = block >>> 2;
        blocks.words[w + 1] = 2 * room;
      }
      const { words } = blocks;
      words[w] = count + 1;
      words[w + 2 + count] = value;
      return block | ARRAY;
    },
    record(id) {
      const block = blocks.allocate(RECORD_BYTES);
      const { words } = blocks;
      const w = block >>> 2;
      words[w] = id;
      words[w + 1] = id & 7;
      words[w + 2] = 1;
      words[w + 3] = 3;
      words[w + 4] = id >> 3;
      words[w + 5] = ~id;
      words[w + NAME] = 0;
      words[w + VALUES] = 0;
      return block | RECORD;
    },
    name(record, text) {
      blocks.words[wordOf(record) + NAME] = text;
      return record;
    },
    fill(record, array) {
      blocks.words[wordOf(record) + VALUES] = array;
      return record;
    },
    sum,
    drop: byReset ? () => {} : drop,
    dropped() {
      if (byReset) blocks.reset();
    },
  };
}
