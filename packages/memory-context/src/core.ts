/**
 * What a context is made of. The verbs, and the files beside this one, work on it; the context that a user holds shows it.
 *
 *     used = Σ room of live blocks + Σ quota of children + aside ≤ quota         soft ≤ quota ≤ bytes reserved
 *     limit = soft where used ≤ soft, else quota     a call that would go above it is looked at more closely
 *     easy  = limit − 16 KiB                         where used ≤ easy, no small block can go above it
 *     open  = pages where used ≤ soft, else 0        the same for frees: above soft, each may cross it downwards
 *
 * Where a context is disposed of or lent, limit is −1 and open 0, so that the hot paths need no look at its state.
 */
import { ContextDisposedError, ContextLentError, type Offset } from "@ariax/allocator";
import { PAGE_SIZE, SlabAllocator } from "@ariax/slab";
import { type Heap, heapOptions, layoutOf } from "@ariax/slab/engine";
import { ownPlace, type Place, wholeHeap } from "./place.ts";
import { type Owner, register } from "./ref.ts";
import { isLarge, MOST_SMALL, roomAt } from "./room.ts";

export const LIVE = 0;
export const LENT = 1;
export const DISPOSED = 2;

/** What is decided when a context is made. */
export interface Settings {
  readonly name: string;
  readonly quota: number;
  /** `undefined`: it is the quota, whatever that becomes. */
  readonly soft: number | undefined;
  readonly zero: boolean;
  /** Bytes, whole pages, at the end of the run that are not the heap's. */
  readonly aside: number;
  /** The user's, who is given the context that he holds. */
  readonly onPressure?: ((context: never, size: number) => void) | undefined;
  readonly onLeave?: ((context: never) => void) | undefined;
}

export class Core {
  // `declare`: a field that is initialised holds undefined first, and V8 then checks each load of it.
  declare readonly name: string;
  declare readonly parent: Core | undefined;
  /** The contexts whose names must differ: those beside this one, and itself. */
  declare readonly siblings: Map<string, Core>;
  declare readonly children: Map<string, Core>;
  /** Those of them whose bytes are a block of this heap, by its offset. */
  declare readonly inside: Map<Offset, Core>;
  /** Bytes of those. */
  declare inner: number;
  /** The quotas of all children, and what is set aside. */
  declare granted: number;
  declare readonly aside: number;
  declare place: Place;
  declare heap: Heap;
  declare slab: SlabAllocator;
  /** The control block, as far as is known: the memory may have become another buffer. */
  declare words: Int32Array;
  declare readonly base: number;
  declare readonly pages: number;
  /** Bytes that blocks can ever have. */
  declare readonly room: number;
  declare readonly zero: boolean;

  declare state: typeof LIVE | typeof LENT | typeof DISPOSED;
  declare quota: number;
  declare soft: number;
  /** Does `soft` follow the quota? */
  declare follows: boolean;
  declare used: number;
  /** The most that was used, as far as it is noted: it is before `used` falls. */
  declare peak: number;
  declare limit: number;
  declare easy: number;
  declare open: number;

  declare refused: number;
  declare pressures: number;
  /** Bytes that the quota refused last; 0 where it was the heap that had no room. */
  declare shortage: number;
  declare readonly onPressure: Settings["onPressure"];
  declare readonly onLeave: Settings["onLeave"];
  /** Does `onPressure` run now? */
  declare pressing: boolean;

  /** What references to its blocks are stamped with. */
  declare readonly owner: Owner;
  /** Views of its heap's bytes, and none beyond, for checked access; made when they are first needed. */
  declare bytes: Uint8Array;
  declare data: DataView;
  /** The context that the user holds. */
  declare context: unknown;

  /** With a heap that is there already, as in a loan, or a new one. O(pages). */
  constructor(settings: Settings, place: Place, parent: Core | undefined, siblings: Map<string, Core>, heap?: Heap) {
    // Made while nothing depends on it: the end of a context needs no memory.
    nowhere ??= makeNowhere();
    const { name, quota, soft, zero, aside } = settings;
    // What the hot paths touch comes first, side by side: two lines of the cache instead of four. It counts where dozens of contexts are used in turns.
    const own = heap ?? wholeHeap(place, zero, aside);
    this.slab = new SlabAllocator(heapOptions(own));
    this.words = own.words;
    this.base = place.base;
    this.used = aside + (heap === undefined ? 0 : this.slab.stats().live);
    this.peak = this.used;
    this.easy = this.open = this.limit = 0;
    this.heap = own;
    this.name = name;
    this.parent = parent;
    this.siblings = siblings;
    this.children = new Map();
    this.inside = new Map();
    this.inner = 0;
    this.granted = this.aside = aside;
    this.place = place;
    this.pages = (place.bytes - aside) / PAGE_SIZE;
    this.room = place.bytes - aside - layoutOf(this.pages, 1).first * PAGE_SIZE;
    this.zero = zero;
    this.state = LIVE;
    this.quota = quota;
    this.soft = soft ?? quota;
    this.follows = soft === undefined;
    this.refused = this.pressures = this.shortage = 0;
    this.onPressure = settings.onPressure;
    this.onLeave = settings.onLeave;
    this.pressing = false;
    this.owner = register(name);
    this.bytes = NO_BYTES;
    this.data = NO_DATA;
    this.context = undefined;
    this.refresh();
  }

  /** Cores know each other by identity. Vue's `reactive` wraps all that it meets, but not what has a tag of its own. */
  get [Symbol.toStringTag](): string {
    return "Core";
  }

  /** Throws where it is disposed of, or lent. */
  check(): void {
    if (this.state === DISPOSED) throw new ContextDisposedError(this.name);
    if (this.state === LENT) throw new ContextLentError(this.name);
  }

  /** Charges bytes, or gives them back where they are less than 0. */
  charge(bytes: number): void {
    if (this.used > this.peak) this.peak = this.used;
    this.used += bytes;
    this.refresh();
  }

  /** What follows from the state, what is used, and the limits. */
  refresh(): void {
    const isCalm = this.used <= this.soft;
    this.limit = this.state !== LIVE ? -1 : isCalm ? this.soft : this.quota;
    this.easy = this.limit - MOST_SMALL;
    this.open = this.state === LIVE && isCalm ? this.pages : 0;
  }

  /** As `check`, and throws `DetachedError` where the memory is gone, `CorruptionError` where it is too short. */
  ready(): void {
    this.check();
    this.heap.checkLength();
  }

  /** The control block as it is now. Throws `DetachedError` where the memory is gone. */
  current(): Int32Array {
    // Has the memory become another buffer? Then the view has no words left.
    if (this.words.length === 0) this.words = this.slab.words;
    return this.words;
  }

  /** The room of a live block, which is what it is charged. */
  roomAt(offset: Offset): number {
    return roomAt(this.current(), this.base, offset);
  }

  /** Has a live block pages of its own, so that it can become longer in place? */
  isLarge(offset: Offset): boolean {
    return isLarge(this.current(), this.base, offset);
  }

  /** Lets go of the memory, once it is disposed of: the user may keep the context. */
  forget(): void {
    const { place, heap, slab } = nowhere!;
    this.place = place;
    this.heap = heap;
    this.slab = slab;
    this.words = heap.words;
    this.bytes = NO_BYTES;
    this.data = NO_DATA;
    this.children.clear();
    this.inside.clear();
  }

  /** The bytes of its heap. Only where a live block has just been found, or after `ready`: then the memory is there. */
  ownBytes(): Uint8Array {
    if (this.bytes.length === 0) this.bytes = new Uint8Array(this.heap.buffer, this.base, this.pages * PAGE_SIZE);
    return this.bytes;
  }

  /** The same, for single numbers. */
  ownData(): DataView {
    const { buffer, byteOffset, byteLength } = this.ownBytes();
    if (this.data.buffer !== buffer) this.data = new DataView(buffer, byteOffset, byteLength);
    return this.data;
  }
}

/** Where contexts are that have been disposed of: a heap of one page beside its control block, that no hot path allocates from. */
let nowhere: Pick<Core, "place" | "heap" | "slab"> | undefined;

function makeNowhere(): Pick<Core, "place" | "heap" | "slab"> {
  const place = ownPlace(3 * PAGE_SIZE, false);
  const heap = wholeHeap(place, false, 0);
  return { place, heap, slab: new SlabAllocator(heapOptions(heap)) };
}

const NO_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
const NO_DATA: DataView = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(0));
