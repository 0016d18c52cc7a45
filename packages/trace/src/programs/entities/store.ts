/** What entities are made of, and what a store of them does: over a heap, and as objects. */
export interface EntityStore {
  add(entity: number, kind: number, serial: number): void;
  /** Takes it away; what was read of it. Of a bag, `items` are read. */
  remove(entity: number, kind: number, items: number): number;
  /** Its transform, by its speed. */
  move(entity: number): void;
  /** Room for so many items in its bag; and an item in its place. */
  widen(entity: number, room: number): void;
  put(entity: number, at: number, item: number): void;
  /** The memory may be another by now. */
  follow(): void;
}

/** Kinds of component. An entity has a transform always, and of the others those whose bits are in its mask. */
export const TRANSFORM = 0;
export const HEALTH = 1;
export const MIND = 2;
export const SPRITE = 3;
export const BAG = 4;
export const KINDS = 5;

/** Places on a mind's path; items in a bag. */
export const PLACES = 6;
export const LEAST_ITEMS = 4;
export const MOST_ITEMS = 32;

/** How far out an entity can be; what goes further comes back on the other side. */
const EDGE = 512;
export const isOut = (at: number): boolean => at > EDGE || at < -EDGE;
export const wrapped = (at: number): number => (at > EDGE ? at - 2 * EDGE : at < -EDGE ? at + 2 * EDGE : at);

/** In eighths, and none of them whole: 32 bits hold them exactly, and V8 keeps them as fractions. */
export const coordinate = (serial: number): number => ((serial & 1023) - 511.5) / 4;
export const speed = (serial: number): number => ((serial & 15) - 7.5) / 4;
