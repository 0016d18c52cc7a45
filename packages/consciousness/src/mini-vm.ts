import {
  type Allocator,
  type AllocatorStats,
  ContextDisposedError,
  ContextLentError,
  checkCount,
  checkInteger,
  InvalidBlockError,
  InvalidFreeError,
  type Memory,
  makeStats,
  type Offset,
  type Traits,
} from "@ariax/allocator";
import { type ContextLoan, MemoryContext } from "@ariax/memory-context";
import type { Schema } from "@ariax/metadata-pool";
import { type Gain, measureGain, ownSubject, withStates } from "./gain.ts";
import type { MiniVmLoan, MiniVmOptions } from "./mini-vm-options.ts";
import { PhaseOne } from "./phase-1/phase-one.ts";
import { ALLOCATE, FREE, MOVE, Recording } from "./recording.ts";
import { ConsciousnessStatePool, RECORDING } from "./state-pool.ts";

/** Given to the constructor by `adopt` only: what is there already. */
const CONTINUE: unique symbol = Symbol("continue");

/**
 * A mini-VM: a memory context of its own, the pool of its states in that, and a record of what it did last.
 *
 *     region   ┌──────────────────────────┬──────────────────────────┬──
 *              │ "vm-0"                   │ "vm-1"                   │ …     a MemoryContext each
 *              │ ┌──────┬───────┬───────┐ │ ┌──────┬───────┬───────┐ │
 *              │ │ pool │ block │ block │ │ │ pool │ block │ …     │ │
 *              │ └──────┴───────┴───────┘ │ └──────┴───────┴───────┘ │
 *              └──────────────────────────┴──────────────────────────┴──
 *
 * The pool is the first block, and counts for the quota; to the verbs it is no block.
 */
export class MiniVm<const F extends Schema = Record<never, never>> implements Allocator {
  // `declare`: a field that begins as undefined V8 loads without knowing its type.
  declare readonly vmName: string;
  /** What the VM may have, and has; `ref`, `view`, `snapshot` and all else that has no name here. */
  declare readonly context: MemoryContext;
  declare readonly traits: Traits;
  declare private readonly options: MiniVmOptions<F>;
  declare private readonly poolAt: Offset;
  declare private readonly recording: Recording;
  declare private states: ConsciousnessStatePool<F>;
  /** Why there is nothing to be had here any more, or for now. */
  declare private away: (() => Error) | undefined;
  /** The last gain, and how much had been recorded then. */
  declare private lastGain: { readonly gain: Gain; readonly count: number } | undefined;

  /**
   * In `region`: another context, any allocator that aligns to 4,096, or, where it is null, memory of its own. Throws what `MemoryContext`
   * throws, and `QuotaExceededError` where the pool alone is above the quota; then nothing has changed.
   */
  constructor(
    region: MemoryContext | Allocator | null,
    options: MiniVmOptions<F> & { readonly [CONTINUE]?: { readonly context: MemoryContext; readonly poolAt: Offset } },
  ) {
    const { vmName, quota = 1 << 20, poolSize, fields, recording = 4096, baseline: _, onPressure, ...rest } = options;
    this.recording = new Recording(checkInteger("recording", recording, 0, 2 ** 24));
    this.options = options;
    this.away = undefined;
    this.lastGain = undefined;
    const found = options[CONTINUE];
    const pressure = onPressure && ((_context: MemoryContext, size: number) => onPressure(this, size));
    this.context = found?.context ?? new MemoryContext(region, { ...rest, name: vmName, quota, onPressure: pressure });
    this.vmName = this.context.name;
    this.traits = { ...this.context.traits, name: "mini-vm", attachable: false };
    if (found !== undefined) {
      this.poolAt = found.poolAt;
      this.states = this.#attached();
      return;
    }
    try {
      this.poolAt = this.context.allocate(ConsciousnessStatePool.byteLength({ poolSize, fields }));
      const { buffer } = this.context.memory;
      const place = { buffer, byteOffset: this.poolAt, [RECORDING]: this.recording };
      this.states = new ConsciousnessStatePool<F>({ poolSize, fields, ...place });
    } catch (error) {
      this.context.dispose();
      throw error;
    }
  }

  /** A VM that another thread has lent: `lend` made the message. O(pages + poolSize). */
  static adopt<const F extends Schema = Record<never, never>>(loan: MiniVmLoan<F>): MiniVm<F> {
    const { context, poolAt, ...options } = loan;
    return new MiniVm<F>(null, { ...options, [CONTINUE]: { context: MemoryContext.adopt(context), poolAt } });
  }

  /** Its states. Where the region's buffer was replaced by a longer one, as that of a WebAssembly memory is, another object than before. */
  get pool(): ConsciousnessStatePool<F> {
    if (this.away !== undefined) throw this.away();
    if (this.states.buffer !== this.context.memory.buffer) this.states = this.#attached();
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
    const resized = this.context.resize(this.#block(offset), size);
    if (resized) this.recording.add(MOVE, offset, size, offset);
    return resized;
  }

  reallocate(offset: Offset, size: number): Offset {
    const to = this.context.reallocate(this.#block(offset), size);
    this.recording.add(MOVE, offset, size, to);
    return to;
  }

  free(offset: Offset): void {
    if (offset === this.poolAt && this.away === undefined) throw new InvalidFreeError(offset);
    this.context.free(offset);
    this.recording.add(FREE, offset, 0, 0);
  }

  sizeOf(offset: Offset): number {
    return this.context.sizeOf(this.#block(offset));
  }

  allocateMany(size: number, out: Int32Array): number {
    const made = this.context.allocateMany(size, out);
    for (let i = 0; i < made; i++) this.recording.add(ALLOCATE, out[i], size, 0);
    return made;
  }

  freeMany(offsets: Int32Array, count?: number): void {
    const length = checkCount(count, offsets);
    for (let i = 0; i < length; i++) {
      if (offsets[i] >>> 0 === this.poolAt) throw new InvalidFreeError(this.poolAt);
    }
    // The offsets may lie in the VM's own memory: what is freed is known before.
    const freed = Int32Array.from(offsets.subarray(0, length));
    this.context.freeMany(offsets, count);
    for (const offset of freed) this.recording.add(FREE, offset, 0, 0);
  }

  /** Ends every block's and every state's life; handles stay stale. O(pages + poolSize). */
  reset(): void {
    const { pool } = this;
    const bytes = this.context.sizeOf(this.poolAt);
    this.context.reset();
    // The first block of an empty heap, as it was of a new one.
    this.context.allocate(bytes);
    pool.reset();
    this.recording.clear();
  }

  /** Of the blocks; the pool's bytes are `overhead`. */
  stats(): AllocatorStats {
    const stats = this.context.stats();
    const bytes = this.context.sizeOf(this.poolAt);
    const { overhead, reserved, peakReserved, live, blocks } = stats;
    const classes = stats.classes.map((c) =>
      c.size === bytes ? { size: bytes, blocks: c.blocks - 1, reserved: c.reserved - bytes } : c,
    );
    return makeStats(
      {
        ...stats,
        overhead: overhead + bytes,
        reserved: reserved - bytes,
        peakReserved: peakReserved - bytes,
        live: live - bytes,
        blocks: blocks - 1,
      },
      classes,
    );
  }

  /** Walks every invariant, the pool's too. O(pages + poolSize). */
  verify(): void {
    this.context.verify();
    this.pool.verify();
  }

  /**
   * How many times as long phase 1 (or the `baseline` of the options) takes for what the VM did last. Measured when it is asked for, some 100 ms;
   * kept until half of the recording is new. NaN where nothing is recorded.
   */
  get performanceGain(): number {
    const { count } = this.recording;
    const isOld =
      this.lastGain === undefined ||
      count < this.lastGain.count ||
      2 * (count - this.lastGain.count) >= this.recording.length;
    return isOld ? this.measurePerformanceGain().gain : this.lastGain!.gain.gain;
  }

  /** The same, measured now, with its parts, and against another baseline if you like. */
  measurePerformanceGain(baseline: (capacity: number) => Allocator = this.options.baseline ?? phaseOne): Gain {
    const { quota, reserved } = this.context.usage();
    const program = this.recording.program();
    const { poolSize, fields, recording } = this.options;
    const { capacity, byteLength, overhead } = this.pool.stats();
    using twin = new MiniVm<F>(null, { vmName: this.vmName, quota, reserve: reserved, poolSize, fields, recording });
    const other = baseline(Math.max(1 << 20, 4 * reserved));
    const states = withStates(other, (byteLength - overhead) / capacity);
    const gain = measureGain(program, ownSubject(twin, twin.pool), states, other.traits.name);
    this.lastGain = { gain, count: this.recording.count };
    return gain;
  }

  /**
   * Gives the VM to another thread: post what this returns, and call `MiniVm.adopt` there. Until `reclaim`, every use here throws
   * `ContextLentError`. The region must be shared memory.
   */
  lend(): MiniVmLoan<F> {
    const context: ContextLoan = this.context.lend();
    this.#leave(() => new ContextLentError(this.vmName));
    const { vmName, poolSize, fields, recording } = this.options;
    return { context, poolAt: this.poolAt, vmName, poolSize, fields, recording };
  }

  /** Takes it back, once the other thread has done. Throws `CorruptionError` where that has left it broken. O(pages + poolSize). */
  reclaim(): void {
    this.context.reclaim();
    this.states = this.#attached();
    this.away = undefined;
    this.recording.clear();
  }

  /** Ends the VM, its blocks and its states at once, whatever their number. A second time throws `ContextDisposedError`. */
  dispose(): void {
    this.context.dispose();
    this.#leave(() => new ContextDisposedError(this.vmName));
  }

  /** As `dispose`, and nothing where that was done before. */
  [Symbol.dispose](): void {
    if (!this.context.disposed) this.dispose();
  }

  /** A pool that somebody holds must not reach what is another's now. */
  #leave(why: () => Error): void {
    this.away = why;
    this.states.close(why);
  }

  #attached(): ConsciousnessStatePool<F> {
    const { fields } = this.options;
    const place = { byteOffset: this.poolAt, [RECORDING]: this.recording };
    return ConsciousnessStatePool.attach<F>(this.context.memory.buffer, { fields, ...place });
  }

  #block(offset: Offset): Offset {
    if (offset === this.poolAt && this.away === undefined) throw new InvalidBlockError(offset);
    return offset;
  }
}

const phaseOne = (capacity: number): Allocator => new PhaseOne({ capacity });
