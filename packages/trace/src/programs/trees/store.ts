/** What messages are made of, and what a store of them does. `V` is a value: a word over a heap, what it is in JavaScript as objects. */
export interface TreeStore<V> {
  number(value: number): V;
  /** So many characters of the wire. */
  text(from: number, length: number): V;
  /** An empty array with room for `LEAST_ROOM` values. */
  array(): V;
  /** The array with one more value: the same, or where it has moved to. */
  append(array: V, value: V): V;
  /** A record without a name and without values; and one that has got them. */
  record(id: number): V;
  name(record: V, text: V): V;
  fill(record: V, array: V): V;
  /** Of all that is in it. */
  sum(value: V): number;
  /** It is gone with all that is in it, or will be when `dropped` is called, after the last one. */
  drop(value: V): void;
  dropped(): void;
  /** The memory may be another by now. */
  follow(): void;
}

/** Values that an array has room for at first; then for twice as many, whenever it is full. */
export const LEAST_ROOM = 2;
export const LONGEST_TEXT = 120;

/** What messages are parsed from: letters. */
export const WIRE_LENGTH: number = 1 << 14;
export const wire = (): string => {
  let text = "";
  for (let i = 0; i < WIRE_LENGTH; i++) text += String.fromCharCode(97 + ((i * i + 7 * i) % 26));
  return text;
};
