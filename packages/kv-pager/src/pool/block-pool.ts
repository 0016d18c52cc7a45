import { InvalidArgumentError } from "@ariax/allocator";
import {
  checkBoolean,
  checkInteger,
  counted,
  newBuffer,
  postBuffer,
  present,
  readOptions,
  type Words as SaidWords,
} from "@ariax/allocator/implement";
import { BlocksExhaustedError, PinLimitError } from "../errors.ts";
import { POLICIES, policyOf } from "../policies/index.ts";
import {
  checkId,
  checkKey,
  checkKeys,
  checkList,
  checkThere,
  hasElements,
  isIndex,
  isWords,
  type Words,
} from "./check.ts";
import { releaseAll, touchAll } from "./counting.ts";
import { copyKey, enter, find, findPrefix } from "./key-index.ts";
import {
  CACHED,
  DROPPED,
  EMPTY,
  EPOCH,
  EVICTIONS,
  HOLDS,
  type Layout,
  layOut,
  MARK,
  MAX_PINS,
  MAX_REFS,
  PIN,
  PINNED,
  readLayout,
  STEP,
} from "./layout.ts";
import {
  type AttachOptions,
  type BlockPoolOptions,
  checkPlace,
  type RestoreOptions,
  readPoolOptions,
} from "./options.ts";
import { restart } from "./restart.ts";
import { takeRun } from "./runs.ts";
import { copyBytes, copyOf } from "./snapshot.ts";
import { hasKey, isCached, isUsed, PoolState, priorityOf, reline, unline } from "./state.ts";
import { becomeEmpty, begin, drop, takeMany, takeOne } from "./steps.ts";
import { expire, givePriority } from "./terms.ts";
import { verifyPool } from "./verify.ts";

/** Given to the constructor by `attach` only. */
const CONTINUE: unique symbol = Symbol("continue");
interface Internal {
  readonly [CONTINUE]?: Layout;
}

const SAID: SaidWords<BlockPool> = {
  name: () => "BlockPool",
  parts: (it) => [counted(it.blocks, "block"), `${it.empty} empty`, `${it.cached} cached`, `${it.used} used`],
  what: "a pool",
  send: /* @__PURE__ */ postBuffer("pool.buffer", "BlockPool.attach(buffer)"),
};

/** Steps at most, so that they are exact. */
const MAX_STEP = Number.MAX_SAFE_INTEGER;

export interface BlockPoolStats {
  readonly blocks: number;
  /** Blocks that hold nothing and are in use by nobody. */
  readonly empty: number;
  /** Blocks in use by nobody that hold what can be found by a key. */
  readonly cached: number;
  /** Blocks that a sequence or a pin holds: blocks − empty − cached. */
  readonly used: number;
  readonly pinned: number;
  readonly pinLimit: number;
  /** Cached blocks that were given to someone else, since the pool was made. */
  readonly evictions: number;
  readonly epoch: number;
  readonly step: number;
  readonly policy: string;
  readonly byteLength: number;
}

/**
 * Ids of the blocks of a key/value cache: who uses them, what they hold, and which goes next. See `index.ts` for the idea.
 *
 *     empty + cached + used = blocks          free = empty + cached
 *
 * A list of ids, or a key, is an `Int32Array` or a `Uint32Array`. No verb makes garbage. A verb that throws has changed nothing: all but
 * the release of a wrong list are refused before the first write, and that one takes back what it wrote. Every verb throws `DetachedError`, or
 * `CorruptionError`, where the buffer was transferred away, or shrunk.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { BlockPool } from "@ariax/kv-pager";
 *
 * const pool = new BlockPool({ blocks: 10 });
 * const ids = new Int32Array(8);
 * pool.allocate(8, ids);
 * assert.throws(() => pool.allocate(3, ids), { code: "ERR_POOL_EXHAUSTED", requested: 3, free: 2 });
 * pool.release(ids);
 * assert.equal(pool.free, 10);
 * ```
 */
export class BlockPool {
  declare readonly blocks: number;
  declare readonly priorities: number;
  /** The policy's name. */
  declare readonly policy: string;
  /** Blocks that may be pinned at one time. */
  declare readonly pinLimit: number;
  /** All of the pool's state is here, from `byteOffset` on. */
  declare readonly buffer: ArrayBufferLike;
  declare readonly byteOffset: number;
  declare readonly byteLength: number;
  /** The columns, whatever `this` is: a proxy sees a function, and not into it. */
  declare private readonly state: () => PoolState;

  constructor(options: BlockPoolOptions) {
    present(this, SAID);
    const given = readPoolOptions<BlockPoolOptions & Internal>(options, [CONTINUE]);
    const layout = given[CONTINUE] ?? layOut(given);
    const { byteOffset = 0, buffer = newBuffer(layout.byteLength, given.shared) } = given;
    checkPlace(buffer, byteOffset, layout.byteLength);
    const state = new PoolState(buffer, byteOffset, layout);
    this.blocks = layout.blocks;
    this.priorities = layout.priorities;
    this.policy = layout.kind.name;
    this.pinLimit = layout.pinLimit;
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.byteLength = layout.byteLength;
    this.state = () => state;
    if (given[CONTINUE] !== undefined) return;
    // Fresh memory is zero already: writing zeros would only make the host find pages for it.
    if (given.buffer !== undefined) state.words.fill(0);
    begin(state);
  }

  /** The bytes that a pool with these options takes. */
  static byteLength(options: BlockPoolOptions): number {
    return layOut(readPoolOptions(options)).byteLength;
  }

  /**
   * The pool that lies in `buffer`: made by another context, which goes on with it too, one at a time, or copied there. O(blocks).
   *
   * @throws `CorruptionError` where there is none, a truncated or an inconsistent one.
   * @throws `InvalidArgumentError` where its policy is not known here.
   */
  static attach(buffer: ArrayBufferLike, options: AttachOptions = {}): BlockPool {
    const { byteOffset = 0, policy } = readOptions(options, ["byteOffset", "policy"]);
    checkPlace(buffer, byteOffset, 0);
    const known = policy === undefined ? POLICIES : [...POLICIES, policyOf(policy)];
    const layout = readLayout(buffer, byteOffset, known);
    const found: BlockPoolOptions & Internal = { blocks: layout.blocks, buffer, byteOffset, [CONTINUE]: layout };
    const pool = new BlockPool(found);
    pool.verify();
    return pool;
  }

  /** A pool of its own that begins where the one stood that `snapshot` was made of. Throws as `attach`. O(blocks). */
  static restore(snapshot: Uint8Array, options: RestoreOptions = {}): BlockPool {
    const { shared = false, policy } = readOptions(options, ["shared", "policy"]);
    return BlockPool.attach(copyOf(snapshot, checkBoolean("shared", shared)), { policy });
  }

  /** Blocks that can be allocated: empty + cached. O(1), as all counts are. */
  get free(): number {
    const s = this.there();
    return s.words[EMPTY] + s.words[CACHED];
  }

  /** Blocks that hold nothing. */
  get empty(): number {
    return this.there().words[EMPTY];
  }

  /** Blocks that nobody uses, and a key finds. */
  get cached(): number {
    return this.there().words[CACHED];
  }

  /** Blocks that somebody uses, or that are pinned. */
  get used(): number {
    return this.blocks - this.free;
  }

  get pinned(): number {
    return this.there().words[PINNED];
  }

  /** How often the pool was reset, and 1. */
  get epoch(): number {
    return this.there().words[EPOCH];
  }

  /** The clock of terms: it is as the caller advances it. */
  get step(): number {
    return this.there().doubles[STEP];
  }

  /**
   * One block, with one reference and no key: the lowest empty one; else one of the cached that the policy says, whose key is forgotten.
   * 0 where none is free. O(1).
   */
  take(): number {
    const s = this.there();
    if (s.words[EMPTY] + s.words[CACHED] === 0) return 0;
    s.words[DROPPED] = 0;
    return takeOne(s);
  }

  /**
   * `n` blocks, as `take` gives them, to `out` from `at` on. O(n).
   *
   * @throws `BlocksExhaustedError` where fewer are free.
   */
  allocate(n: number, out: Words, at: number = 0): void {
    if (!this.tryAllocate(n, out, at)) throw new BlocksExhaustedError(n, this.free, this.blocks);
  }

  /** As `allocate`, but false where fewer than `n` are free; nothing has changed then. */
  tryAllocate(n: number, out: Words, at: number = 0): boolean {
    const s = this.there();
    if (!hasElements(out, at, n)) checkList("out", out, at, n);
    if (s.words[EMPTY] + s.words[CACHED] < n) return false;
    s.words[DROPPED] = 0;
    takeMany(s, n, out, at);
    return true;
  }

  /**
   * `n` blocks in a row: the first one's id, or 0 where no `n` in a row are free. The lowest `n` that are empty; where there are none, the
   * lowest that are free, and keys are forgotten. O(blocks / 32), where keys go O(blocks).
   */
  allocateRun(n: number): number {
    const s = this.there();
    return takeRun(s, checkInteger("n", n, 1, this.blocks));
  }

  /**
   * One reference more for `n` of `ids`, from index `from` on: of blocks in use, or cached ones, which leave their line. O(n).
   *
   * @throws `InvalidArgumentError` for what is no id, or an empty block.
   */
  touch(ids: Words, from: number = 0, n: number = restOf(ids, from)): void {
    const s = this.there();
    if (!hasElements(ids, from, n)) checkList("ids", ids, from, n);
    touchAll(s, ids, from, n);
  }

  /**
   * One reference less for `n` of `ids`, from index `from` on, the last one first. Of which none is left, with a key comes to stand in line, and
   * without one is empty. O(n).
   *
   * @throws `DoubleFreeError` for a block that has no reference, also where the same id comes once too often.
   */
  release(ids: Words, from: number = 0, n: number = restOf(ids, from)): void {
    const s = this.there();
    if (!hasElements(ids, from, n)) checkList("ids", ids, from, n);
    releaseAll(s, ids, from, n);
  }

  /**
   * Gives a block in use a key: the 8 words of `key` from `at` on. Several blocks may have the same. False, and nothing has changed, where the
   * block was allocated before the last `reset`: what it holds is of then. O(1).
   *
   * @throws `InvalidArgumentError` where it has a key, or is not in use.
   */
  register(id: number, key: Words, at: number = 0): boolean {
    const s = this.there();
    if (!hasElements(key, at, 8)) checkKey(key, at);
    // in use, without a key, and of this epoch?
    if (!(isIndex(id) && id <= s.blocks && isUsed(s, id) && s.words[16 * id + MARK] === s.words[EPOCH])) {
      checkId(s, id);
      if (!isUsed(s, id)) throw new InvalidArgumentError(`invalid id: block ${id} is not in use`);
      if (hasKey(s, id)) throw new InvalidArgumentError(`invalid id: block ${id} has a key`);
      return false;
    }
    enter(s, id, key, at);
    return true;
  }

  /** The block with that key that was registered first, in use or cached, or 0. All 256 bits are compared. Changes nothing. O(1). */
  find(key: Words, at: number = 0): number {
    const s = this.there();
    if (!hasElements(key, at, 8)) checkKey(key, at);
    return find(s, key, at);
  }

  /**
   * How many of `n` keys in a row, from `at` on, are there, up to the first that is not: a prompt's prefix. Their blocks, as `find` says them, go to
   * `out` from `outAt` on, if it is given. Changes nothing else. O(found), and less than `find` for each, as blocks tell who came next.
   */
  findPrefix(keys: Words, at: number, n: number, out?: Words, outAt: number = 0): number {
    const s = this.there();
    if (!(isIndex(n) && hasElements(keys, at, 8 * n))) checkKeys(keys, at, n);
    if (out !== undefined && !hasElements(out, outAt, n)) checkList("out", out, outAt, n);
    return findPrefix(s, keys, at, n, out, outAt);
  }

  /** Forgets a block's key: a cached one is empty then, one in use is in use. Returns whether it had one. O(1). */
  evict(id: number): boolean {
    const s = this.there();
    checkId(s, id);
    if (!hasKey(s, id)) return false;
    s.words[DROPPED] = 0;
    if (isUsed(s, id)) drop(s, id);
    else {
      unline(s, id);
      drop(s, id);
      becomeEmpty(s, id);
    }
    return true;
  }

  /**
   * Holds a block in use, or a cached one, until `unpin`; pins of a block are counted. O(1).
   *
   * @throws `PinLimitError` for a block more than the pool's limit.
   * @throws `InvalidArgumentError` for an empty one.
   */
  pin(id: number): void {
    const s = this.there();
    checkId(s, id);
    if (!isUsed(s, id) && !hasKey(s, id)) throw new InvalidArgumentError(`invalid id: block ${id} is empty`);
    const at = 16 * id + HOLDS;
    const holds = s.words[at];
    if (holds < PIN) {
      if (s.words[PINNED] >= this.pinLimit) throw new PinLimitError(s.words[PINNED], this.pinLimit, this.blocks);
      if (holds === 0) unline(s, id);
      s.words[PINNED]++;
    } else if (holds >>> 23 === MAX_PINS) {
      throw new InvalidArgumentError(`invalid id: block ${id} has ${MAX_PINS} pins already`);
    }
    s.words[at] = holds + PIN;
  }

  /**
   * Takes one pin back. A cached block that was held by pins only stands in line again where its last release would have brought it. O(1), of
   * one that only pins held O(blocks between there and the nearer end of the line).
   *
   * @throws `InvalidArgumentError` for a block without a pin.
   */
  unpin(id: number): void {
    const s = this.there();
    checkId(s, id);
    const at = 16 * id + HOLDS;
    if (s.words[at] < PIN) throw new InvalidArgumentError(`invalid id: block ${id} is not pinned`);
    const holds = (s.words[at] -= PIN);
    if (holds < PIN) s.words[PINNED]--;
    if (holds > 0) return;
    if (hasKey(s, id)) reline(s, id);
    else becomeEmpty(s, id);
  }

  /**
   * The priority of a block in use, or of a cached one; until the step `untilStep`, from when on it is 0 again; without, until the block is
   * empty or someone else's. O(1), with a term O(log of how many have one); of a cached one as `unpin`.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  setPriority(id: number, priority: number, untilStep?: number): void {
    const s = this.there();
    checkId(s, id);
    checkInteger("priority", priority, 0, this.priorities - 1);
    if (untilStep !== undefined) checkInteger("untilStep", untilStep, s.doubles[STEP] + 1, MAX_STEP);
    if (!isUsed(s, id) && !hasKey(s, id)) throw new InvalidArgumentError(`invalid id: block ${id} is empty`);
    if (this.priorities > 1) givePriority(s, id, priority, untilStep ?? 0);
  }

  /**
   * The clock goes on by `steps`, and terms that are over then end. O(terms that end).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  advance(steps: number = 1): number {
    const s = this.there();
    checkInteger("steps", steps, 0, MAX_STEP - s.doubles[STEP]);
    s.doubles[STEP] += steps;
    expire(s);
    return s.doubles[STEP];
  }

  /** References that a block has: not its pins. O(1). */
  refs(id: number): number {
    const s = this.there();
    return s.words[16 * checkId(s, id) + HOLDS] & MAX_REFS;
  }

  /** Pins that a block has. O(1). */
  pins(id: number): number {
    const s = this.there();
    return s.words[16 * checkId(s, id) + HOLDS] >>> 23;
  }

  /** 0, where none was given, or its term is over. O(1). */
  priority(id: number): number {
    const s = this.there();
    return priorityOf(s, checkId(s, id));
  }

  /** Whether nobody uses the block, and its key finds it. O(1). */
  isCached(id: number): boolean {
    const s = this.there();
    return isCached(s, checkId(s, id));
  }

  /** Writes a block's key to `out`, from `at` on; false, and nothing is written, where it has none. O(1). */
  keyOf(id: number, out: Words, at: number = 0): boolean {
    const s = this.there();
    checkId(s, id);
    checkKey(out, at);
    if (!hasKey(s, id)) return false;
    copyKey(s, id, out, at);
    return true;
  }

  /** How many keys were lost with their last copy, in the last call of `take`, `allocate`, `tryAllocate`, `allocateRun` or `evict` that changed anything. */
  get dropped(): number {
    return this.there().words[DROPPED];
  }

  /**
   * The block that had the `i`-th of those keys, and the key, where `out` is given. Only until the block is registered again. O(1).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  droppedAt(i: number, out?: Words, at: number = 0): number {
    const s = this.there();
    checkInteger("i", i, 0, s.words[DROPPED] - 1);
    const id = s.words[s.dropped + i];
    if (out !== undefined) {
      checkKey(out, at);
      copyKey(s, id, out, at);
    }
    return id;
  }

  /**
   * Forgets all keys at once, also under load: cached blocks are empty, blocks in use stay in use, and get no key any more. Priorities are
   * forgotten too; pins stay. Returns the new epoch. No block is touched: O(blocks), of 16 to 32 bytes each that are zeroed.
   */
  reset(): number {
    const s = this.there();
    restart(s);
    return s.words[EPOCH];
  }

  stats(): BlockPoolStats {
    const { words, doubles } = this.there();
    const [empty, cached] = [words[EMPTY], words[CACHED]];
    return {
      ...{ blocks: this.blocks, empty, cached, used: this.blocks - empty - cached },
      ...{ pinned: words[PINNED], pinLimit: this.pinLimit },
      ...{ evictions: doubles[EVICTIONS], epoch: words[EPOCH], step: doubles[STEP] },
      ...{ policy: this.policy, byteLength: this.byteLength },
    };
  }

  /**
   * Walks every invariant. O(blocks).
   *
   * @throws `CorruptionError` naming the first broken one.
   */
  verify(): void {
    verifyPool(this.there());
  }

  /** A copy of the whole pool, for `restore`. O(blocks). */
  snapshot(): Uint8Array {
    const s = this.there();
    return copyBytes(s.buffer, s.byteOffset, s.layout.byteLength);
  }

  private there(): PoolState {
    const s = this.state();
    if (s.words.length === 0) checkThere(s);
    return s;
  }
}

/** Elements from `from` on. Of what is no list, or no index, any number will do: it is refused. */
function restOf(ids: Words, from: number): number {
  return isWords(ids) && typeof from === "number" ? ids.length - from : 0;
}
