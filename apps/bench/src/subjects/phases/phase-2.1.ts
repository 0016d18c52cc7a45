import {
  type Allocator,
  type AllocatorStats,
  allocateMany,
  CorruptionError,
  type Memory,
  NULL,
  type Offset,
  type Offsets,
  reallocate,
  type Traits,
} from "@ariax/allocator";
import { checkSize, outOfMemory } from "@ariax/allocator/implement";
import { ALIGNMENT_BITS, type BlockRecord, ownerBits, type Recorded, readRecord, SIZE, TAG } from "./record.ts";
import { PLACE_SHIFT, RecordPools } from "./record-pools.ts";

/** The slab heap, over whatever memory. `words` is its control block, at the start of what it governs. */
export type SlabHeap = Allocator & { readonly capacity: number; readonly words: Int32Array };

/**
 * Phase 2.1: the records of phase 2, field for field, without its system calls: blocks from the slab heap, records from
 * metadata pools.
 *
 *     allocate   slab: one bit of the cursor's word ── places[offset >>> 4] ── four words of the record
 *     free       slab: one bit, which tells double and invalid frees ──────── one word of the record
 *
 * In steady state no call makes garbage or reaches the system: both tables are typed arrays of fixed length.
 */
export class PhaseTwoOne implements Allocator, Recorded {
  // `declare`: see SlabAllocator.
  declare readonly memory: Memory;
  declare readonly traits: Traits;
  declare readonly capacity: number;
  /** 32 bits. */
  declare tick: number;
  declare private readonly heap: SlabHeap;
  declare private readonly records: RecordPools;
  declare private readonly counter: () => number;
  declare private readonly words: Int32Array;
  declare private readonly places: Int32Array;
  /** In a tag's bits. */
  declare private ownerTag: number;
  declare private sequence: number;

  /**
   * Takes a heap that has no blocks yet, for itself. `systemCalls` counts those that the heap's memory has made; over an
   * `ArrayBuffer` there is nothing that could make one.
   */
  constructor(heap: SlabHeap, systemCalls: () => number = () => 0) {
    this.heap = heap;
    this.counter = systemCalls;
    this.memory = heap.memory;
    this.capacity = heap.capacity;
    this.traits = { ...heap.traits, name: "phase-2.1", attachable: false };
    // Offsets count from the memory's start, which may lie before the heap's.
    this.records = new RecordPools(heap.words.byteOffset + heap.capacity);
    this.words = this.records.words;
    this.places = this.records.places;
    this.ownerTag = 0;
    this.tick = 0;
    this.sequence = 0;
  }

  get owner(): number {
    return this.ownerTag >>> ALIGNMENT_BITS;
  }
  set owner(owner: number) {
    this.ownerTag = ownerBits(owner);
  }

  /** Of all heaps in this process, where they are counted. */
  systemCalls(): number {
    return this.counter();
  }

  allocate(size: number, alignment?: number): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw outOfMemory(this, size, alignment);
    return offset;
  }

  // In the two hot methods constants are written out, as in SlabAllocator.
  /** O(1), as the slab heap. */
  tryAllocate(size: number, alignment?: number): Offset {
    const offset = this.heap.tryAllocate(size, alignment);
    if (offset === 0) return 0;
    let at = this.places[offset >>> 4 /* PLACE_SHIFT */];
    if (at === 0) at = this.records.bind(offset >>> 4);
    const w = this.words;
    const sequence = (this.sequence + 1) | 0;
    this.sequence = sequence;
    // The default is 8: log2 + 1 is 4. Of another, which the heap has checked, the same from its bits.
    w[at] = this.ownerTag | (alignment === undefined ? 4 : 32 - Math.clz32(alignment));
    w[at + 1 /* SIZE */] = size;
    w[at + 2 /* TICK */] = this.tick;
    w[at + 3 /* SEQUENCE */] = sequence;
    return offset;
  }

  free(offset: Offset): void {
    this.heap.free(offset);
    this.words[this.places[offset >>> 4] /* + TAG */] = 0;
  }

  sizeOf(offset: Offset): number {
    return this.heap.sizeOf(offset);
  }

  resize(offset: Offset, size: number): boolean {
    if (!this.heap.resize(offset, size)) return false;
    this.words[this.places[offset >>> PLACE_SHIFT] + SIZE] = size;
    return true;
  }

  reallocate(offset: Offset, size: number): Offset {
    return reallocate(this, offset, size);
  }

  allocateMany(size: number, out: Offsets): number {
    checkSize(size, this.capacity);
    return allocateMany(this, size, out);
  }

  freeMany(offsets: Offsets, count?: number): void {
    this.heap.freeMany(offsets, count);
    const length = count ?? offsets.length;
    for (let i = 0; i < length; i++) this.words[this.places[offsets[i] >>> PLACE_SHIFT] + TAG] = 0;
  }

  /** O(pages + records). */
  reset(): void {
    this.heap.reset();
    this.records.clear();
  }

  stats(): AllocatorStats {
    const stats = this.heap.stats();
    const bytes = this.records.byteLength;
    return { ...stats, committed: stats.committed + bytes, overhead: stats.overhead + bytes };
  }

  /** Beside the heap's and the pools' invariants: each live block has a record of its own, and no other place has one. */
  verify(): void {
    this.heap.verify();
    this.records.verify();
    const seen = new Set<number>();
    let live = 0;
    for (let place = 0; place < this.places.length; place++) {
      const at = this.places[place];
      if (at === 0) continue;
      if (seen.has(at)) throw new CorruptionError(`two places have the record at word ${at}`);
      seen.add(at);
      if (this.words[at + TAG] === 0) continue;
      const { size } = readRecord(this.words, at);
      const room = this.roomIn(place);
      if (size > room) throw new CorruptionError(`the record of place ${place} has ${size} bytes, its block ${room}`);
      live++;
    }
    const { count } = this.records;
    if (seen.size !== count) throw new CorruptionError(`${count} records are in ${seen.size} places`);
    const { blocks } = this.heap.stats();
    if (live !== blocks) throw new CorruptionError(`${blocks} blocks are live, and ${live} records`);
  }

  record(offset: Offset): BlockRecord {
    this.heap.sizeOf(offset);
    return readRecord(this.words, this.places[offset >>> PLACE_SHIFT]);
  }

  /** Usable bytes of the live block that begins in a place, at its first byte or its eighth; 0 where none does. */
  private roomIn(place: number): number {
    const first = place * 2 ** PLACE_SHIFT;
    for (const offset of [first, first + 8]) {
      try {
        return this.heap.sizeOf(offset);
      } catch {
        // Not this one.
      }
    }
    return 0;
  }
}
