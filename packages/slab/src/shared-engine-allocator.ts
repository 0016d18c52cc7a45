/**
 * The heap with lanes, over the functions of an engine in another language: it allocates, frees and resizes. All that is not called
 * often is the TypeScript engine's, in the same lane: that is one thread's, whoever operates it in between.
 */
import {
  DEFAULT_ALIGNMENT,
  DoubleFreeError,
  InvalidBlockError,
  InvalidFreeError,
  NULL,
  type Offset,
  type Traits,
} from "@ariax/allocator";
import { checkAlignment, checkSize, isUint32, outOfMemory } from "@ariax/allocator/implement";
import type { Heap } from "./heap.ts";
import { laneOptions } from "./lanes/opened.ts";
import { SharedSlabAllocator } from "./shared-slab-allocator.ts";

/**
 * What an engine does, as its C header says (packages/engine-c/include/ariax.h). The first arguments are the word of the control block
 * that the thread's lane begins at, and its ticket. Offsets go in as any 32-bit numbers, and come out as any.
 */
export interface LaneVerbs {
  /** `NULL` where there is no room, or the lane is not held. So of the next one. */
  readonly allocate: (lane: number, ticket: number, size: number) => number;
  readonly allocateAligned: (lane: number, ticket: number, size: number, alignment: number) => number;
  /** 0: done; 1: a double free; 2: no block begins there, live or free; 3: the lane is not held. */
  readonly free: (lane: number, ticket: number, offset: number) => number;
  readonly resize: (lane: number, ticket: number, offset: number, size: number) => number | boolean;
  /** `NULL` where there is no room, no block, or the lane is not held. */
  readonly reallocate: (lane: number, ticket: number, offset: number, size: number) => number;
}

/** What the engine answers where no block begins, live or free. */
const INVALID = 2;

/**
 * The heap with lanes, as an engine in other code operates it: see above.
 *
 * @throws `TicketError` for a ticket that is in use, or over.
 * @throws `NoLaneError` where all lanes are held.
 * @throws `LaneLostError` once its lane was reclaimed.
 * @throws `ClosedError` once this thread has closed it.
 */
export class SharedEngineAllocator extends SharedSlabAllocator {
  declare readonly traits: Traits;
  // Not as one object, which Vue would put a proxy before.
  declare private readonly take: LaneVerbs["allocate"];
  declare private readonly takeAligned: LaneVerbs["allocateAligned"];
  declare private readonly give: LaneVerbs["free"];
  declare private readonly change: LaneVerbs["resize"];
  declare private readonly move: LaneVerbs["reallocate"];

  /**
   * For the thread of a ticket, or of one that is drawn now. Throws as `SharedSlabAllocator.attach`.
   *
   * @throws `HostMemoryError` where the host has no memory for it.
   */
  constructor(
    heap: Heap,
    engine: LaneVerbs,
    traits: Partial<Traits>,
    ticket: number | undefined,
    onLateDoubleFree: ((count: number) => void) | undefined,
  ) {
    super(laneOptions(heap, ticket, onLateDoubleFree));
    this.traits = { ...this.traits, ...traits };
    this.take = engine.allocate;
    this.takeAligned = engine.allocateAligned;
    this.give = engine.free;
    this.change = engine.resize;
    this.move = engine.reallocate;
  }

  /** The lane, which is this thread's, or becomes so now. */
  protected held(): number {
    if (this.view.length !== 0) return this.lane;
    const it = this.itself();
    it.now();
    return it.lane;
  }

  /** What the engine took, once it is told what it found. */
  private taken(offset: number): Offset {
    return this.onLate === undefined ? offset >>> 0 : this.itself().told(this.view, offset >>> 0);
  }

  override tryAllocate(size: number, alignment?: number): Offset {
    // After a rest the other engine does not take its hot path either: it looks first what others have freed.
    if (!isUint32(size) || alignment !== undefined || this.view.length === 0) {
      return this.allocateChecked(size, alignment);
    }
    // What is above the capacity finds no room either.
    return this.taken(this.take(this.lane, this.holder, size)) || this.noRoom(size);
  }

  private allocateChecked(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    checkSize(size, this.capacity);
    if (alignment !== DEFAULT_ALIGNMENT) checkAlignment(alignment, this.traits.maxAlignment);
    return this.taken(this.takeAligned(this.held(), this.holder, size, alignment)) || this.noRoom(size);
  }

  private noRoom(size: number): Offset {
    checkSize(size, this.capacity);
    this.itself().now(); // was the lane lost?
    return NULL;
  }

  override free(offset: Offset): void {
    const lane = this.held();
    const why = isUint32(offset) ? this.give(lane, this.holder, offset) : INVALID;
    if (why === 0) return;
    this.itself().now(); // was the lane lost?
    throw why === 1 ? new DoubleFreeError(offset) : new InvalidFreeError(offset);
  }

  override resize(offset: Offset, size: number): boolean {
    const lane = this.held();
    if (this.serves(offset, size) && this.change(lane, this.holder, offset, size)) return true;
    this.refused(offset, size);
    return false;
  }

  override reallocate(offset: Offset, size: number): Offset {
    const lane = this.held();
    // Before, as a block that has moved can't be put back: what this call finds the next one tells.
    if (this.onLate !== undefined) this.itself().tellLate(this.view);
    const moved = this.serves(offset, size) ? this.move(lane, this.holder, offset, size) >>> 0 : NULL;
    if (moved !== NULL) return moved;
    this.refused(offset, size);
    throw outOfMemory(this, size);
  }

  /** Can the engine be asked? */
  private serves(offset: Offset, size: number): boolean {
    return isUint32(offset) && isUint32(size) && size <= this.capacity;
  }

  /** Throws where there is more wrong than that there is no room. */
  private refused(offset: Offset, size: number): void {
    this.itself().now();
    if (!isUint32(offset)) throw new InvalidBlockError(offset);
    this.sizeOf(offset);
    checkSize(size, this.capacity);
  }
}
