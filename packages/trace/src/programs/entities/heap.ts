import type { Offset } from "@ariax/allocator";
import { newArray } from "../../arrays.ts";
import { Blocks } from "../blocks.ts";
import type { ProgramHeap } from "../program.ts";
import {
  BAG,
  coordinate,
  type EntityStore,
  HEALTH,
  isOut,
  KINDS,
  LEAST_ITEMS,
  MIND,
  PLACES,
  SPRITE,
  speed,
  TRANSFORM,
  wrapped,
} from "./store.ts";

/** Bytes by kind. */
const SIZES = [32, 16, 64, 24, 4 * LEAST_ITEMS];

/** Components as blocks, their offsets in a table by kind and entity. */
export function entitiesInHeap(heap: ProgramHeap, entities: number): EntityStore {
  const blocks = new Blocks(heap);
  /** By kind and entity. */
  const places = newArray(Uint32Array, KINDS * entities);
  return {
    follow: () => blocks.follow(),
    add(entity, kind, serial) {
      const block: Offset = blocks.allocate(SIZES[kind]);
      places[kind * entities + entity] = block;
      const { words, floats } = blocks;
      const w = block >>> 2;
      if (kind === TRANSFORM) {
        floats[w] = coordinate(serial);
        floats[w + 1] = coordinate(serial + 1);
        floats[w + 2] = coordinate(serial + 2);
        floats[w + 3] = speed(serial);
        floats[w + 4] = speed(serial >> 1);
        floats[w + 5] = speed(serial >> 2);
        words[w + 6] = serial;
        words[w + 7] = 0;
      } else if (kind === HEALTH) {
        words[w] = 100;
        words[w + 1] = serial & 63;
        words[w + 2] = serial & 3;
        words[w + 3] = serial;
      } else if (kind === MIND) {
        words[w] = serial & 7;
        words[w + 1] = serial >> 3;
        words[w + 2] = serial;
        words[w + 3] = 0;
        for (let n = 0; n < 2 * PLACES; n++) floats[w + 4 + n] = coordinate(serial + n);
      } else if (kind === SPRITE) {
        words[w] = serial & 255;
        words[w + 1] = 0;
        words[w + 2] = ~serial;
        words[w + 3] = serial & 7;
        words[w + 4] = serial;
        words[w + 5] = 1;
      }
    },
    remove(entity, kind, items) {
      const block: Offset = places[kind * entities + entity];
      const { words, floats } = blocks;
      const w = block >>> 2;
      let read = 0;
      if (kind === TRANSFORM) read = words[w + 6] + words[w + 7] + 8 * floats[w];
      else if (kind === HEALTH) read = words[w] + words[w + 1] + words[w + 3];
      else if (kind === MIND) read = words[w + 1] + words[w + 2] + 8 * floats[w + 3 + 2 * PLACES];
      else if (kind === SPRITE) read = words[w] + words[w + 2] + words[w + 5];
      else for (let n = 0; n < items; n++) read = (read + words[w + n]) | 0;
      blocks.free(block);
      return read;
    },
    move(entity) {
      const { words, floats } = blocks;
      const w = places[entity] >>> 2;
      const x = floats[w] + floats[w + 3];
      floats[w] = wrapped(x);
      floats[w + 1] = wrapped(floats[w + 1] + floats[w + 4]);
      floats[w + 2] = wrapped(floats[w + 2] + floats[w + 5]);
      if (isOut(x)) words[w + 7]++;
    },
    widen(entity, room) {
      const at = BAG * entities + entity;
      places[at] = blocks.reallocate(places[at], 4 * room);
    },
    put(entity, at, item) {
      blocks.words[(places[BAG * entities + entity] >>> 2) + at] = item;
    },
  };
}
