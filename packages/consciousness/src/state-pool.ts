import { CorruptionError, DetachedError, InvalidArgumentError, PoolExhaustedError } from "@ariax/allocator";
import { checkCallback, counted, postBuffer, present, readOptions, type Words } from "@ariax/allocator/implement";
import {
  type Accessor,
  type Column,
  type FieldValue,
  type Handle,
  MetadataPool,
  type PoolStats,
  type Schema,
} from "@ariax/metadata-pool";
import { FRESH, type Fresh } from "@ariax/metadata-pool/implement";
import { checkFrequency, checkLimit, TESLA_FREQUENCY } from "./frequency.ts";
import { FrequencyBands } from "./frequency-bands.ts";
import { ACQUIRE, RELEASE, type Recording } from "./recording.ts";
import {
  attachRecords,
  bytesOf,
  COUNTER_BYTES,
  counterOf,
  FREQUENCY,
  newRecords,
  type StatePoolOptions,
  schemaOf,
  spanOf,
} from "./state-records.ts";

/** A consciousness state: a number that is live as long as its state is, and never 0. */
export type StateHandle = number & { readonly [STATE]: true };
declare const STATE: unique symbol;

/** What only this package gives to the constructor. */
const CONTINUE: unique symbol = Symbol("continue");
export const RECORDING: unique symbol = Symbol("recording");
export interface Internal extends Fresh {
  readonly [CONTINUE]?: MetadataPool<Schema> | undefined;
  readonly [RECORDING]?: Recording | undefined;
}

/** What a pool that is closed still does. */
const OF_OWNER: readonly PropertyKey[] = ["close", "reopen", "check"];

const OPTIONS = ["poolSize", "fields", "shared", "buffer", "byteOffset", CONTINUE, RECORDING, FRESH];

const WORDS: Words<ConsciousnessStatePool> = {
  name: () => "ConsciousnessStatePool",
  parts: (it) => [counted(it.poolSize, "state"), `${it.size} live`],
  what: "a pool",
  send: /* @__PURE__ */ postBuffer("pool.buffer", "ConsciousnessStatePool.attach(buffer, { fields })"),
};

/**
 * A fixed number of state records, each with a Tesla frequency: a `MetadataPool` and an index of its frequencies.
 *
 *     live + available + retired = poolSize
 *
 * Acquiring and releasing make no garbage and no system call: all memory is acquired once, here.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `StaleHandleError` for a handle that is not live.
 */
export class ConsciousnessStatePool<const F extends Schema = Record<never, never>> {
  // `declare`: a field that begins as undefined V8 loads without knowing its type.
  declare readonly poolSize: number;
  /** A typed array for each of your fields, indexed by `slot(handle)`. Nothing is checked. */
  declare columns: { readonly [K in keyof F]: Column<F[K]> };
  /** What `fields` gives. */
  declare private accessors: { readonly [K in keyof F]: Accessor<FieldValue<F[K]>, StateHandle> };
  /** The records; others when the memory is another. */
  declare private records: MetadataPool<Schema>;
  declare private frequency: Float64Array;
  /** Two words behind the records: how often something was changed, by whatever context, and whether that is counted. */
  declare private changes: Int32Array;
  /** Whether `close` was called, and `reopen` not since. */
  declare closed: boolean;
  /** Which slots have which frequency: kept from the first `inBand` on. */
  declare private bands: FrequencyBands | undefined;
  /** A handle is life · span + slot: see `@ariax/metadata-pool`, Handles. */
  declare private readonly span: number;
  /** Of the mini-VM that the pool belongs to. */
  declare private recording: Recording | undefined;

  /**
   * O(poolSize).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  constructor(options: StatePoolOptions<F> = {}) {
    present(this, WORDS);
    const given: StatePoolOptions<F> & Internal = readOptions(options, OPTIONS);
    const { [CONTINUE]: found, [RECORDING]: recording, ...wanted } = given;
    this.bind(found ?? newRecords(wanted as StatePoolOptions<F>));
    this.poolSize = this.records.capacity;
    this.span = spanOf(this.poolSize);
    this.recording = recording;
  }

  /** Goes on with these records: of a new pool, or of this one, where its memory is now. */
  private bind(records: MetadataPool<Schema>): void {
    this.records = records;
    this.closed = false;
    const { [FREQUENCY]: frequency, ...columns } = records.columns;
    const { [FREQUENCY]: _, ...fields } = records.fields;
    this.frequency = frequency as Float64Array;
    this.columns = Object.freeze(columns) as typeof this.columns;
    this.accessors = Object.freeze(fields) as unknown as typeof this.accessors;
    this.changes = counterOf(records);
    this.bands = undefined;
  }

  /** The bytes that a pool with these options takes, in `buffer`. */
  static byteLength<const F extends Schema>(options: Pick<StatePoolOptions<F>, "poolSize" | "fields"> = {}): number {
    const { poolSize = 10_000, fields } = readOptions(options, OPTIONS);
    return bytesOf(poolSize, schemaOf(fields));
  }

  /**
   * The pool that another context made in `buffer`, with the same fields; both work on the same states, one at a time. O(poolSize).
   *
   * @throws `CorruptionError` where there is none, or a damaged one.
   */
  static attach<const F extends Schema = Record<never, never>>(
    buffer: ArrayBufferLike,
    options: { readonly fields?: F | undefined; readonly byteOffset?: number | undefined } = {},
  ): ConsciousnessStatePool<F> {
    const { fields, byteOffset, ...internal } = readOptions(options, ["fields", "byteOffset", RECORDING]);
    const records = attachRecords(buffer, fields, byteOffset);
    const found: StatePoolOptions<F> & Internal = { ...internal, [CONTINUE]: records };
    const pool = new ConsciousnessStatePool<F>(found);
    pool.verifyFrequencies();
    return pool;
  }

  /**
   * A free state, at `teslaFrequency` Hz: `MetadataPool.acquire` says which. Its fields hold what its last owner left. O(1), no garbage.
   *
   * @throws `PoolExhaustedError` ("consciousness pool exhausted") where all are live.
   * @throws `InvalidArgumentError` for a frequency that is none.
   */
  allocateConsciousnessState(teslaFrequency?: number): StateHandle {
    return this.tryAllocateConsciousnessState(teslaFrequency) || this.exhausted();
  }

  /** As `allocateConsciousnessState`, but 0 where all are live. */
  tryAllocateConsciousnessState(teslaFrequency: number = TESLA_FREQUENCY): StateHandle | 0 {
    // What a proxy may refuse to give is read before anything is written.
    const { records, frequency, changes, bands, span, recording } = this;
    // 1 / 0: infinity, a literal
    if (!(typeof teslaFrequency === "number" && teslaFrequency > 0 && teslaFrequency < 1 / 0)) refuse(teslaFrequency);
    const watched = changes[1];
    if (watched === undefined) throw this.missing();
    const handle = records.tryAcquire();
    if (handle === 0) return 0;
    const slot = handle & (span - 1);
    frequency[slot] = teslaFrequency;
    if (watched !== 0) count(changes, bands, slot);
    if (recording !== undefined) recording.add(ACQUIRE, slot, 0, 0);
    return handle as number as StateHandle;
  }

  /**
   * Ends the state's life. O(1), no garbage.
   *
   * @throws `DoubleFreeError` where it ended and its slot was not used again since.
   * @throws `StaleHandleError` for any other handle that is not live.
   */
  release(handle: StateHandle): void {
    const { records, changes, bands, span, recording } = this;
    const watched = changes[1];
    if (watched === undefined) throw this.missing();
    records.release(handle as number as Handle<Schema>);
    if (watched !== 0) count(changes, bands, handle & (span - 1));
    if (recording !== undefined) recording.add(RELEASE, handle & (span - 1), 0, 0);
  }

  /** O(1), for any value whatever. */
  isLive(handle: StateHandle): boolean {
    return this.records.isLive(handle as number as Handle<Schema>);
  }

  /**
   * Where the state is in each column. O(1).
   *
   * @throws `StaleHandleError` for a handle that is not live.
   */
  slot(handle: StateHandle): number {
    return this.records.slot(handle as number as Handle<Schema>);
  }

  /**
   * In Hz. O(1).
   *
   * @throws `StaleHandleError` for a handle that is not live.
   */
  frequencyOf(handle: StateHandle): number {
    return this.frequency[this.slot(handle)];
  }

  /**
   * Another frequency for a live state.
   *
   * @throws `StaleHandleError` for a handle that is not live.
   * @throws `InvalidArgumentError` for a frequency that is none; the state keeps its own.
   */
  retune(handle: StateHandle, teslaFrequency: number): void {
    this.checkThere();
    const { frequency, changes, bands } = this;
    const slot = this.slot(handle);
    checkFrequency(FREQUENCY, teslaFrequency);
    frequency[slot] = teslaFrequency;
    if (changes[1] !== 0) count(changes, bands, slot);
  }

  /** Each of your fields, checked: `fields.energy.get(handle)`, `fields.energy.set(handle, value)`. See `MetadataPool.fields`. */
  get fields(): { readonly [K in keyof F]: Accessor<FieldValue<F[K]>, StateHandle> } {
    return this.accessors;
  }

  /** A field of a state: see `MetadataPool.get`. O(fields). */
  get<K extends keyof F & string>(handle: StateHandle, name: K): FieldValue<F[K]> {
    return this.records.get(handle as number as Handle<Schema>, own(name)) as FieldValue<F[K]>;
  }

  /**
   * Writes a field. O(fields).
   *
   * @throws `InvalidArgumentError` for a value that does not fit.
   */
  set<K extends keyof F & string>(handle: StateHandle, name: K, value: FieldValue<F[K]>): void {
    this.records.set(handle as number as Handle<Schema>, own(name), value);
  }

  /** The memory that all states lie in. */
  get buffer(): ArrayBufferLike {
    return this.records.buffer;
  }

  /** Live states. O(1). */
  get size(): number {
    return this.records.size;
  }

  /** All live states by slot. What is allocated or released ahead of the iterator counts. O(poolSize). */
  *[Symbol.iterator](): Generator<StateHandle, void, undefined> {
    // By slot, not by the records' own iterator: that would go on where the pool has been closed.
    for (let slot = 0; slot < this.poolSize; slot++) {
      const handle = this.handleAt(slot);
      if (handle !== 0) yield handle;
    }
  }

  /**
   * The live states with `low` ≤ frequency < `high`, from 0 to infinity, an octave after the other. States that are retuned meanwhile may come
   * twice or not at all; what is allocated or released ahead counts. O(states of the octaves that the band has a part of); O(poolSize) the
   * first time, and where another context has changed states: then there is a new index, which every call keeps from then on.
   */
  inBand(low: number, high: number): Generator<StateHandle, void, undefined> {
    checkLimit("low", low);
    checkLimit("high", high);
    return this.between(low, high);
  }

  private *between(low: number, high: number): Generator<StateHandle, void, undefined> {
    this.checkThere();
    if (this.size === 0) return;
    const bands = this.right() ?? this.index();
    for (const slot of bands.between(low, high)) {
      const frequency = this.frequency[slot];
      const handle = this.handleAt(slot);
      // May have ended in the meantime.
      if (handle !== 0 && frequency >= low && frequency < high) yield handle;
    }
  }

  /** Ends every state's life. Handles stay stale for good. O(poolSize). */
  reset(): void {
    this.checkThere();
    const { records, changes } = this;
    this.bands = undefined;
    records.reset();
    changes[0]++;
  }

  stats(): PoolStats {
    return this.records.stats();
  }

  /**
   * Walks every invariant. O(poolSize).
   *
   * @throws `CorruptionError` naming the first broken one.
   */
  verify(): void {
    this.checkThere();
    this.records.verify();
    this.verifyFrequencies();
  }

  private verifyFrequencies(): void {
    // Another context may have changed states: the index is made anew then.
    const bands = this.right();
    for (const handle of this.records) {
      const slot = handle & (this.span - 1);
      const frequency = this.frequency[slot];
      if (!(frequency > 0 && frequency < Number.POSITIVE_INFINITY)) {
        throw new CorruptionError(`the state in slot ${slot} has a frequency of ${frequency} Hz`);
      }
      if (bands?.has(slot, frequency) === false) {
        throw new CorruptionError(`slot ${slot} of ${frequency} Hz is not in its band`);
      }
    }
    const count = bands?.count ?? this.size;
    if (count !== this.size) throw new CorruptionError(`${this.size} states are live, ${count} are in a band`);
  }

  /**
   * For the owner of the memory, who takes it away: from now on every call throws what `why` makes, until `reopen`. Whoever keeps columns, or
   * accessors of fields, can still read and write what lies there.
   */
  close(why: () => Error): void {
    checkCallback("why", why ?? null);
    // Not by a field that the hot calls read: V8 takes those for constants, in all pools, as long as none of them ever changes.
    const open = openOf(this);
    const shut = new Proxy(Object.create(open) as object, {
      get(_, name): unknown {
        if (name in open && !(name in Object.prototype) && !OF_OWNER.includes(name)) throw why();
        return Reflect.get(open, name);
      },
    });
    Object.setPrototypeOf(this, shut);
    this.closed = true;
    if (this.bands !== undefined) this.bands = undefined;
  }

  /** For the owner: goes on with what `check` has found. Take `columns` and `fields` anew. */
  reopen(records: MetadataPool<Schema>): void {
    if (!(records instanceof MetadataPool)) throw new InvalidArgumentError("invalid records: they are no MetadataPool");
    Object.setPrototypeOf(this, openOf(this));
    this.bind(records);
  }

  /**
   * For the owner: the pool's records as they are in `buffer` now, the same ones in another place, or changed by another thread. Throws as
   * `attach`.
   *
   * @throws `CorruptionError` where they are those of a pool of another size.
   */
  check(
    buffer: ArrayBufferLike,
    place: { readonly fields?: F | undefined; readonly byteOffset?: number | undefined },
  ): MetadataPool<Schema> {
    const { poolSize, records } = ConsciousnessStatePool.attach(buffer, place);
    if (poolSize === this.poolSize) return records;
    throw new CorruptionError(`the pool has ${poolSize} states, not ${this.poolSize}`);
  }

  /** Before a change: throws where the memory is gone, or too short. The records may be there, and the count behind them not. */
  private checkThere(): void {
    if (this.changes[0] === undefined) throw this.missing();
  }

  private missing(): Error {
    const { buffer, byteOffset, byteLength } = this.records;
    if (buffer.byteLength === 0) return new DetachedError();
    const end = byteOffset + byteLength + COUNTER_BYTES;
    return new CorruptionError(`truncated: the pool ends at byte ${end}, its buffer at ${buffer.byteLength}`);
  }

  /** A call of the pool's, which throws where that was closed. */
  private handleAt(slot: number): StateHandle | 0 {
    return this.records.handleAt(slot) as number as StateHandle | 0;
  }

  private exhausted(): never {
    throw new PoolExhaustedError(this.poolSize, this.records.retired, "consciousness pool");
  }

  /** The index, where there is one and no other context has changed states since. */
  private right(): FrequencyBands | undefined {
    return this.bands?.seen === this.changes[0] ? this.bands : undefined;
  }

  /** tried: kept from the beginning; measured: 47 ns to allocate and release a state instead of 30, and 51 kB for 10,000. */
  private index(): FrequencyBands {
    const { records, frequency, changes, poolSize, span } = this;
    const bands = new FrequencyBands(poolSize, (slot) => (records.handleAt(slot) === 0 ? 0 : frequency[slot]));
    for (const handle of records) bands.add(handle & (span - 1), frequency[handle & (span - 1)]);
    bands.seen = changes[0];
    this.bands = bands;
    changes[1] = 1;
    return bands;
  }
}

/** Where a pool has its calls from while it is open. */
function openOf(pool: { readonly closed: boolean }): object {
  const now = Object.getPrototypeOf(pool);
  return pool.closed ? Object.getPrototypeOf(now) : now;
}

/** A change, where changes are counted. */
function count(changes: Int32Array, bands: FrequencyBands | undefined, slot: number): void {
  const before = changes[0];
  changes[0] = before + 1;
  if (bands !== undefined) bands.note(slot, before);
}

/** Apart, as V8 inlines by size. */
function refuse(frequency: number): void {
  checkFrequency(FREQUENCY, frequency);
}

/** A field of yours: the frequency is not written but by `retune`, which knows of the index. */
function own(name: string): string {
  if (name === FREQUENCY) throw new InvalidArgumentError(`unknown field: "${FREQUENCY}" is for frequencyOf and retune`);
  return name;
}
