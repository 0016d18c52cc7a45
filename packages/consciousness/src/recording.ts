/**
 * What a mini-VM did lately, in a ring of words that is made once: recording makes no garbage.
 *
 *     rows    │ recorded │ seven pass unseen                │ recorded │ …     each of 4,096 operations, or of what the ring has if that is more
 *
 * A row is without a gap, so that blocks which do not live for long begin and end in it; and most calls pay for counting only.
 *
 *     entry   key                     │ bytes, or what it is │   far from it  bytes │ new key
 *             offset of the allocated │ asked                │
 *             offset of the freed     │ −2                   │
 *             offset of the moved     │ −3                   │                asked │ offset afterwards
 *             slot of the acquired    │ −4                   │
 *             slot of the released    │ −5                   │
 *
 * So most entries are 8 bytes long: where many VMs record in turns, each of them writes to memory that is in no cache.
 * tried: four words in a row; measured: 32 VMs in turns, half of whose operations are recorded: 13 ns an operation for it instead of 3.
 *
 * A *program* is what is replayed of it: what entries had made that are overwritten, or never were there, is unknown, and its frees are
 * left out; what is live at the end is freed, so that a program can be run again and again.
 */
import type { TypedArrayConstructor } from "@ariax/allocator";
import { newBuffer } from "@ariax/allocator/implement";

export const ALLOCATE = 0;
export const FREE = 1;
export const MOVE = 2;
export const ACQUIRE = 3;
export const RELEASE = 4;

/** Words of an entry, and with those that only a move has. */
const ENTRY = 2;
const ENTRY_WORDS = 4;
/** Operations of a row, at least: the ring gets full as often as it takes. */
const LEAST_ROW = 4096;
/** Rows that pass unseen after one that is recorded. */
const UNSEEN_ROWS = 7;

export interface Program {
  /** By operation: which it is, the place of its block or state, and for a block the bytes asked for. */
  readonly operation: Uint8Array;
  readonly place: Int32Array;
  readonly bytes: Float64Array;
  /** How many blocks and states are live at once, at most. */
  readonly places: number;
  /** Bytes asked for and live at once, at most. */
  readonly peakBytes: number;
}

export class Recording {
  // `declare`: a field that begins as undefined V8 loads without knowing its type.
  declare private ring: Int32Array;
  /** Where the ring's second half begins, of what only moves have. */
  declare private half: number;
  /** Where the next entry goes: at most `half`. */
  declare private at: number;
  /** How often the ring was full. */
  declare private rounds: number;
  /** How often it gets full in a row. */
  declare private readonly perRow: number;
  /** Operations that still pass unseen. */
  declare private unseen: number;

  /** Of `operations`; 0 records nothing. */
  constructor(operations: number) {
    this.unseen = this.at = this.rounds = 0;
    this.ring = ringOf(ENTRY_WORDS * operations);
    this.half = ENTRY * operations;
    this.perRow = Math.ceil(LEAST_ROW / Math.max(1, Math.min(LEAST_ROW, operations)));
  }

  /** Operations recorded so far, also those overwritten. */
  get count(): number {
    return (this.rounds * this.half + this.at) / ENTRY;
  }

  /** Operations that are remembered. */
  get length(): number {
    return (this.rounds > 0 ? this.half : this.at) / ENTRY;
  }

  /** O(1). `key` and `to` are offsets or slots, `bytes` a size. */
  add(operation: number, key: number, bytes: number, to: number): void {
    // Where it passes unseen: a load, a comparison, a store. So short that it is inlined wherever it is called.
    if (this.unseen !== 0) this.unseen--;
    else this.write(operation, key, bytes, to);
  }

  private write(operation: number, key: number, bytes: number, to: number): void {
    const { ring, half } = this;
    let at = this.at;
    if (at === half) {
      if (this.pauses()) return;
      at = 0;
    }
    ring[at] = key;
    ring[at + 1] = operation === ALLOCATE ? bytes : -1 - operation;
    if (operation === MOVE) {
      ring[half + at] = bytes;
      ring[half + at + 1] = to;
    }
    this.at = at + ENTRY;
  }

  /** The ring is full. Does an operation begin the rows that pass unseen? */
  private pauses(): boolean {
    const { half, perRow } = this;
    if (half > 0) this.rounds++;
    this.at = 0;
    if (this.rounds % perRow !== 0) return false;
    this.unseen = UNSEEN_ROWS * Math.max(LEAST_ROW, (perRow * half) / ENTRY) - 1;
    return true;
  }

  /** Forgets all: what was live has ended. The next row begins at once. */
  clear(): void {
    this.unseen = this.at = this.rounds = 0;
  }

  /** Forgets all, and records no more: the next one may have the ring. */
  end(): void {
    const { ring } = this;
    if (ring.length > 0 && ring.length <= MOST_SPARE) spare = ring;
    this.ring = NO_RING;
    this.half = 0;
    this.clear();
  }

  /** What can be replayed of what is remembered. O(length). */
  program(): Program {
    const building = new Building();
    const { ring, half, length } = this;
    const oldest = this.rounds > 0 ? this.at : 0;
    for (let i = 0; i < length; i++) {
      const at = (oldest + ENTRY * i) % half;
      // No block is as long as −5 would be, unsigned.
      const operation = ring[at + 1] < 0 && ring[at + 1] >= -1 - RELEASE ? -1 - ring[at + 1] : ALLOCATE;
      const bytes = operation === ALLOCATE ? ring[at + 1] : operation === MOVE ? ring[half + at] : 0;
      building.add(operation, ring[at], bytes >>> 0, ring[half + at + 1]);
    }
    return building.end();
  }
}

const NO_RING: Int32Array = /* @__PURE__ */ new Int32Array(0);
/** Words of a ring that is kept: of the default's. */
const MOST_SPARE = 4096 * ENTRY_WORDS;
/** The ring of the recording that ended last. Where VMs die and are born anew, none is made: that took a third of a birth's time. */
let spare: Int32Array = NO_RING;

/** So many words, of any contents. */
function ringOf(words: number): Int32Array {
  if (spare.length !== words) return new Int32Array(newBuffer(4 * words));
  const ring = spare;
  spare = NO_RING;
  return ring;
}

/** A program in the making: offsets and slots become places, which are used again. */
class Building {
  private readonly operation: number[] = [];
  private readonly place: number[] = [];
  private readonly bytes: number[] = [];
  private readonly blocks: Map<number, number> = new Map();
  private readonly states: Map<number, number> = new Map();
  private readonly spare: number[] = [];
  private places = 0;
  /** By place: the bytes of the block there. */
  private readonly has: number[] = [];
  private live = 0;
  private peak = 0;

  add(operation: number, key: number, bytes: number, to: number): void {
    const live = operation < ACQUIRE ? this.blocks : this.states;
    const place = live.get(key);
    if (operation === ALLOCATE || operation === ACQUIRE) {
      this.begin(operation, live, key, bytes);
    } else if (operation === MOVE) {
      // Older than the recording? Then it begins here.
      if (place === undefined) {
        this.begin(ALLOCATE, live, to, bytes);
      } else {
        live.delete(key);
        this.endAt(FREE, live, to);
        live.set(to, place);
        this.push(MOVE, place, bytes);
      }
    } else if (place !== undefined) {
      live.delete(key);
      this.spare.push(place);
      this.push(operation, place, 0);
    }
  }

  end(): Program {
    for (const place of this.blocks.values()) this.push(FREE, place, 0);
    for (const place of this.states.values()) this.push(RELEASE, place, 0);
    return {
      operation: typed(Uint8Array, this.operation),
      place: typed(Int32Array, this.place),
      bytes: typed(Float64Array, this.bytes),
      places: this.places,
      peakBytes: this.peak,
    };
  }

  private begin(operation: number, live: Map<number, number>, key: number, bytes: number): void {
    this.endAt(operation === ACQUIRE ? RELEASE : FREE, live, key);
    const place = this.spare.pop() ?? this.places++;
    live.set(key, place);
    this.push(operation, place, bytes);
  }

  /** Is something still there? Its end was not recorded: somebody went past the VM, to its context. */
  private endAt(operation: number, live: Map<number, number>, key: number): void {
    const place = live.get(key);
    if (place === undefined) return;
    live.delete(key);
    this.spare.push(place);
    this.push(operation, place, 0);
  }

  private push(operation: number, place: number, bytes: number): void {
    this.live += bytes - (this.has[place] ?? 0);
    this.has[place] = bytes;
    this.peak = Math.max(this.peak, this.live);
    this.operation.push(operation);
    this.place.push(place);
    this.bytes.push(bytes);
  }
}

function typed<A extends { set(list: readonly number[]): void }>(type: TypedArrayConstructor<A>, list: number[]): A {
  const array = new type(newBuffer(type.BYTES_PER_ELEMENT * list.length), 0, list.length);
  array.set(list);
  return array;
}
