import {
  type Allocator,
  InvalidArgumentError,
  type Offset,
  type TypedArrayConstructor,
  type ViewOf,
  view,
} from "@ariax/allocator";
import { bytes, bytesPerElement, disposable, present, statsParts, tagOf, type Words } from "@ariax/allocator/implement";
import { copy, fill, type Kind, load, store, type ValueOf } from "./access.ts";
import { build, coreOf } from "./build.ts";
import { Core, DISPOSED, LENT } from "./core.ts";
import { diffSnapshots, type SnapshotDiff } from "./diff.ts";
import { dispose } from "./dispose.ts";
import { adopt, type ContextLoan, lend, reclaim } from "./loan.ts";
import { live } from "./lookup.ts";
import type { OptionsOf } from "./options.ts";
import { type ContextUsage, setQuota, setSoft, usageOf } from "./quota.ts";
import { type BlockRef, makeRef, offsetIn } from "./ref.ts";
import { restore } from "./restore.ts";
import { takeSnapshot } from "./snapshot.ts";
import { transfer } from "./transfer.ts";
import { QuotaHeap } from "./verbs.ts";

/** See `OptionsOf`. */
export type ContextOptions = OptionsOf<MemoryContext>;

const WORDS: Words<MemoryContext> = {
  name: (it) => `memory-context ${JSON.stringify(it.path)}`,
  parts: (it) => [...statsParts(it.stats()), `${bytes(it.used)} used of ${bytes(it.quota)}`],
  what: "a context",
  send: "post context.lend(), and call MemoryContext.adopt(loan) there",
};

/**
 * A named heap with a hard quota, cut from the memory of its parent: another context, an allocator, or nothing, and then it
 * has memory of its own. See `index.ts` for the idea.
 *
 * Once it is disposed of, or one above it, all throw `ContextDisposedError`, but `name`, `path`, `parent`, `disposed`, `lent`,
 * `traits` and `capacity`. While it is lent, all throw `ContextLentError`, but those, `reclaim` and `dispose`.
 *
 * @throws `ContextDisposedError` once it was disposed of.
 * @throws `ContextLentError` while another thread has it.
 * @throws `HostMemoryError` where the host has no memory for it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { MemoryContext } from "@ariax/memory-context";
 *
 * const tenant = new MemoryContext(null, { name: "tenant", quota: 1 << 18 });
 * tenant.allocate(1000);
 * assert.throws(() => tenant.allocate(1 << 18), { code: "ERR_QUOTA_EXCEEDED" });
 * tenant.dispose();
 * assert.throws(() => tenant.allocate(1), { code: "ERR_CONTEXT_DISPOSED" });
 * ```
 */
export class MemoryContext extends QuotaHeap implements Disposable {
  /** As `dispose`, and nothing where that was done before. */
  declare readonly [Symbol.dispose]: () => void;

  /**
   * A new context, empty. O(pages), and O(bytes) with `zero`.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `QuotaExceededError` where it would be over the quota.
   * @throws `OutOfMemoryError` of the parent, or what the allocator throws; then nothing has changed.
   */
  constructor(parent: MemoryContext | Allocator | null, options: ContextOptions);
  // What is not for users: a core that is there already, which `adopt` has.
  /**
   * @throws `QuotaExceededError` where it would be over the quota.
   * @throws `OutOfMemoryError` where there is no room.
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  constructor(parent: MemoryContext | Allocator | null | Core, options: ContextOptions) {
    super(tagOf(parent) === "Core" && parent instanceof Core ? parent : build(parent, options));
    present(this, WORDS);
    this.core.context = this;
    disposable(this, (context) => {
      if (!context.disposed) context.dispose();
    });
  }

  /**
   * Goes on with a context that another thread has lent, to its quota, as a root. `dispose` it when done: that gives nothing back, but here it
   * is over. O(pages).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `CorruptionError` where no whole heap is there.
   */
  static adopt(loan: ContextLoan, options?: Pick<ContextOptions, "onPressure" | "onLeave">): MemoryContext {
    return new MemoryContext(adopt(loan, options ?? {}) as unknown as null, undefined as never);
  }

  /** The context that it is a child of. */
  get parent(): MemoryContext | undefined {
    return this.core.parent?.context as MemoryContext | undefined;
  }

  get name(): string {
    return this.core.name;
  }

  /** Its name, after those above it: `"root/a"`. */
  get path(): string {
    return this.parent === undefined ? this.name : `${this.parent.path}/${this.name}`;
  }

  get disposed(): boolean {
    return this.core.state === DISPOSED;
  }

  get lent(): boolean {
    return this.core.state === LENT;
  }

  /** The children, oldest first: a new array each time, so that they can be disposed of while it is walked. O(children). */
  get children(): MemoryContext[] {
    this.core.check();
    return Array.from(this.core.children.values(), (child) => child.context as MemoryContext);
  }

  /** The child of that name, if there is one. */
  child(name: string): MemoryContext | undefined {
    this.core.check();
    return this.core.children.get(name)?.context as MemoryContext | undefined;
  }

  /** The most bytes that its blocks and children may have. */
  get quota(): number {
    this.core.check();
    return this.core.quota;
  }

  /**
   * From what is used to what is reserved. The parent is charged the difference. A soft limit above it is lowered to it.
   *
   * @throws `InvalidArgumentError` for any other number.
   * @throws `QuotaExceededError`, `OutOfMemoryError` where the parent has no room.
   */
  set quota(bytes: number) {
    setQuota(this.core, bytes);
  }

  /** What `onPressure` is called above: the quota, unless it was set. */
  get soft(): number {
    this.core.check();
    return this.core.soft;
  }

  /**
   * From 0 to the quota. Below what is used, it has been crossed already.
   *
   * @throws `InvalidArgumentError` for any other number.
   */
  set soft(bytes: number) {
    setSoft(this.core, bytes);
  }

  /** Bytes charged: what `sizeOf` says of each live block, the quota of each child, what is set aside. O(1), no garbage. */
  get used(): number {
    this.core.check();
    return this.core.used;
  }

  /** Where the bytes are that were set aside: in `memory.buffer`, from a multiple of 4096 on. O(1). */
  get aside(): { readonly byteOffset: number; readonly byteLength: number } {
    this.core.check();
    const { base, place, aside } = this.core;
    return { byteOffset: base + place.bytes - aside, byteLength: aside };
  }

  /** Its limits, and what came of them. O(1). */
  usage(): ContextUsage {
    return usageOf(this.core);
  }

  /**
   * A live block as a reference: a number below 2⁵³ that no other context takes, and that stays void once this one is gone. It is of no use in
   * another thread. O(1).
   *
   * @throws `InvalidArgumentError` from the 2²⁴th context of the process on.
   * @throws `InvalidBlockError` for a block that is not live.
   */
  ref(offset: Offset): BlockRef {
    live(this.core, offset);
    return makeRef(this.core.owner, offset);
  }

  /**
   * The offset of a reference's block. Another block in its place counts as the block. O(1).
   *
   * @throws `ForeignBlockError` if it is of another context.
   * @throws `ContextDisposedError` if that is gone.
   * @throws `InvalidBlockError` if the block was freed, and for an offset below 2²⁹, which is no reference.
   */
  check(ref: BlockRef): Offset {
    this.core.check();
    const offset = offsetIn(this.core.owner, ref);
    live(this.core, offset);
    return offset;
  }

  /**
   * A live block, or its first `length` elements, as a typed array. The array reaches no other byte, but its `buffer` is the region's: with
   * memory of its own, that ends too.
   *
   * @throws `InvalidArgumentError` for more than it has.
   * @throws `InvalidBlockError` for a block that is not live.
   */
  view<T>(offset: Offset, type: TypedArrayConstructor<T>, length?: number): ViewOf<T, ArrayBufferLike> {
    const room = live(this.core, offset);
    const most = Math.floor(room / bytesPerElement(type));
    return view(this, offset, type, length === undefined ? most : length);
  }

  /**
   * The number at byte `index` of a live block, little-endian, wherever it begins. O(1), no garbage but a bigint.
   *
   * @throws `InvalidArgumentError` where it would end outside of the block.
   * @throws `InvalidBlockError` for a block that is not live.
   */
  load<K extends Kind>(kind: K, offset: Offset, index: number): ValueOf<K> {
    return load(this.core, kind, offset, index) as ValueOf<K>;
  }

  /**
   * Writes it. A value must fit: a whole number in its range, a bigint for 64 bits; f32 rounds. Else nothing is written.
   *
   * @throws `InvalidBlockError` for a block that is not live.
   */
  store<K extends Kind>(kind: K, offset: Offset, index: number, value: ValueOf<K>): void {
    store(this.core, kind, offset, index, value);
  }

  /**
   * Copies bytes between live blocks of this context, or inside of one; they may overlap. O(bytes).
   *
   * @throws `InvalidBlockError` for a block that is not live.
   */
  copy(from: Offset, fromIndex: number, to: Offset, toIndex: number, bytes: number): void {
    copy(this.core, from, fromIndex, to, toIndex, bytes);
  }

  /**
   * Fills a live block, or its bytes from index `from` to `to`, exclusive, with a byte. O(bytes).
   *
   * @throws `InvalidBlockError` for a block that is not live.
   */
  fill(offset: Offset, value = 0, from = 0, to?: number): void {
    fill(this.core, offset, value, from, to);
  }

  /**
   * Moves a block to another context, in whatever memory, and to its quota: all of it, or its first `bytes`. Where the block is
   * then; in this context, it stays where it is. Where this throws, both are as they were. O(bytes).
   *
   * @throws `InvalidBlockError` for a block that is not live.
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   * @throws `OutOfMemoryError` where there is no room.
   * @throws `QuotaExceededError` where it would be over the quota.
   */
  transfer(offset: Offset, to: MemoryContext, bytes?: number): Offset {
    live(this.core, offset);
    const other = coreOf(to);
    if (other === undefined) throw new InvalidArgumentError("invalid context: it is no MemoryContext");
    return transfer(this.core, offset, other, bytes);
  }

  /**
   * All blocks as bytes, free pages left out. O(bytes in use).
   *
   * @throws `InvalidArgumentError` where there are children.
   */
  snapshot(): Uint8Array {
    return takeSnapshot(this.core);
  }

  /**
   * Makes the blocks what they were, in a context of the same name, place and reserve. The limits stay. O(bytes of the snapshot).
   *
   * @throws `CorruptionError` for a snapshot that is damaged.
   * @throws `InvalidArgumentError` for one of another context.
   * @throws `QuotaExceededError` where it would be over the quota.
   */
  restore(snapshot: Uint8Array): void {
    restore(this.core, snapshot);
  }

  /** What has changed since a snapshot, block by block. O(bytes in use). */
  diff(before: Uint8Array): SnapshotDiff {
    return diffSnapshots(before, this.snapshot());
  }

  /**
   * Lets go of the context, for another thread to `adopt`: send it what this returns. O(1).
   *
   * @throws `InvalidArgumentError` where the memory is no `SharedArrayBuffer`, or there are children.
   */
  lend(): ContextLoan {
    return lend(this.core);
  }

  /**
   * Takes it back, once the other thread has let go. O(pages).
   *
   * @throws `CorruptionError` where it comes back damaged, or above its quota: then it stays lent, and `dispose` is what is left.
   */
  reclaim(): void {
    reclaim(this.core);
  }

  /**
   * Ends the context and all below it. What a region, or the memory that a function gave, throws on the way back comes out; it is
   * over nonetheless. One free in the parent, and O(contexts below); O(bytes) with `zero`.
   */
  dispose(): void {
    dispose(this.core);
  }
}
