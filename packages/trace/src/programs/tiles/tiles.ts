/**
 * The tiles of an image that is edited: a stroke paints a copy of a tile, and the old one is packed and kept for a while, so that it
 * can be undone. Previews are drawn anew now and then, and a row of tiles is loaded when the view moves.
 *
 *     tile     16,384        64 × 64 pixels
 *     preview   1,024        16 × 16 pixels, of each tile
 *     packed      512–8,192  what is kept of a tile as it was
 */
import { newArray } from "../../arrays.ts";
import { beginProgram, programOf } from "../begin.ts";
import type { Program, ProgramKind, ProgramOptions } from "../program.ts";
import { tilesInArrays } from "./arrays.ts";
import { tilesInHeap } from "./heap.ts";
import { LEAST_PACKED, MOST_PACKED, type TileStore } from "./store.ts";

export interface TilesOptions extends ProgramOptions {
  /** Tiles in a row, and rows, of the image; at most 2¹⁰. */
  side?: number | undefined;
  /** Strokes that can be undone, at most 2¹⁶. */
  undo?: number | undefined;
}

/** One stroke of so many also draws a preview, or moves the view. */
const PREVIEW = 4;
const MOVE = 128;

/** A step is a stroke. */
function edit(makeStore: (tiles: number, undo: number) => TileStore, options: TilesOptions): Program {
  const { random, tally, side, undo } = beginProgram(options, { side: [12, 2 ** 10], undo: [64, 2 ** 16] });
  const tiles = side * side;
  const store = makeStore(tiles, undo);
  /** By tile: whether it is loaded, and has a preview. */
  const isLoaded = newArray(Uint8Array, tiles);
  const isShown = newArray(Uint8Array, tiles);
  /** By place in the ring of what can be undone: bytes of what is kept there, 0 where nothing is. */
  const kept = newArray(Int32Array, undo);
  let at = 0;
  let row = 0;

  const load = (tile: number): void => {
    store.load(tile, tally.made);
    isLoaded[tile] = 1;
    tally.made++;
  };
  const drop = (tile: number): void => {
    if (isLoaded[tile] === 0) return;
    isLoaded[tile] = 0;
    tally.end(store.drop(tile));
  };
  const hide = (tile: number): void => {
    if (isShown[tile] === 0) return;
    isShown[tile] = 0;
    tally.end(store.hide(tile));
  };
  const show = (tile: number): void => {
    hide(tile);
    store.show(tile);
    isShown[tile] = 1;
    tally.made++;
  };
  const forget = (place: number): void => {
    if (kept[place] === 0) return;
    const bytes = kept[place];
    kept[place] = 0;
    tally.end(store.forget(place, bytes));
  };
  const stroke = (tile: number): void => {
    forget(at);
    const bytes = 4 * random.between(LEAST_PACKED >> 2, MOST_PACKED >> 2);
    store.pack(tile, at, bytes);
    kept[at] = bytes;
    tally.made++;
    at = at + 1 === undo ? 0 : at + 1;
    // The copy is there before the old one goes.
    tally.end(store.paint(tile, tally.made, random.below(64)));
    tally.made++;
  };
  const step = (): void => {
    for (let tile = 0; tile < tiles; tile++) if (isLoaded[tile] === 0) load(tile);
    stroke(random.below(tiles));
    if (random.below(PREVIEW) === 0) show(random.below(tiles));
    if (random.below(MOVE) !== 0) return;
    // The row that comes takes the place of the one that goes.
    for (let tile = row * side; tile < (row + 1) * side; tile++) {
      drop(tile);
      hide(tile);
      load(tile);
    }
    row = row + 1 === side ? 0 : row + 1;
  };
  const end = (): void => {
    for (let tile = 0; tile < tiles; tile++) {
      drop(tile);
      hide(tile);
    }
    for (let place = 0; place < undo; place++) forget(place);
  };
  return programOf(tally, step, end, store.follow);
}

export const tileProgram: ProgramKind<TilesOptions> = {
  name: "tiles",
  what: "an image's tiles: copied when they are painted on, packed to be undone, loaded by rows",
  step: "a stroke",
  capacity: 2 ** 23,
  over: (heap, options = {}) => edit((tiles, undo) => tilesInHeap(heap, tiles, undo), options),
  collected: (options = {}) => edit(tilesInArrays, options),
};
