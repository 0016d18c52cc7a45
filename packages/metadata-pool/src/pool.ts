import {
  CorruptionError,
  checkInteger,
  DetachedError,
  DoubleFreeError,
  InvalidArgumentError,
  PoolExhaustedError,
  StaleHandleError,
  show,
} from "@ariax/allocator";
import { BitSet, verify } from "@ariax/bitset";
import { Cells } from "./cells.ts";
import type { Column, FieldValue, Schema } from "./fields.ts";
import { type Handle, handleBits } from "./handle.ts";
import {
  expect,
  FIRST_GENERATION,
  type Layout,
  LIVE_COUNT,
  layOut,
  type PlacedField,
  RETIRED_COUNT,
  readLayout,
  verifyHeader,
} from "./layout.ts";
import { type AttachOptions, checkPlace, type PoolOptions, type PoolStats } from "./options.ts";

// Copies: V8 folds a constant of this module into the code, but loads an imported one at each use.
const LIVE = LIVE_COUNT;
const RETIRED = RETIRED_COUNT;
const GENERATIONS = FIRST_GENERATION;

/** Given to the constructor by `attach` only. */
const CONTINUE: unique symbol = Symbol("continue");

/**
 * A fixed number of records with typed fields, in one buffer that is acquired once. See `index.ts` for the idea.
 *
 *     live + free + retired = capacity
 *
 * Private fields are so for TypeScript only, and declared: one that begins as undefined, as `#field` does, V8 loads
 * without knowing its type. tried: `#field`; measured: 28 instead of 23 ns a record by columns, 83 instead of 74 by names.
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

  constructor(options: PoolOptions<F> & { readonly [CONTINUE]?: Layout } = {}) {
    const { fields = {}, capacity = 10_000, generationBits, firstLife = 1, shared = false, byteOffset = 0 } = options;
    const layout = options[CONTINUE] ?? layOut(fields, capacity, generationBits);
    const { buffer = new (shared ? SharedArrayBuffer : ArrayBuffer)(layout.byteLength) } = options;
    checkPlace(buffer, byteOffset, layout.byteLength);
    this.capacity = layout.capacity;
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.byteLength = layout.byteLength;
    this.layout = layout;
    this.cells = new Cells(buffer, byteOffset, layout.byteLength);
    this.words = this.cells.i32;
    this.free = BitSet.over(this.words, layout.free, 2 * layout.capacity);
    const { indexBits, span, lives, youngLives } = handleBits(layout.capacity, layout.generationBits);
    checkInteger("firstLife", firstLife, 1, youngLives);
    this.shift = indexBits;
    this.span = span;
    this.oldFrom = 2 * youngLives;
    this.lastGeneration = 2 * lives;
    this.fields = layout.fields;
    this.columns = Object.freeze(
      Object.fromEntries(layout.fields.map((f) => [f.name, f.column(buffer, byteOffset + f.at, layout.capacity)])),
    ) as typeof this.columns;
    if (options[CONTINUE] === undefined) {
      this.words.fill(0);
      this.words.set(layout.header);
      this.words.fill(2 * (firstLife - 1), GENERATIONS, GENERATIONS + layout.capacity);
      this.free.setRange(0, layout.capacity);
    }
  }

  /** The bytes that a pool with these options takes. */
  static byteLength<const F extends Schema>(options: Pick<PoolOptions<F>, "capacity" | "fields"> = {}): number {
    return layOut(options.fields ?? {}, options.capacity ?? 10_000).byteLength;
  }

  /**
   * The pool that another context made in `buffer`; both work on the same records, one at a time. Throws
   * `CorruptionError` where there is no pool, a truncated or an inconsistent one, and `InvalidArgumentError` where it has
   * other fields. O(capacity).
   */
  static attach<const F extends Schema = Record<never, never>>(
    buffer: ArrayBufferLike,
    { fields = {} as F, byteOffset = 0 }: AttachOptions<F> = {},
  ): MetadataPool<F> {
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
    const bit = this.free.takeFirst();
    if (bit < 0) {
      this.checkAttached();
      return 0;
    }
    const words = this.words;
    words[LIVE]++;
    if (bit < this.capacity) {
      const life = (++words[GENERATIONS + bit] + 1) >>> 1;
      return ((life << this.shift) | bit) as Handle<F>;
    }
    const slot = bit - this.capacity;
    const life = (++words[GENERATIONS + slot] + 1) >>> 1;
    return (life * this.span + slot) as Handle<F>;
  }

  /**
   * Ends the record's life. Throws `DoubleFreeError` where it ended and its slot was not acquired again since, and
   * `StaleHandleError` for any other handle that is not live. O(levels of the bitset), no garbage.
   */
  release(handle: Handle<F>): void {
    const slot = this.#find(handle);
    if (slot < 0) throw this.#refused(handle);
    this.#end(slot);
  }

  /** O(1), for any value whatever. */
  isLive(handle: Handle<F>): boolean {
    return typeof handle === "number" && this.#find(handle) >= 0;
  }

  /** Where the record is in each column. Throws `StaleHandleError`. O(1). */
  slot(handle: Handle<F>): number {
    const slot = this.#find(handle);
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
    return this.cells.read(this.#field(name), slot) as FieldValue<F[K]>;
  }

  /**
   * Writes a field. The value must fit: integers in their range, bigints for 64 bits, at most n bytes (zeros follow);
   * f32 rounds. Anything else throws `InvalidArgumentError`, and nothing is written. O(fields).
   */
  set<K extends keyof F & string>(handle: Handle<F>, name: K, value: FieldValue<F[K]>): void {
    const slot = this.slot(handle);
    this.cells.write(this.#field(name), slot, value);
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
    for (let slot = 0; slot < this.capacity; slot++) {
      if ((this.words[GENERATIONS + slot] & 1) === 1) this.#end(slot);
    }
  }

  stats(): PoolStats {
    const { capacity, size: live, retired, byteLength } = this;
    const overhead = this.layout.fields.reduce((rest, f) => rest - f.bytes * f.elements * capacity, byteLength);
    return { capacity, live, free: capacity - live - retired, retired, byteLength, overhead };
  }

  /** Walks every invariant; throws `CorruptionError` naming the first broken one. O(capacity). */
  verify(): void {
    const words = this.words;
    this.checkAttached();
    verifyHeader(words, this.layout);
    try {
      verify(this.free);
    } catch (error) {
      throw new CorruptionError(`in the free slots, ${(error as Error).message.replace("corrupted: ", "")}`);
    }
    let live = 0;
    let retired = 0;
    for (let slot = 0; slot < this.capacity; slot++) {
      const generation = words[GENERATIONS + slot];
      expect(
        generation >= 0 && generation <= this.lastGeneration,
        () => `slot ${slot} has generation ${generation}, which is not from 0 to ${this.lastGeneration}`,
      );
      live += generation & 1;
      if (generation === this.lastGeneration) retired++;
      const isFree = (generation & 1) === 0 && generation < this.lastGeneration;
      const isYoung = isFree && generation < this.oldFrom;
      const [young, old] = [this.free.has(slot), this.free.has(this.capacity + slot)];
      expect(
        young === isYoung && old === (isFree && !isYoung),
        () =>
          `slot ${slot} of generation ${generation} is ${young || old ? "in the wrong" : "not in the"} set of free slots`,
      );
    }
    expect(words[LIVE] === live, () => `${live} slots are live, ${words[LIVE]} are counted`);
    expect(words[RETIRED] === retired, () => `${retired} slots are retired, ${words[RETIRED]} are counted`);
  }

  /** Where nothing is found: is there nothing to be found in? A view of a buffer that was transferred away has no words. */
  private checkAttached(): void {
    if (this.words.length === 0) throw new DetachedError();
  }

  /** The slot of a live record, or −1. */
  #find(handle: number): number {
    // no small integer?
    if (typeof handle !== "number" || (handle | 0) !== handle) return this.#findOld(handle);
    const slot = handle & (this.span - 1);
    const generation = 2 * (handle >> this.shift) - 1;
    return slot < this.capacity && this.words[GENERATIONS + slot] === generation ? slot : -1;
  }

  #findOld(handle: number): number {
    if (!Number.isSafeInteger(handle) || handle < 0) return -1;
    const slot = handle % this.span;
    const generation = 2 * Math.floor(handle / this.span) - 1;
    return slot < this.capacity && this.words[GENERATIONS + slot] === generation ? slot : -1;
  }

  /** Why a handle that is not live was not released. */
  #refused(handle: number): DoubleFreeError | StaleHandleError {
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

  /** A live slot becomes free or, after its last life, retired. */
  #end(slot: number): void {
    const words = this.words;
    const generation = ++words[GENERATIONS + slot];
    words[LIVE]--;
    if (generation === this.lastGeneration) words[RETIRED]++;
    else this.free.set(generation < this.oldFrom ? slot : this.capacity + slot);
  }

  /** A comparison or a few. tried: a Map; measured: 4 ns more an access, with four fields. */
  #field(name: string): PlacedField {
    const fields = this.fields;
    for (let i = 0; i < fields.length; i++) if (fields[i].name === name) return fields[i];
    return this.#unknown(name);
  }

  /** Apart, as V8 inlines by size. */
  #unknown(name: string): never {
    const known = this.fields.map((field) => field.name).join(", ");
    throw new InvalidArgumentError(`unknown field: ${show(name)} is not one of ${known}`);
  }
}
