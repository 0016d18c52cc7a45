import { newArray } from "../../arrays.ts";
import { Blocks } from "../blocks.ts";
import type { ProgramHeap } from "../program.ts";
import { PIXELS, SIDE, SMALL, type TileStore } from "./store.ts";

/** Tiles, previews and what is packed as blocks, their offsets in tables. */
export function tilesInHeap(heap: ProgramHeap, tiles: number, undo: number): TileStore {
  const blocks = new Blocks(heap);
  const tileAt = newArray(Uint32Array, tiles);
  const previewAt = newArray(Uint32Array, tiles);
  const packedAt = newArray(Uint32Array, undo);

  /** The first and the last of some pixels, which are gone then. */
  const ended = (block: number, pixels: number): number => {
    const { words } = blocks;
    const w = block >>> 2;
    const read = words[w] + words[w + pixels - 1];
    blocks.free(block);
    return read;
  };
  return {
    follow: () => blocks.follow(),
    load(tile, colour) {
      const block = blocks.allocate(4 * PIXELS);
      tileAt[tile] = block;
      const { words } = blocks;
      const w = block >>> 2;
      words.fill(colour, w, w + PIXELS);
      words[w] = ~colour;
    },
    drop: (tile) => ended(tileAt[tile], PIXELS),
    hide: (tile) => ended(previewAt[tile], SMALL * SMALL),
    show(tile) {
      const block = blocks.allocate(4 * SMALL * SMALL);
      previewAt[tile] = block;
      const { words } = blocks;
      const from = tileAt[tile] >>> 2;
      let to = block >>> 2;
      for (let y = 0; y < SIDE; y += 4) {
        for (let x = 0; x < SIDE; x += 4) words[to++] = words[from + y * SIDE + x];
      }
    },
    paint(tile, colour, line) {
      const old = tileAt[tile];
      const block = blocks.allocate(4 * PIXELS);
      tileAt[tile] = block;
      const { words } = blocks;
      const [from, to] = [old >>> 2, block >>> 2];
      words.copyWithin(to, from, from + PIXELS);
      words.fill(colour, to + line * SIDE, to + (line + 1) * SIDE);
      return ended(old, PIXELS);
    },
    pack(tile, place, bytes) {
      const block = blocks.allocate(bytes);
      packedAt[place] = block;
      const { words } = blocks;
      const [from, to, count] = [tileAt[tile] >>> 2, block >>> 2, bytes >>> 2];
      for (let n = 0; n < count; n++) words[to + n] = words[from + ((n * 61) & (PIXELS - 1))];
    },
    forget: (place, bytes) => ended(packedAt[place], bytes >>> 2),
  };
}
