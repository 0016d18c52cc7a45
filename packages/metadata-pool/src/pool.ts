import {
  CorruptionError,
  checkInteger,
  DetachedError,
  DoubleFreeError,
  InvalidArgumentError,
  newBuffer,
  PoolExhaustedError,
  readOptions,
  StaleHandleError,
  show,
} from "@ariax/allocator";
import { BitSet } from "@ariax/bitset";
import { Cells } from "./cells.ts";
import type { Column, FieldValue, Schema } from "./fields.ts";
import { type Handle, handleBits } from "./handle.ts";
import {
  FIRST_GENERATION,
  type Layout,
  LIVE_COUNT,
  layOut,
  type PlacedField,
  RETIRED_COUNT,
  readLayout,
} from "./layout.ts";
import {
  type AttachOptions,
  checkPlace,
  FRESH,
  POOL_OPTIONS,
  type PoolOptions,
  type PoolStats,
  readPoolOptions,
} from "./options.ts";
import { verifyPool } from "./verify.ts";

// Copies: V8 folds a constant of this module into the code, but loads an imported one at each use.
const LIVE = LIVE_COUNT;
const RETIRED = RETIRED_COUNT;
const GENERATIONS = FIRST_GENERATION;

const DEFAULT_CAPACITY = 10_000;

/** Given to the constructor by `attach` only. */
const CONTINUE: unique symbol = Symbol("continue");

/**
 * A fixed number of records with typed fields, in one buffer that is acquired once. See `index.ts` for the idea.
 *
 *     live + free + retired = capacity
 *
 * Private fields are so for TypeScript only, and declared: one that begins as undefined, as `#field` does, V8 loads
 * without knowing its type. tried: `#field`; measured: 28 instead of 23 ns a record by columns, 83 instead of 74 by names.
 * `this` may be a proxy, and it may throw: what is read of it is read before anything is written.
 */
export class MetadataPool<const F extends Schema = Record<never, never>> {
  declare readonly capacity: number;
  /** All of the pool's state is here, from `byteOffset` on. */
  declare readonly buffer: ArrayBufferLike;
  declare readonly byteOffset: number;
  declare readonly byteLength: number;
  /** A typed array for each field, indexed by `slot(handle)`; by n times that for `bytes:n`. */
  declare readonly columns: { readonly [K in keyof F]: Column<F[K]> };
  declare private readonly layout: Layout;
  declare private readonly fields: readonly PlacedField[];
  declare private readonly cells: Cells;
  declare private readonly words: Int32Array;
  declare private readonly free: BitSet;
  declare private readonly shift: number;
  declare private readonly span: number;
  /** A slot is young below this generation, and retired at that one. Both are even. */
  declare private readonly oldFrom: number;
  declare private readonly lastGeneration: number;

  constructor(options: PoolOptions<F> & { readonly [CONTINUE]?: Layout; readonly [FRESH]?: boolean } = {}) {
    const given = readPoolOptions(options, [CONTINUE, FRESH]);
    const { fields = {}, capacity = DEFAULT_CAPACITY, generationBits, firstLife = 1, byteOffset = 0 } = given;
    const layout = given[CONTINUE] ?? layOut(fields, capacity, generationBits);
    const { indexBits, span, lives, youngLives } = handleBits(layout.capacity, layout.generationBits);
    checkInteger("firstLife", firstLife, 1, youngLives);
    const { buffer = newBuffer(layout.byteLength, given.shared) } = given;
    checkPlace(buffer, byteOffset, layout.byteLength);
    this.capacity = layout.capacity;
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.byteLength = layout.byteLength;
    this.layout = layout;
    this.cells = new Cells(buffer, byteOffset, layout.byteLength);
    this.words = this.cells.i32;
    this.free = BitSet.over(this.words, layout.free, 2 * layout.capacity);
    this.shift = indexBits;
    this.span = span;
    this.oldFrom = 2 * youngLives;
    this.lastGeneration = 2 * lives;
    this.fields = layout.fields;
    this.columns = Object.freeze(
      Object.fromEntries(layout.fields.map((f) => [f.name, f.column(buffer, byteOffset + f.at, layout.capacity)])),
    ) as typeof this.columns;
    if (given[CONTINUE] === undefined) {
      // Fresh memory is zero already: writing zeros would only make the host find pages for it.
      if (given.buffer !== undefined && given[FRESH] !== true) this.words.fill(0);
      this.words.set(layout.header);
      if (firstLife > 1) this.words.fill(2 * (firstLife - 1), GENERATIONS, GENERATIONS + layout.capacity);
      this.free.setRange(0, layout.capacity);
    }
  }

  /** The bytes that a pool with these options takes. */
  static byteLength<const F extends Schema>(options: PoolOptions<F> = {}): number {
    const { fields = {}, capacity = DEFAULT_CAPACITY, generationBits } = readOptions(options, POOL_OPTIONS);
    return layOut(fields, capacity, generationBits).byteLength;
  }

  /**
   * The pool that another context made in `buffer`; both work on the same records, one at a time. Throws
   * `CorruptionError` where there is no pool, a truncated or an inconsistent one, and `InvalidArgumentError` where it has
   * other fields. O(capacity).
   */
  static attach<const F extends Schema = Record<never, never>>(
    buffer: ArrayBufferLike,
    options: AttachOptions<F> = {},
  ): MetadataPool<F> {
    const { fields = {} as F, byteOffset = 0 } = readOptions(options, ["fields", "byteOffset"]);
    checkPlace(buffer, byteOffset, 0);
    const layout = readLayout(buffer, byteOffset, fields);
    const pool = new MetadataPool<F>({ buffer, byteOffset, fields, [CONTINUE]: layout });
    pool.verify();
    return pool;
  }

  /** Records in use. O(1). */
  get size(): number {
    this.checkAttached();
    return this.words[LIVE];
  }

  /** Slots that are worn out and never used again. O(1). */
  get retired(): number {
    this.checkAttached();
    return this.words[RETIRED];
  }

  /**
   * A free record: the lowest young slot, else the lowest old one. Its fields hold what its last owner left. Throws
   * `PoolExhaustedError`. O(levels of the bitset), no garbage.
   */
  acquire(): Handle<F> {
    const handle = this.tryAcquire();
    if (handle === 0) throw new PoolExhaustedError(this.capacity, this.retired);
    return handle;
  }

  /** As `acquire`, but 0 where all are in use. */
  tryAcquire(): Handle<F> | 0 {
    const { words, capacity, shift } = this;
    // Of a buffer that shrank, the free slots may still be there.
    if (words[LIVE] === undefined) this.checkAttached();
    const bit = this.free.takeFirst();
    if (bit < 0) return 0;
    words[LIVE]++;
    if (bit >= capacity) return beginOld(words, bit - capacity, shift) as Handle<F>;
    const life = (++words[GENERATIONS + bit] + 1) >>> 1;
    return ((life << shift) | bit) as Handle<F>;
  }

  /**
   * Ends the record's life. Throws `DoubleFreeError` where it ended and its slot was not acquired again since, and
   * `StaleHandleError` for any other handle that is not live. O(levels of the bitset), no garbage.
   */
  release(handle: Handle<F>): void {
    const slot = this.find(handle);
    if (slot < 0) throw this.refused(handle);
    endLife(slot, this.words, this.free, this.capacity, this.oldFrom, this.lastGeneration);
  }

  /** O(1), for any value whatever. */
  isLive(handle: Handle<F>): boolean {
    if (this.find(handle) >= 0) return true;
    this.checkAttached();
    return false;
  }

  /** Where the record is in each column. Throws `StaleHandleError`. O(1). */
  slot(handle: Handle<F>): number {
    const slot = this.find(handle);
    if (slot >= 0) return slot;
    this.checkAttached();
    throw new StaleHandleError(handle);
  }

  /** The handle of the live record in a slot, or 0. O(1). */
  handleAt(slot: number): Handle<F> | 0 {
    this.checkAttached();
    const generation = this.words[GENERATIONS + checkInteger("slot", slot, 0, this.capacity - 1)];
    return (generation & 1) === 1 ? ((((generation + 1) / 2) * this.span + slot) as Handle<F>) : 0;
  }

  /** A field of a record. Of a `bytes:n` field, a view of its n bytes, not a copy. O(fields). */
  get<K extends keyof F & string>(handle: Handle<F>, name: K): FieldValue<F[K]> {
    const slot = this.slot(handle);
    return this.cells.read(this.field(name), slot) as FieldValue<F[K]>;
  }

  /**
   * Writes a field. The value must fit: integers in their range, bigints for 64 bits, at most n bytes (zeros follow);
   * f32 rounds. Anything else throws `InvalidArgumentError`, and nothing is written. O(fields).
   */
  set<K extends keyof F & string>(handle: Handle<F>, name: K, value: FieldValue<F[K]>): void {
    const slot = this.slot(handle);
    this.cells.write(this.field(name), slot, value);
  }

  /** The handles of all live records by slot. What is acquired or released ahead of the iterator counts. O(capacity). */
  *[Symbol.iterator](): Generator<Handle<F>, void, undefined> {
    for (let slot = 0; slot < this.capacity; slot++) {
      const handle = this.handleAt(slot);
      if (handle !== 0) yield handle;
    }
  }

  /** Releases every record: all handles are stale, and generations go on. O(capacity). */
  reset(): void {
    this.checkAttached();
    const { words, free, capacity, oldFrom, lastGeneration } = this;
    for (let slot = 0; slot < capacity; slot++) {
      if ((words[GENERATIONS + slot] & 1) === 1) endLife(slot, words, free, capacity, oldFrom, lastGeneration);
    }
  }

  stats(): PoolStats {
    const { capacity, size: live, retired, byteLength } = this;
    const overhead = this.layout.fields.reduce((rest, f) => rest - f.bytes * f.elements * capacity, byteLength);
    return { capacity, live, free: capacity - live - retired, retired, byteLength, overhead };
  }

  /** Walks every invariant; throws `CorruptionError` naming the first broken one. O(capacity). */
  verify(): void {
    this.checkAttached();
    const { words, free, layout, oldFrom, lastGeneration } = this;
    verifyPool({ words, free, layout, oldFrom, lastGeneration });
  }

  /** Where nothing is found: is there nothing to be found in? A view of a buffer that was transferred or shrunk has no words. */
  private checkAttached(): void {
    if (this.words.length > 0) return;
    const room = this.buffer.byteLength - this.byteOffset;
    if (room <= 0) throw new DetachedError();
    throw new CorruptionError(`truncated: the pool has ${this.byteLength} bytes, ${room} are there`);
  }

  /** The slot of a live record, or −1. */
  private find(handle: number): number {
    // no small integer?
    if (typeof handle !== "number" || (handle | 0) !== handle) return this.findOld(handle);
    const slot = handle & (this.span - 1);
    const generation = 2 * (handle >> this.shift) - 1;
    return slot < this.capacity && this.words[GENERATIONS + slot] === generation ? slot : -1;
  }

  private findOld(handle: number): number {
    if (!Number.isSafeInteger(handle) || handle < 0) return -1;
    const slot = handle % this.span;
    const generation = 2 * Math.floor(handle / this.span) - 1;
    return slot < this.capacity && this.words[GENERATIONS + slot] === generation ? slot : -1;
  }

  /** Why a handle that is not live was not released. */
  private refused(handle: number): DoubleFreeError | StaleHandleError {
    this.checkAttached();
    // would it be live one generation ago?
    if (Number.isSafeInteger(handle) && handle >= this.span) {
      const slot = handle % this.span;
      const generation = 2 * Math.floor(handle / this.span);
      if (slot < this.capacity && this.words[GENERATIONS + slot] === generation) {
        return new DoubleFreeError(handle, `the record of handle ${handle}`);
      }
    }
    return new StaleHandleError(handle);
  }

  /** A comparison or a few. tried: a Map; measured: 4 ns more an access, with four fields. */
  private field(name: string): PlacedField {
    const fields = this.fields;
    for (let i = 0; i < fields.length; i++) if (fields[i].name === name) return fields[i];
    return this.unknown(name);
  }

  /** Apart, as V8 inlines by size. */
  private unknown(name: string): never {
    const known = this.fields.map((field) => field.name).join(", ");
    throw new InvalidArgumentError(`unknown field: ${show(name)} is not one of ${known}`);
  }
}

/** A slot lives again whose handles are no small integers. Apart, as V8 inlines by size. */
function beginOld(words: Int32Array, slot: number, shift: number): number {
  const life = (++words[GENERATIONS + slot] + 1) >>> 1;
  return life * (1 << shift) + slot;
}

/**
 * A live slot becomes free or, after its last life, retired. tried: the set of free slots first, the generation after it;
 * measured: 36 instead of 31 ns for a release at random and an acquire.
 */
function endLife(
  slot: number,
  words: Int32Array,
  free: BitSet,
  capacity: number,
  oldFrom: number,
  lastGeneration: number,
): void {
  const generation = ++words[GENERATIONS + slot];
  words[LIVE]--;
  if (generation === lastGeneration) words[RETIRED]++;
  else free.set(generation < oldFrom ? slot : capacity + slot);
}
