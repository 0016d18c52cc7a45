import { counted, present, type Words } from "@ariax/allocator/implement";
import { grown, newArray, resized } from "./arrays.ts";
import { checkBlockSize, checkId } from "./check.ts";
import { TraceError } from "./error.ts";
import { ALLOCATE, FREE, REALLOCATE, type Trace } from "./trace.ts";

/** What takes events, by block id: the blocks are numbered from 0 in the order of their allocation. */
export interface TraceSink {
  /** A new block of `size` bytes; its id. */
  allocate(size: number): number;
  free(id: number): void;
  /** The block keeps its id. */
  reallocate(id: number, size: number): void;
}

/** No slot: the block is free already. */
const NONE = -1;

const WORDS: Words<TraceBuilder> = {
  name: () => "TraceBuilder",
  parts: (it) => [counted(it.events, "event")],
  what: "a builder",
  send: "post what builder.build() returns",
};

/**
 * Makes a `Trace` event by event, and refuses what no program can have done with a `TraceError`, changing nothing.
 * Every call is O(1) amortised; 9 bytes are held per event, 4 per allocation and 8 per slot. Where the host has no room for more,
 * it throws `HostMemoryError`.
 *
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export class TraceBuilder implements TraceSink {
  /** Where the event begins in the stream that is being read, for error messages; −1 = there is none. */
  position = -1;
  private op: Uint8Array = newArray(Uint8Array, 1024);
  private slot: Int32Array = newArray(Int32Array, 1024);
  private size: Int32Array = newArray(Int32Array, 1024);
  private count = 0;
  /** By id: its slot, or `NONE`. */
  private slotOf: Int32Array = newArray(Int32Array, 1024);
  private ids = 0;
  /** A stack of slots to use again, and by slot the bytes of the live block. */
  private spare: Int32Array = newArray(Int32Array, 64);
  private spares = 0;
  private bytesOf: Int32Array = newArray(Int32Array, 64);
  private slots = 0;
  private frees = 0;
  private live = 0;
  private peak = 0;
  private largest = 0;

  constructor() {
    present(this, WORDS);
  }

  /** How many events there are: also the number of the next one. */
  get events(): number {
    return this.count;
  }

  /** The id that the next allocation gets. */
  get nextId(): number {
    return this.ids;
  }

  /** @throws `TraceError` for what no trace can have. */
  allocate(size: number): number {
    checkBlockSize(size, this.count, this.position);
    this.makeRoom();
    const slot = this.spares > 0 ? this.spare[--this.spares] : this.slots++;
    this.slotOf[this.ids] = slot;
    this.push(ALLOCATE, slot, size);
    this.charge(slot, size);
    return this.ids++;
  }

  /** @throws `TraceError` for what no trace can have. */
  free(id: number): void {
    const slot = this.liveSlot(id);
    this.makeRoom();
    this.slotOf[id] = NONE;
    this.spare[this.spares++] = slot;
    this.live -= this.bytesOf[slot] >>> 0;
    this.frees++;
    this.push(FREE, slot, 0);
  }

  /** @throws `TraceError` for what no trace can have. */
  reallocate(id: number, size: number): void {
    const slot = this.liveSlot(id);
    checkBlockSize(size, this.count, this.position);
    this.makeRoom();
    this.live -= this.bytesOf[slot] >>> 0;
    this.push(REALLOCATE, slot, size);
    this.charge(slot, size);
  }

  /** The events so far as a trace. The builder can go on: the trace does not change. O(events). */
  build(): Trace {
    const events = this.count;
    const size = resized(this.size, events);
    return {
      op: resized(this.op, events),
      slot: resized(this.slot, events),
      size: this.largest < 2 ** 31 ? size : new Uint32Array(size.buffer),
      events,
      slots: this.slots,
      allocations: this.ids,
      frees: this.frees,
      reallocations: events - this.ids - this.frees,
      peakBytes: this.peak,
    };
  }

  /** Room for any event, before the first write: an array that can't grow leaves all as it was. */
  private makeRoom(): void {
    if (this.count === this.op.length) {
      const [op, slot, size] = [grown(this.op), grown(this.slot), grown(this.size)];
      this.op = op;
      this.slot = slot;
      this.size = size;
    }
    if (this.ids === this.slotOf.length) this.slotOf = grown(this.slotOf);
    if (this.slots === this.bytesOf.length) {
      const [spare, bytesOf] = [grown(this.spare), grown(this.bytesOf)];
      this.spare = spare;
      this.bytesOf = bytesOf;
    }
  }

  private push(op: number, slot: number, size: number): void {
    const event = this.count++;
    this.op[event] = op;
    this.slot[event] = slot;
    this.size[event] = size;
  }

  private charge(slot: number, size: number): void {
    this.bytesOf[slot] = size;
    this.live += size;
    if (this.live > this.peak) this.peak = this.live;
    if (size > this.largest) this.largest = size;
  }

  private liveSlot(id: number): number {
    checkId(id, this.ids, this.count, this.position);
    const slot = this.slotOf[id];
    if (slot === NONE) throw new TraceError(`block ${id} is free already`, this.count, this.position);
    return slot;
  }
}
