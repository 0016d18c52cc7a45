/**
 * A queue of offsets from one thread to another, as a program over a shared heap has one: what one writes before it moves the tail, the other sees.
 *
 *     head │ … │ tail │ … │ slots         a cache line each, so that reading one does not wait for the other
 */
const HEAD = 0;
const TAIL = 16;
const SLOTS = 32;

export const ringBytes = (slots: number): number => 4 * (SLOTS + slots);

/** `slots` is a power of two. Each end belongs to one thread. */
export class Ring {
  declare readonly words: Int32Array;
  declare readonly slots: number;

  constructor(words: Int32Array) {
    this.words = words;
    this.slots = words.length - SLOTS;
  }

  static make(slots: number): Ring {
    return new Ring(new Int32Array(new SharedArrayBuffer(ringBytes(slots))));
  }

  /** For the writer: free slots, at least. */
  get room(): number {
    return this.slots - ((this.words[TAIL]! - Atomics.load(this.words, HEAD)) | 0);
  }

  /** For the reader: what is there, at least. */
  get size(): number {
    return (Atomics.load(this.words, TAIL) - this.words[HEAD]!) | 0;
  }

  /** For the writer: the `i`th behind the last, yet to be published. */
  put(i: number, offset: number): void {
    this.words[SLOTS + ((this.words[TAIL]! + i) & (this.slots - 1))] = offset;
  }

  publish(count: number): void {
    Atomics.store(this.words, TAIL, (this.words[TAIL]! + count) | 0);
  }

  /** For the reader: the `i`th. */
  at(i: number): number {
    return this.words[SLOTS + ((this.words[HEAD]! + i) & (this.slots - 1))]! >>> 0;
  }

  drop(count: number): void {
    Atomics.store(this.words, HEAD, (this.words[HEAD]! + count) | 0);
  }
}
