/** What a store of tiles does: over a heap, and as typed arrays. Pixels are words. */
export interface TileStore {
  /** A tile of one colour, with a mark. */
  load(tile: number, colour: number): void;
  /** The tile is gone, or the preview; what was read of its pixels. */
  drop(tile: number): number;
  hide(tile: number): number;
  /** The tile's preview: every fourth pixel of every fourth line. */
  show(tile: number): void;
  /** The tile as a copy with a line of another colour; what was read of the old one, which is gone. */
  paint(tile: number, colour: number, line: number): number;
  /** Keeps the tile as it is in a place: so many bytes, from pixels all over it. And forgets what is there; what was read of it. */
  pack(tile: number, place: number, bytes: number): void;
  forget(place: number, bytes: number): number;
  /** The memory may be another by now. */
  follow(): void;
}

/** Pixels of a tile's side, and of a preview's. */
export const SIDE = 64;
export const SMALL = 16;
export const PIXELS: number = SIDE * SIDE;
export const LEAST_PACKED = 512;
export const MOST_PACKED = 8192;
