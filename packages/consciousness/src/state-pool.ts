import { CorruptionError, checkInteger, InvalidArgumentError, PoolExhaustedError } from "@ariax/allocator";
import {
  type Column,
  type FieldValue,
  type Handle,
  MetadataPool,
  type PoolStats,
  type Schema,
} from "@ariax/metadata-pool";
import { checkFrequency, TESLA_FREQUENCY } from "./frequency.ts";
import { FrequencyBands } from "./frequency-bands.ts";
import { ACQUIRE, RELEASE, type Recording } from "./recording.ts";

/** A consciousness state: a number that is live as long as its state is, and never 0. */
export type StateHandle = number & { readonly [STATE]: true };
declare const STATE: unique symbol;

export interface StatePoolOptions<F extends Schema> {
  /** States, 1 to 2²⁴; default 10,000. */
  readonly poolSize?: number;
  /** Names and types of what a state holds beside its frequency: those of `@ariax/metadata-pool`. */
  readonly fields?: F;
  /** Memory of its own that other threads can see. One thread at a time may use the pool. */
  readonly shared?: boolean;
  /** Memory that exists; what lies there is overwritten. */
  readonly buffer?: ArrayBufferLike;
  /** Where in `buffer`, in bytes, a multiple of 8; default 0. */
  readonly byteOffset?: number;
}

/** What only this package gives to the constructor. */
const CONTINUE: unique symbol = Symbol("continue");
export const RECORDING: unique symbol = Symbol("recording");
interface Internal {
  readonly [CONTINUE]?: MetadataPool<Schema>;
  readonly [RECORDING]?: Recording;
}

/** The column that each pool has. */
const FREQUENCY = "teslaFrequency";
type WithFrequency = { readonly [FREQUENCY]: "f64" };

/** How many pools this thread has made. */
let made = 0;
/** Pools begin at lives so far apart … */
const LIFE_STRIDE = 0x9e3779b1;
/** … and leave at least half of the lives whose handles are small integers. */
const YOUNG_BITS = 30;

/**
 * A fixed number of state records, each with a Tesla frequency: a `MetadataPool` and an index of its frequencies.
 *
 *     live + available + retired = poolSize
 *
 * Acquiring and releasing make no garbage and no system call: all memory is acquired once, here.
 */
export class ConsciousnessStatePool<const F extends Schema = Record<never, never>> {
  // `declare`: a field that begins as undefined V8 loads without knowing its type.
  declare readonly poolSize: number;
  /** A typed array for each of your fields, indexed by `slot(handle)`. */
  declare readonly columns: { readonly [K in keyof F]: Column<F[K]> };
  /** The records; replaced when the pool is closed. */
  declare private records: MetadataPool<Schema>;
  declare private readonly frequency: Float64Array;
  /** Which slots have which frequency: kept from the first `inBand` on. */
  declare private bands: FrequencyBands | undefined;
  /** A handle is life · span + slot: see `@ariax/metadata-pool`, Handles. */
  declare private readonly span: number;
  /** Of the mini-VM that the pool belongs to. */
  declare private recording: Recording | undefined;

  /** O(poolSize). Throws `InvalidArgumentError`. */
  constructor(options: StatePoolOptions<F> & Internal = {}) {
    this.records = options[CONTINUE] ?? newRecords(options);
    this.poolSize = this.records.capacity;
    const { [FREQUENCY]: frequency, ...columns } = this.records.columns;
    this.frequency = frequency as Float64Array;
    this.columns = Object.freeze(columns) as typeof this.columns;
    this.span = spanOf(this.poolSize);
    this.bands = undefined;
    this.recording = options[RECORDING];
  }

  /** The bytes that a pool with these options takes, in `buffer`. */
  static byteLength<const F extends Schema>(options: Pick<StatePoolOptions<F>, "poolSize" | "fields"> = {}): number {
    return MetadataPool.byteLength({ capacity: options.poolSize, fields: schemaOf(options.fields) });
  }

  /**
   * The pool that another context made in `buffer`, with the same fields; both work on the same states, one at a time. Throws
   * `CorruptionError` where there is none, or a damaged one. O(poolSize).
   */
  static attach<const F extends Schema = Record<never, never>>(
    buffer: ArrayBufferLike,
    { fields, byteOffset, ...internal }: { readonly fields?: F; readonly byteOffset?: number } & Internal = {},
  ): ConsciousnessStatePool<F> {
    const records = MetadataPool.attach(buffer, { fields: schemaOf(fields), byteOffset });
    const pool = new ConsciousnessStatePool<F>({ ...internal, [CONTINUE]: records as MetadataPool<Schema> });
    pool.verify();
    return pool;
  }

  /**
   * A free state, at `teslaFrequency` Hz. Its fields hold what its last owner left. Throws `PoolExhaustedError` ("consciousness pool
   * exhausted") where all are live, and `InvalidArgumentError` for a frequency that is none. O(levels of the bitset), no garbage.
   */
  allocateConsciousnessState(teslaFrequency: number = TESLA_FREQUENCY): StateHandle {
    const handle = this.tryAllocateConsciousnessState(teslaFrequency);
    if (handle === 0) throw new PoolExhaustedError(this.poolSize, this.records.retired, "consciousness pool");
    return handle;
  }

  /** As `allocateConsciousnessState`, but 0 where all are live. */
  tryAllocateConsciousnessState(teslaFrequency: number = TESLA_FREQUENCY): StateHandle | 0 {
    checkFrequency(FREQUENCY, teslaFrequency);
    const handle = this.records.tryAcquire();
    if (handle === 0) return 0;
    const slot = this.slotOf(handle);
    this.frequency[slot] = teslaFrequency;
    if (this.bands !== undefined) this.bands.add(slot, teslaFrequency);
    if (this.recording !== undefined) this.recording.add(ACQUIRE, slot, 0, 0);
    return handle as number as StateHandle;
  }

  /**
   * Ends the state's life. Throws `DoubleFreeError` where it ended and its slot was not used again since, `StaleHandleError` for
   * any other handle that is not live. O(levels of the bitset), no garbage.
   */
  release(handle: StateHandle): void {
    this.records.release(handle as number as Handle<Schema>);
    const slot = this.slotOf(handle);
    if (this.bands !== undefined) this.bands.remove(slot);
    if (this.recording !== undefined) this.recording.add(RELEASE, slot, 0, 0);
  }

  /** O(1), for any value whatever. */
  isLive(handle: StateHandle): boolean {
    return this.records.isLive(handle as number as Handle<Schema>);
  }

  /** Where the state is in each column. Throws `StaleHandleError`. O(1). */
  slot(handle: StateHandle): number {
    return this.records.slot(handle as number as Handle<Schema>);
  }

  /** In Hz. Throws `StaleHandleError`. O(1). */
  frequencyOf(handle: StateHandle): number {
    return this.frequency[this.slot(handle)];
  }

  /** Another frequency for a live state. Throws `StaleHandleError` and `InvalidArgumentError`; then it keeps its own. */
  retune(handle: StateHandle, teslaFrequency: number): void {
    const slot = this.slot(handle);
    checkFrequency(FREQUENCY, teslaFrequency);
    this.frequency[slot] = teslaFrequency;
    if (this.bands !== undefined) {
      this.bands.remove(slot);
      this.bands.add(slot, teslaFrequency);
    }
  }

  /** A field of a state: see `MetadataPool.get`. O(fields). */
  get<K extends keyof F & string>(handle: StateHandle, name: K): FieldValue<F[K]> {
    return this.records.get(handle as number as Handle<Schema>, own(name)) as FieldValue<F[K]>;
  }

  /** Writes a field; a value that does not fit throws `InvalidArgumentError`, and nothing is written. O(fields). */
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
    for (const handle of this.records) yield handle as number as StateHandle;
  }

  /**
   * The live states with `low` ≤ frequency < `high`, an octave after the other. States that are retuned meanwhile may come twice or
   * not at all; what is allocated or released ahead counts. O(states of the octaves that the band has a part of); the first time
   * O(poolSize): from then on there is an index, and allocating, releasing and retuning keep it.
   */
  *inBand(low: number, high: number): Generator<StateHandle, void, undefined> {
    checkFrequency("low", low);
    checkFrequency("high", high);
    if (this.size === 0) return;
    this.bands ??= this.indexed();
    for (const slot of this.bands.between(low, high)) {
      const frequency = this.frequency[slot];
      if (frequency >= low && frequency < high) yield this.records.handleAt(slot) as number as StateHandle;
    }
  }

  /** Ends every state's life. Handles stay stale for good. O(poolSize). */
  reset(): void {
    this.records.reset();
    this.bands = undefined;
  }

  stats(): PoolStats {
    return this.records.stats();
  }

  /** Walks every invariant; throws `CorruptionError` naming the first broken one. O(poolSize). */
  verify(): void {
    this.records.verify();
    for (const handle of this.records) {
      const slot = this.slotOf(handle);
      const frequency = this.frequency[slot];
      if (!(frequency > 0 && frequency < Number.POSITIVE_INFINITY)) {
        throw new CorruptionError(`the state in slot ${slot} has a frequency of ${frequency} Hz`);
      }
      if (this.bands?.has(slot, frequency) === false) {
        throw new CorruptionError(`slot ${slot} of ${frequency} Hz is not in its band`);
      }
    }
    const count = this.bands?.count ?? this.size;
    if (count !== this.size) throw new CorruptionError(`${this.size} states are live, ${count} are in a band`);
  }

  /**
   * For the owner of the memory, who takes it away: from now on every call throws what `why` makes. The columns are typed arrays, and
   * whoever keeps them can still read and write what lies there.
   */
  close(why: () => Error): void {
    const refuse = (): never => {
      throw why();
    };
    this.records = new Proxy(this.records, { get: refuse });
  }

  /** tried: kept from the beginning; measured: 47 ns to allocate and release a state instead of 30, and 51 kB for 10,000. */
  private indexed(): FrequencyBands {
    const bands = new FrequencyBands(this.poolSize);
    for (const handle of this.records) bands.add(this.slotOf(handle), this.frequency[this.slotOf(handle)]);
    return bands;
  }

  private slotOf(handle: number): number {
    return (handle | 0) === handle ? handle & (this.span - 1) : handle % this.span;
  }
}

function newRecords<F extends Schema>({
  poolSize = 10_000,
  fields,
  ...place
}: StatePoolOptions<F>): MetadataPool<Schema> {
  checkInteger("poolSize", poolSize, 1, 2 ** 24);
  return new MetadataPool({ capacity: poolSize, fields: schemaOf(fields), firstLife: nextLife(poolSize), ...place });
}

function schemaOf(fields: Schema = {}): Schema & WithFrequency {
  if (typeof fields === "object" && fields !== null && FREQUENCY in fields) {
    throw new InvalidArgumentError(`invalid field: each state has a "${FREQUENCY}" already`);
  }
  const isSchema = typeof fields === "object" && fields !== null && !Array.isArray(fields);
  // What is no schema MetadataPool refuses.
  return isSchema ? { ...fields, [FREQUENCY]: "f64" } : (fields as never);
}

/** A field of yours: the frequency is not written but by `retune`, which knows of the index. */
function own(name: string): string {
  if (name === FREQUENCY) throw new InvalidArgumentError(`unknown field: "${FREQUENCY}" is for frequencyOf and retune`);
  return name;
}

/** 2^indexBits of a pool's handles. */
const spanOf = (poolSize: number): number => 2 ** (32 - Math.clz32(poolSize - 1));

/**
 * The life that the next pool begins with. No two of the pools made after each other begin near each other, so that each refuses the
 * others' handles: what a pool takes for its own must be of the same slot in the same life.
 */
function nextLife(poolSize: number): number {
  const young = 2 ** YOUNG_BITS / spanOf(poolSize);
  return young >= 4 ? 1 + ((Math.imul(made++, LIFE_STRIDE) >>> 0) % (young / 2)) : 1;
}
