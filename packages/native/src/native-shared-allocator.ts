import { ClosedError, CorruptionError, InvalidArgumentError, MAX_CAPACITY, type Offsets } from "@ariax/allocator";
import {
  checkCallback,
  checkCount,
  checkGiven,
  checkInteger,
  checkOffsets,
  checkSize,
  disposable,
  isShared,
  present,
  readOptions,
} from "@ariax/allocator/implement";
import type { AttachOptions, Lost, ReclaimOptions, WasmMemory } from "@ariax/slab";
import {
  checkTicket,
  drawTicket,
  type Heap,
  idOf,
  makeShared,
  nameHeap,
  newId,
  openShared,
  PAGE_SIZE,
  readAttach,
  SharedEngineAllocator,
  sharedFirst,
} from "@ariax/slab/engine";
import { addon, type LaneEngine, type LanesHandle } from "./addon.ts";
import { type Held, hold, reclaimDead, type WatchLockOptions, watchLock } from "./file-locks.ts";
import { reach } from "./native-allocator.ts";
import { WORDS } from "./native-heap.ts";
import { isSameFile, nameOf } from "./open-file.ts";
import { Region } from "./region.ts";
import { LEAST, type Reservation } from "./region-options.ts";
import { system } from "./system.ts";

/** A heap with lanes in shared memory that is mapped for it: without a name, unless one or a file is given. */
export interface NativeSharedOptions extends Reservation {
  /** Bytes, control block included: rounded down to whole territories of 32 to 128 KiB; up to 4 GiB − 64 KiB. Untouched, they cost nothing. */
  readonly capacity: number;
  /** Threads that may use it at the same time, of all processes: 1 to 63, from 1 GiB on to 31, from 2 GiB on to 15. Default 8. */
  readonly lanes?: number | undefined;
  /** As for `Region.map`. */
  readonly guard?: boolean | undefined;
  /** A file that the heap is to lie in, from its start; what it holds there is overwritten. As for `Region.map`. */
  readonly file?: string | number | undefined;
  /** A name for the memory. As for `Region.share`. */
  readonly name?: string | undefined;
  /** See `NativeSharedAttachOptions`. */
  readonly lock?: string | undefined;
  /** See `AttachOptions`. */
  readonly onLateDoubleFree?: ((count: number) => void) | undefined;
}

/** What a thread says of itself when it attaches. */
export interface NativeSharedAttachOptions extends Partial<AttachOptions> {
  /** A lock file, in which it holds the lock of its ticket from before it attaches until it has closed: so others can prove that it is dead. See `HoldOptions`. */
  readonly lock?: string | undefined;
}

/** A heap that is there, for a thread. */
class Opened {
  declare readonly heap: Heap;
  declare readonly region: Region | undefined;
  /** Was the region mapped for it? */
  declare readonly own: boolean;
  declare readonly options: NativeSharedAttachOptions;
  declare readonly held: Held | undefined;

  constructor(
    heap: Heap,
    region: Region | undefined,
    own: boolean,
    options: NativeSharedAttachOptions,
    held: Held | undefined,
  ) {
    this.heap = heap;
    this.region = region;
    this.own = own;
    this.options = options;
    this.held = held;
  }
}

// What SharedEngineAllocator has as a class, `attach`, is another one here.
const Base: new (...args: ConstructorParameters<typeof SharedEngineAllocator>) => SharedEngineAllocator =
  SharedEngineAllocator;

/**
 * The heap with lanes of @ariax/slab, operated by the engine in C: by threads of JavaScript, by those of other addons (`handle`), and by
 * other processes, at once. After the same calls, in the same order, it has the bytes that `SharedSlabAllocator` makes, and shares it with that one: over
 * `heap.region.buffer`, or a buffer that either has been given.
 *
 * Its verbs, costs and errors are `SharedSlabAllocator`'s: `ticket`, `watch`, `reclaim`, `park`, `close` and so on. Each of the hot ones is a call
 * into the addon, `allocateMany` and `freeMany` one for all. It makes no memory longer; what other lanes make longer it uses.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `MapError` where the system has no room.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `SystemCallError` where the system refuses.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `RegionUnmappedError` once the region is unmapped.
 * @throws `ClosedError` once this thread has closed it.
 * @throws `TicketError` for a ticket that is in use, or over.
 * @throws `NoLaneError` where all lanes are held.
 * @throws `LaneLostError` once its lane was reclaimed.
 */
export class NativeSharedAllocator extends Base {
  declare readonly [Symbol.dispose]: () => void;
  /** Where the heap lies, if that is a region. Another thread, or process, maps it by its name, file or path: an `ArrayBuffer` can't be posted. */
  declare readonly region: Region | undefined;
  declare private readonly own: boolean;
  declare private readonly engine: LaneEngine;
  declare private made: LanesHandle | undefined;
  /** What ends each watch. */
  declare private readonly watches: Set<() => void>;
  declare private fileLock: Held | undefined;
  /** The path of its lock file. */
  declare private lockFile: string | undefined;

  /**
   * A new heap, in memory mapped for it; this thread has the first lane. Some system calls; of a file O(pages).
   *
   * @throws `InvalidArgumentError` for a wrong option; and what `Region.share` or `Region.map` throws.
   */
  constructor(options: NativeSharedOptions) {
    const { heap, region, own, options: given, held } = options instanceof Opened ? options : make(options);
    const { ticket, onLateDoubleFree, lock } = given;
    let engine: LaneEngine;
    try {
      engine = system("can't bind the engine", undefined, () => addon().bindLanes(heap.whole));
      super(heap, engine, traitsOf(heap, region), ticket, onLateDoubleFree);
    } catch (error) {
      held?.undo();
      throw error;
    }
    present(this, WORDS);
    // Frozen, so that no proxy is put before it.
    this.engine = Object.freeze(engine);
    this.region = region;
    this.own = own;
    this.made = undefined;
    this.watches = new Set();
    this.fileLock = held;
    this.lockFile = lock;
    disposable(this);
  }

  /**
   * The heap with lanes that another thread, or process, made at `byteOffset` of a region, a `SharedArrayBuffer` or a shared
   * `WebAssembly.Memory`, by any engine; this thread gets a lane. O(lanes).
   *
   * @throws `TicketError` where the ticket is in use.
   * @throws `NoLaneError` where all lanes are held.
   * @throws `CorruptionError` where there is no heap.
   */
  static attach(
    where: Region | SharedArrayBuffer | WasmMemory,
    options: NativeSharedAttachOptions = {},
  ): NativeSharedAllocator {
    const read = readAttach(options, ["lock"]);
    checkCallback("onLateDoubleFree", read.onLateDoubleFree);
    addon();
    const region = where instanceof Region ? where : undefined;
    const { byteOffset = 0 } = read;
    if (region !== undefined) reach(region, byteOffset, (limit, lanes) => firstAt(limit, lanes));
    const buffer = region === undefined ? (where as SharedArrayBuffer) : region.buffer;
    const heap = openShared(buffer, byteOffset, "NativeAllocator");
    if (region === undefined && !isShared(heap.buffer)) {
      throw new InvalidArgumentError("invalid buffer: neither a region's nor shared, no other thread can see it");
    }
    const { words } = heap;
    const ticket = read.ticket === undefined ? drawTicket(words) : checkTicket(words, read.ticket);
    const held = read.lock === undefined ? undefined : hold(read.lock, ticket, idOf(words), words);
    const opened = new Opened(heap, region, false, { ...read, ticket }, held);
    return new NativeSharedAllocator(opened as unknown as NativeSharedOptions);
  }

  /** @throws `InvalidSizeError` */
  override allocateMany(size: number, out: Offsets): number {
    const it = this.itself();
    checkSize(size, it.capacity);
    it.heap.checkApart(checkOffsets(out));
    const made = it.engine.allocateMany(it.held(), it.holder, size, out);
    if (made < out.length) it.now(); // was the lane lost?
    return made;
  }

  /**
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  override freeMany(offsets: Offsets, count?: number): void {
    const it = this.itself();
    const n = checkCount(count, offsets);
    it.heap.checkApart(offsets);
    const lane = it.held();
    const good = system("can't free", undefined, () => it.engine.freeMany(lane, it.holder, offsets, n));
    // Nothing was freed: the other engine says what is wrong.
    if (good !== n) super.freeMany(offsets, count);
  }

  /** Two engines look. For when no other thread changes the heap. O(pages). */
  override verify(): void {
    const broken = this.engine.verify();
    super.verify();
    if (broken !== 0) throw new CorruptionError(`the engine finds invariant ${broken} broken`);
  }

  /** As `SharedSlabAllocator`'s, until the memory is unmapped. */
  override watch(...args: Parameters<SharedEngineAllocator["watch"]>): () => void {
    return this.watched(super.watch(...args));
  }

  /** A watch, which ends with the memory. */
  private watched(end: () => void): () => void {
    const { watches } = this.itself();
    watches.add(end);
    return () => {
      watches.delete(end);
      end();
    };
  }

  /**
   * Takes the lock of this thread's ticket in a file, until it has closed, or ends in whatever way; resolves to the file. Again: the same one. A thread that is
   * killed before that can't be proven dead by it: give `lock` to `attach`. Rejects with what the function `holdLock` throws.
   */
  override async holdLock(lock?: string): Promise<string> {
    const it = this.itself();
    if (it.closed) throw new ClosedError("heap");
    if (it.lockFile !== undefined && (lock ?? it.lockFile) === it.lockFile) return it.lockFile;
    if (it.lockFile !== undefined)
      throw new InvalidArgumentError(`invalid lock: this thread holds one in ${it.lockFile}`);
    it.fileLock = hold(lock as string, it.holder, idOf(it.words), undefined);
    it.lockFile = lock;
    return lock as string;
  }

  /** As `watch`, for a thread of any process that holds the lock of its ticket in a file: `watchLock`. Resolves to what undoes it. */
  override async watchLock(
    ticket: number,
    lock: string,
    then?: (lost: Lost) => void,
    options: WatchLockOptions = {},
  ): Promise<() => void> {
    return this.watched(watchLock(this.itself(), ticket, lock, then, options));
  }

  /** Reclaims what all left behind that held locks in a file and are dead: `reclaimDead`. */
  reclaimDead(lock: string, options: ReclaimOptions = {}): Map<number, Lost> {
    return reclaimDead(this.itself(), lock, options);
  }

  protected override released(): void {
    this.fileLock?.release();
  }

  /** The heap for other addons and their threads: include/ariax_native.h. They have to be joined before the memory is unmapped. */
  get handle(): LanesHandle {
    const it = this.itself();
    it.made ??= Object.freeze(system("can't make a handle", undefined, () => addon().lanesHandle(it.heap.whole)));
    return it.made;
  }

  /**
   * Closes, and unmaps the region: no thread of this process may use it any more.
   *
   * @throws `InvalidArgumentError` where there is no region, else as `Region.unmap`.
   */
  unmap(): void {
    const { region, watches } = this.itself();
    if (region === undefined) throw new InvalidArgumentError("invalid call: the heap lies in no region");
    if (region.mapped) this.close();
    region.unmap();
    // Nothing is left to repair.
    for (const end of watches) end();
    watches.clear();
  }

  /** As `close`; and as `unmap`, where the region was mapped by the constructor. */
  override dispose(): void {
    if (!this.own) this.close();
    else if (this.region!.mapped) this.unmap();
  }
}

function make(options: NativeSharedOptions): Opened {
  const read = readOptions(checkGiven(options, "capacity is"), KNOWN);
  const { capacity, lanes, guard, file, name, reserve = false, onLateDoubleFree, lock } = read;
  checkInteger("capacity", capacity, 0, MAX_CAPACITY);
  checkCallback("onLateDoubleFree", onLateDoubleFree);
  if (file !== undefined && name !== undefined) throw new InvalidArgumentError("invalid options: both file and name");
  const bytes = Math.floor(capacity / PAGE_SIZE) * PAGE_SIZE;
  // All is checked by that: what a file held is overwritten only by a heap that comes to be.
  const shared = { bytes, guard, reserve, [LEAST]: sharedFirst(bytes, lanes) * PAGE_SIZE };
  const id = newId();
  if (lock !== undefined && file !== undefined && isSameFile(lock, file)) {
    throw new InvalidArgumentError(`invalid lock: ${nameOf(lock)} is the file that the heap is to lie in`);
  }
  const held = lock === undefined ? undefined : hold(lock, 1, id, undefined);
  try {
    const region = file === undefined ? Region.share({ ...shared, name }) : Region.map({ ...shared, file });
    const heap = makeShared({ buffer: region.buffer, lanes }, region.kind !== "file");
    if (held !== undefined) {
      nameHeap(heap.words, id);
      held.rename(idOf(heap.words)); // who attaches that early may have drawn another one
    }
    return new Opened(heap, region, true, { ticket: 1, onLateDoubleFree, lock }, held);
  } catch (error) {
    held?.undo();
    throw error;
  }
}

const KNOWN = ["capacity", "lanes", "guard", "file", "name", "reserve", "onLateDoubleFree", "lock"];

/** Pages of a control block, whatever a header says. */
function firstAt(limit: number, lanes: number): number {
  try {
    return sharedFirst(limit * PAGE_SIZE, lanes);
  } catch {
    return 1; // it is no heap: who opens it says why
  }
}

function traitsOf({ buffer }: Heap, region: Region | undefined): { name: string; threadSafe: boolean } {
  return {
    name: "native-shared",
    threadSafe: isShared(buffer) || region?.kind === "shared" || region?.kind === "file",
  };
}
