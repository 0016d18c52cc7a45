import {
  type Allocator,
  type AllocatorStats,
  ContextDisposedError,
  ContextLentError,
  CorruptionError,
  InvalidArgumentError,
  type Memory,
  type Offset,
  type Offsets,
  type Traits,
} from "@ariax/allocator";
import {
  checkCallback,
  checkCount,
  checkInteger,
  checkOffsets,
  checkOptions,
  disposable,
  makeStats,
  newBuffer,
  present,
  readOptions,
  renewed,
  statsParts,
  type Words,
} from "@ariax/allocator/implement";
import { type ContextLoan, MemoryContext } from "@ariax/memory-context";
import type { Schema } from "@ariax/metadata-pool";
import { FRESH } from "@ariax/metadata-pool/implement";
import { type Gain, LEAST_BLOCK, measureGain, ownSubject, withRoom, withSpread, withStates } from "./gain.ts";
import { LOAN, type MiniVmLoan, VM_OPTIONS, type VmOptionsOf } from "./mini-vm-options.ts";
import { PhaseOne } from "./phase-1/phase-one.ts";
import { ALLOCATE, FREE, MOVE, type Program, Recording } from "./recording.ts";
import { ConsciousnessStatePool, RECORDING } from "./state-pool.ts";
import { isSchema } from "./state-records.ts";

/** See `VmOptionsOf`. */
export type MiniVmOptions<F extends Schema> = VmOptionsOf<F, MiniVm<F>>;

/** Given to the constructor by `adopt` only: what is there already. */
const CONTINUE: unique symbol = Symbol("continue");
interface Found {
  readonly [CONTINUE]?: ContextLoan | undefined;
}

const WORDS: Words<Pick<MiniVm, "vmName" | "stats"> & { readonly pool: { readonly size: number } }> = {
  name: (it) => `mini-vm ${JSON.stringify(it.vmName)}`,
  parts: (it) => [...statsParts(it.stats()), `${it.pool.size} states`],
  what: "a mini-VM",
  send: "post vm.lend(), and call MiniVm.adopt(loan) there",
};

/**
 * A mini-VM: a memory context of its own, the pool of its states set aside in that, and a record of what it did lately.
 *
 *     region   ┌────────────────────────────┬────────────────────────────┬──
 *              │ "vm-0"                     │ "vm-1"                     │ …     a MemoryContext each
 *              │ ┌───────┬───────┬── ┌────┐ │ ┌───────┬──       ┌──────┐ │
 *              │ │ block │ block │ … │pool│ │ │ block │ …       │ pool │ │
 *              │ └───────┴───────┴── └────┘ │ └───────┴──       └──────┘ │
 *              └────────────────────────────┴────────────────────────────┴──
 *
 * The pool counts for the quota, and is out of reach of every verb.
 *
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `ContextDisposedError` once it was disposed of.
 * @throws `ContextLentError` while another thread has it.
 * @throws `QuotaExceededError` from any call that takes memory, where it would be over the quota.
 */
export class MiniVm<const F extends Schema = Record<never, never>> implements Allocator, Disposable {
  /** As `dispose`, and nothing where that was done before. */
  declare readonly [Symbol.dispose]: () => void;
  // `declare`: a field that begins as undefined V8 loads without knowing its type.
  declare readonly vmName: string;
  /** What the VM may have, and has; `ref`, `view`, `snapshot` and all else that has no name here. Of the blocks: states stay. */
  declare readonly context: MemoryContext;
  declare readonly traits: Traits;
  declare private readonly options: MiniVmOptions<F>;
  declare private readonly recording: Recording;
  declare private states: ConsciousnessStatePool<F>;
  /** Where the pool is in the memory that it is bound to: that stays. */
  declare private readonly poolAt: Offset;
  declare private bound: ArrayBufferLike;
  /** The last gain, and how much had been recorded then. */
  declare private lastGain: { readonly gain: Gain; readonly count: number } | undefined;

  /**
   * In `region`: another context, any allocator that aligns to 4,096, or, where it is null, memory of its own. Throws what `MemoryContext`
   * throws.
   *
   * @throws `QuotaExceededError` where the pool alone is above the quota; then nothing has changed.
   * @throws `OutOfMemoryError` where the region has no room.
   */
  constructor(region: MemoryContext | Allocator | null, options: MiniVmOptions<F>) {
    present(this, WORDS);
    const read: MiniVmOptions<F> & Found = readOptions(options, [...VM_OPTIONS, CONTINUE]);
    const { vmName, quota = 1 << 20, poolSize, fields: given, recording = 4096, baseline, ...rest } = read;
    // A copy: what the caller does with his own is no concern of the VM's. Frozen, no proxy of the VM wraps it, and it can be posted.
    const fields = isSchema(given) ? Object.freeze({ ...given }) : given;
    const { onPressure, [CONTINUE]: loan, ...place } = rest;
    checkCallback("onPressure", onPressure);
    checkCallback("baseline", baseline);
    this.recording = new Recording(checkInteger("recording", recording, 0, 2 ** 24));
    this.options = Object.freeze({ vmName, quota, poolSize, fields, recording, baseline });
    this.lastGain = undefined;
    const callbacks = {
      onPressure: onPressure && ((_: MemoryContext, size: number) => onPressure(this, size)),
      onLeave: () => {
        if (this.context.disposed) this.recording.end();
        this.states?.close(() => this.away());
      },
    };
    const aside = ConsciousnessStatePool.byteLength({ poolSize, fields });
    this.context =
      loan === undefined
        ? new MemoryContext(region, { ...place, ...callbacks, name: vmName, quota, aside })
        : MemoryContext.adopt(loan, callbacks);
    this.vmName = this.context.name;
    this.traits = { ...this.context.traits, name: "mini-vm", attachable: false };
    this.bound = this.context.memory.buffer;
    this.poolAt = this.context.aside.byteOffset;
    const at = { ...this.place(), [RECORDING]: this.recording };
    // Is the memory a new buffer, or was it wiped?
    const { memory, zero } = place;
    const isFresh = zero === true || memory === "separate" || (region === null && memory === undefined);
    const made = { poolSize, buffer: this.bound, ...at, [FRESH]: isFresh };
    try {
      this.states =
        loan === undefined ? new ConsciousnessStatePool<F>(made) : ConsciousnessStatePool.attach<F>(this.bound, at);
      if (loan !== undefined) this.checkAside(this.states);
    } catch (error) {
      this.context.dispose();
      throw error;
    }
    disposable(this, (vm) => {
      if (!vm.context.disposed) vm.dispose();
    });
  }

  /**
   * A VM that another thread has lent: `lend` made the message. O(pages + poolSize).
   *
   * @throws `QuotaExceededError` where it would be over the quota.
   * @throws `OutOfMemoryError` where there is no room.
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  static adopt<const F extends Schema = Record<never, never>>(
    loan: MiniVmLoan<F>,
    more: Pick<MiniVmOptions<F>, "onPressure" | "baseline"> = {},
  ): MiniVm<F> {
    const { context, ...options } = readOptions(loan, LOAN, "loan");
    const callbacks = readOptions(more, ["onPressure", "baseline"]);
    const found: MiniVmOptions<F> & Found = { ...options, ...callbacks, [CONTINUE]: checkOptions(context, "loan") };
    return new MiniVm<F>(null, found);
  }

  /**
   * Its states, always the same object. Where the region's buffer was replaced by a longer one, as that of a WebAssembly memory is, ask for
   * it again, and for its columns.
   */
  get pool(): ConsciousnessStatePool<F> {
    const { buffer } = this.context.memory;
    // Closed, and the context is here? Then somebody has lent and reclaimed that by itself.
    if (buffer !== this.bound || this.states.closed) this.rebind(buffer);
    return this.states;
  }

  get memory(): Memory {
    return this.context.memory;
  }

  allocate(size: number, alignment?: number): Offset {
    const offset = this.context.allocate(size, alignment);
    this.recording.add(ALLOCATE, offset, size, 0);
    return offset;
  }

  tryAllocate(size: number, alignment?: number): Offset {
    const offset = this.context.tryAllocate(size, alignment);
    if (offset !== 0) this.recording.add(ALLOCATE, offset, size, 0);
    return offset;
  }

  resize(offset: Offset, size: number): boolean {
    const resized = this.context.resize(offset, size);
    if (resized) this.recording.add(MOVE, offset, size, offset);
    return resized;
  }

  reallocate(offset: Offset, size: number): Offset {
    const to = this.context.reallocate(offset, size);
    this.recording.add(MOVE, offset, size, to);
    return to;
  }

  free(offset: Offset): void {
    this.context.free(offset);
    this.recording.add(FREE, offset, 0, 0);
  }

  sizeOf(offset: Offset): number {
    return this.context.sizeOf(offset);
  }

  allocateMany(size: number, out: Offsets): number {
    const { byteOffset, length } = checkOffsets(out);
    const made = this.context.allocateMany(size, out);
    const words = renewed(out, byteOffset, length, this.context.memory);
    for (let i = 0; i < made; i++) this.recording.add(ALLOCATE, words[i], size, 0);
    return made;
  }

  freeMany(offsets: Offsets, count?: number): void {
    const length = checkCount(count, offsets);
    // The offsets may lie in the VM's own memory: what is freed is known before.
    const freed = new Int32Array(newBuffer(4 * length));
    freed.set(offsets.subarray(0, length));
    this.context.freeMany(offsets, count);
    for (const offset of freed) this.recording.add(FREE, offset, 0, 0);
  }

  /** Ends every block's and every state's life; handles stay stale. Children of the context stay. O(pages + poolSize). */
  reset(): void {
    // The pool first, which lies at the end: where that is there, all is.
    this.pool.reset();
    this.context.reset();
    this.forget();
  }

  /** Of the blocks; the pool's bytes are `overhead`. */
  stats(): AllocatorStats {
    const { classes, ...stats } = this.context.stats();
    const { byteLength } = this.context.aside;
    const { committed, overhead } = stats;
    return makeStats({ ...stats, committed: committed + byteLength, overhead: overhead + byteLength }, classes);
  }

  /** Walks every invariant, the pool's too. O(pages + poolSize). */
  verify(): void {
    this.context.verify();
    this.pool.verify();
  }

  /**
   * How many times as long phase 1 (or the `baseline` of the options) takes for what is recorded of the VM. Measured when it is asked for, some
   * 100 ms; kept until half of the recording is new. NaN where nothing is recorded.
   *
   * @throws `UnsupportedError` where the clock stands still, as under fake timers, or there is none.
   */
  get performanceGain(): number {
    const { count, length } = this.recording;
    const last = this.context.memory && this.lastGain;
    return last === undefined || 2 * (count - last.count) >= length
      ? this.measurePerformanceGain().gain
      : last.gain.gain;
  }

  /**
   * The same, measured now, with its spread and its parts, and against another baseline if you like. Throws what the baseline throws, and as
   * `performanceGain`.
   *
   * @throws `QuotaExceededError` where it would be over the quota.
   * @throws `OutOfMemoryError` where there is no room.
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  measurePerformanceGain(baseline?: (capacity: number) => Allocator): Gain {
    checkCallback("baseline", baseline);
    const { capacity, byteLength, overhead } = this.pool.stats();
    const stateBytes = (byteLength - overhead) / capacity;
    const program = this.recording.program();
    // Room enough for both: what found room in place here may have to move there, and is not to be refused.
    const least = program.peakBytes + program.places * (LEAST_BLOCK + stateBytes);
    const gain = withRoom(least, (room) => {
      const other = (baseline ?? this.options.baseline ?? phaseOne)(room);
      return this.gainOver(other, program, stateBytes, room);
    });
    if (baseline === undefined) this.lastGain = { gain, count: this.recording.count };
    return gain;
  }

  private gainOver(other: Allocator, program: Program, stateBytes: number, room: number): Gain {
    const verbs = [other?.allocate, other?.free, other?.reallocate];
    if (!verbs.every((verb) => typeof verb === "function")) {
      throw new InvalidArgumentError("invalid baseline: it makes no allocator");
    }
    const { fields, recording } = this.options;
    const { poolSize } = this.states;
    const quota = room + ConsciousnessStatePool.byteLength({ poolSize, fields });
    const twin = new MiniVm<F>(null, { vmName: this.vmName, quota, poolSize, fields, recording });
    try {
      const states = withStates(other, stateBytes);
      const gains: number[] = [];
      const against = other.traits?.name ?? "a baseline";
      return withSpread(measureGain(program, ownSubject(twin, twin.pool), states, against, undefined, gains), gains);
    } finally {
      twin.dispose();
    }
  }

  /**
   * Gives the VM to another thread: post what this returns, and call `MiniVm.adopt` there. Until `reclaim`, every use here throws
   * `ContextLentError`. The region must be shared memory, and the VM's context without children.
   */
  lend(): MiniVmLoan<F> {
    const context: ContextLoan = this.context.lend();
    const { vmName, quota, poolSize, fields, recording } = this.options;
    return { context, vmName, quota, poolSize, fields, recording };
  }

  /**
   * Takes it back, once the other thread has done. O(pages + poolSize).
   *
   * @throws `CorruptionError` where that has left it broken: then it stays lent.
   */
  reclaim(): void {
    // The states first: where they are broken, nothing has changed. What is not lent the context refuses.
    const records = this.context.lent ? this.states.check(this.bound, this.place()) : undefined;
    this.context.reclaim();
    if (records !== undefined) this.states.reopen(records);
    this.forget();
  }

  /**
   * Ends the VM, its blocks and its states at once, whatever their number.
   *
   * @throws `ContextDisposedError` the second time.
   */
  dispose(): void {
    this.context.dispose();
  }

  /** Why a pool that somebody holds is of no use. */
  private away(): Error {
    return this.context.disposed ? new ContextDisposedError(this.vmName) : new ContextLentError(this.vmName);
  }

  private rebind(buffer: ArrayBufferLike): void {
    this.states.reopen(this.states.check(buffer, this.place()));
    this.bound = buffer;
  }

  /** Throws `CorruptionError` where a pool that came in a loan is longer than what is set aside for it. */
  private checkAside({ poolSize }: ConsciousnessStatePool<F>): void {
    const bytes = ConsciousnessStatePool.byteLength({ poolSize, fields: this.options.fields });
    const { byteLength } = this.context.aside;
    if (bytes > byteLength) throw new CorruptionError(`the pool takes ${bytes} bytes, ${byteLength} are set aside`);
  }

  private place(): { readonly fields: F | undefined; readonly byteOffset: Offset } {
    return { fields: this.options.fields, byteOffset: this.poolAt };
  }

  /** What was done is of no interest any more. */
  private forget(): void {
    this.recording.clear();
    this.lastGain = undefined;
  }
}

const phaseOne = (capacity: number): Allocator => new PhaseOne({ capacity });
