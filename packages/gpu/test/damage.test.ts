/** What `verify` finds, and `attach` refuses: any word that means something, changed. */
import { describe, expect, test } from "vitest";
import { RangeHeap } from "../src/index.ts";
import * as L from "../src/layout.ts";

/** A heap that has rows of all kinds. */
function full(handles: "offset" | "table"): RangeHeap {
  const heap = new RangeHeap({ bytes: 2 ** 20, handles });
  const blocks = Array.from({ length: 60 }, (_, i) => heap.allocate(256 * (1 + (i % 9)), 256 << (i % 3)));
  for (const i of [3, 9, 10, 11, 20, 30, 40, 41]) heap.free(blocks[i]);
  for (const i of [5, 6, 7, 31, 32]) heap.defer(blocks[i], 2 ** i + i);
  const moves = heap.moves(8192);
  heap.commit(moves.pop()!);
  heap.drop(moves.pop()!);
  heap.commit(moves.pop()!, 77);
  expect(moves.length).toBeGreaterThan(0);
  heap.reach(3);
  heap.verify();
  return heap;
}

/** Does a word mean nothing, or is any value of it right that is not too large? */
function isIdle(w: Int32Array, word: number): boolean {
  if (word < L.FIRST) {
    // Between the parts, or a count that says what was.
    const idle = [7, L.PEAK, L.MOVE, L.TURNS, L.REACHED, L.REACHED + 1, L.NAMES, L.NAMES + 1];
    return idle.includes(word) || (word >= 57 && word < L.WAITING) || (word >= 117 && word < L.HEADS);
  }
  const row = word - ((word - L.FIRST) % L.ROW);
  const kind = L.kindOf(w, row);
  switch (word - row) {
    case L.START:
    case L.LENGTH:
    case L.BEFORE:
    case L.AFTER:
      return kind === L.SPARE && !(word - row === L.START && w[row + L.KEY] !== 0 && w[L.TABLE] === 0);
    case L.KEY:
      // Of a block that was freed here, or of none; nobody asks that of names.
      return kind !== L.LIVE && kind !== L.MOVING && (w[L.TABLE] !== 0 || w[word] === 0 || w[word] === w[row] + 1);
    case L.CHAIN:
      return kind !== L.LIVE && kind !== L.MOVING;
    case L.NEXT:
      return kind === L.LIVE;
    case L.PREV:
      // A move's number is its own; what is deferred may wait for a fence nearby.
      return kind !== L.FREE;
    default:
      return false;
  }
}

describe.each(["offset", "table"] as const)("handles: %s", (handles) => {
  test("each word that is changed is found", () => {
    const heap = full(handles);
    const w = new Int32Array(heap.buffer);
    const missed: number[] = [];
    let found = 0;
    for (let word = 0; word < L.FIRST + L.ROW * w[L.ROWS]; word++) {
      for (const bits of [word % 3 === 0 ? 1 : 2, word % 2 === 0 ? -0x80000000 : 0x00ffff00]) {
        w[word] ^= bits;
        try {
          heap.verify();
          if (!isIdle(w, word)) missed.push(word);
        } catch (error) {
          const { code, message } = error as { code?: string; message: string };
          if (code !== "ERR_CORRUPTED" && code !== "ERR_DETACHED") throw error;
          if (found++ % 50 === 0) expect(() => RangeHeap.attach(heap.buffer)).toThrow(message);
        }
        w[word] ^= bits;
      }
    }
    heap.verify();
    expect(found).toBeGreaterThan(2000);
    const what = (word: number): string => {
      const row = word - ((word - L.FIRST) % L.ROW);
      return word < L.FIRST ? `header ${word}` : `kind ${L.kindOf(w, row)}, word ${word - row}`;
    };
    expect([...new Set(missed.map(what))]).toEqual([]);
  });
});

test.each<[string, (w: Int32Array) => void, string | RegExp]>([
  ["nothing", (w) => void w.fill(0), "corrupted: no heap at 0: it begins with 0x00000000"],
  ["another version", (w) => void (w[1] = 2), "corrupted: layout version is 2, not 1"],
  ["another granule", (w) => void (w[2] = 9), /^corrupted: header check word is 0x/],
  ["a granule lost", (w) => void w[L.SIZE]--, "corrupted: row 1826 has 3758 granules from 338 on, of 4095"],
  ["a bin's bit", (w) => void (w[L.BIN_BITS] ^= 1), "corrupted: bin 0 is empty, its bit is 1"],
])("%s", (_, damage, message) => {
  const heap = full("offset");
  damage(new Int32Array(heap.buffer));
  expect(() => heap.verify()).toThrow(message);
});
