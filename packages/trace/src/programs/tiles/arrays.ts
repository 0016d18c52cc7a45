import { PIXELS, SIDE, SMALL, type TileStore } from "./store.ts";

type Pixels = Int32Array | undefined;

/** A typed array for each tile, for each preview, and for what is packed. */
export function tilesInArrays(tiles: number, undo: number): TileStore {
  const tileAt: Pixels[] = new Array(tiles).fill(undefined);
  const previewAt: Pixels[] = new Array(tiles).fill(undefined);
  const packedAt: Pixels[] = new Array(undo).fill(undefined);

  const ended = (all: Pixels[], at: number): number => {
    const pixels = all[at]!;
    all[at] = undefined;
    return pixels[0] + pixels[pixels.length - 1];
  };
  return {
    follow() {},
    load(tile, colour) {
      const pixels = new Int32Array(PIXELS).fill(colour);
      pixels[0] = ~colour;
      tileAt[tile] = pixels;
    },
    drop: (tile) => ended(tileAt, tile),
    hide: (tile) => ended(previewAt, tile),
    show(tile) {
      const from = tileAt[tile]!;
      const small = new Int32Array(SMALL * SMALL);
      let to = 0;
      for (let y = 0; y < SIDE; y += 4) {
        for (let x = 0; x < SIDE; x += 4) small[to++] = from[y * SIDE + x];
      }
      previewAt[tile] = small;
    },
    paint(tile, colour, line) {
      const old = tileAt[tile]!;
      const copy = old.slice();
      copy.fill(colour, line * SIDE, (line + 1) * SIDE);
      tileAt[tile] = copy;
      return old[0] + old[PIXELS - 1];
    },
    pack(tile, place, bytes) {
      const from = tileAt[tile]!;
      const packed = new Int32Array(bytes >>> 2);
      for (let n = 0; n < packed.length; n++) packed[n] = from[(n * 61) & (PIXELS - 1)];
      packedAt[place] = packed;
    },
    forget: (place) => ended(packedAt, place),
  };
}
