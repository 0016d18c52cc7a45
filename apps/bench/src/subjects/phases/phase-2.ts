import { type AllocatorStats, CorruptionError, DEFAULT_ALIGNMENT, NULL, type Offset } from "@ariax/allocator";
import { checkSize, isUint32 } from "@ariax/allocator/implement";
import { PhaseOne } from "@ariax/consciousness/phase-1";
import type { MappedRecords } from "./addon.ts";
import { ALIGNMENT_BITS, type BlockRecord, ownerBits, RECORD_WORDS, type Recorded, readRecord } from "./record.ts";

/** What the system gives for a record of 16 bytes. */
const PAGE = 4096;

/**
 * Phase 2, as it was: phase 1, and of each block a record that is a system call of its own to make (`mmap`) and one to end
 * (`munmap`).
 *
 *     addresses   Float64Array, an entry for every 8 bytes of the region
 *                 0 = no block began there, −1 = one that is free again, else the address of the live block's record
 *
 * Known of the original: the `mmap` for each allocation's record, 6,685 of them and more in one run, 6.457 µs an
 * allocation. Ours: the words of the record, the table, and that the block itself is phase 1's.
 * tried: a mapping for the block too; measured: twice the time, 13 µs a block.
 *
 * The table lies outside of the region, so that double and invalid frees are told exactly.
 */
export class PhaseTwo extends PhaseOne implements Recorded {
  tick = 0;
  #owner = 0;
  readonly #addresses: Float64Array;
  readonly #records: MappedRecords;
  readonly #scratch = new Int32Array(RECORD_WORDS);
  #sequence = 0;

  constructor(options: { readonly capacity: number }, records: MappedRecords) {
    super(options, "phase-2");
    this.#records = records;
    this.#addresses = new Float64Array((this.capacity >>> 3) + 1);
  }

  get owner(): number {
    return this.#owner >>> ALIGNMENT_BITS;
  }
  set owner(owner: number) {
    this.#owner = ownerBits(owner);
  }

  /** Of all heaps in this process. */
  systemCalls(): number {
    return this.#records.systemCalls();
  }

  override tryAllocate(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset === NULL) return NULL;
    const sequence = (this.#sequence + 1) | 0;
    const address = this.#records.map(this.#owner | (32 - Math.clz32(alignment)), size, this.tick, sequence);
    // Refused, as by a limit on the number of mappings?
    if (address === 0) {
      this.region.release(offset);
      return NULL;
    }
    this.#sequence = sequence;
    this.#addresses[offset >>> 3] = address;
    return offset;
  }

  override free(offset: Offset): void {
    this.checkFree(offset);
    this.#end(offset);
    this.region.release(offset);
  }

  override resize(offset: Offset, size: number): boolean {
    this.checkLive(offset);
    checkSize(size, this.capacity);
    if (!this.region.resize(offset, size)) return false;
    this.#records.resize(this.#addresses[offset >>> 3], size);
    return true;
  }

  /** A system call for each live block. */
  override reset(): void {
    for (const offset of this.region) if (this.isLive(offset)) this.#end(offset);
    super.reset();
  }

  override stats(): AllocatorStats {
    const stats = super.stats();
    const bytes = stats.blocks * PAGE + this.#addresses.byteLength;
    return { ...stats, committed: stats.committed + bytes, overhead: stats.overhead + bytes };
  }

  override verify(): void {
    super.verify();
    let live = 0;
    for (const address of this.#addresses) if (address > 0) live++;
    const { blocks } = this.region.count();
    if (live !== blocks) throw new CorruptionError(`${blocks} blocks are live, and ${live} records`);
    for (const offset of this.region) {
      if (!this.isLive(offset)) continue;
      const { size, alignment } = this.record(offset);
      if (size > this.sizeOf(offset) || offset % alignment !== 0) {
        throw new CorruptionError(`the record of the block at ${offset} has ${size} bytes aligned to ${alignment}`);
      }
    }
  }

  record(offset: Offset): BlockRecord {
    this.checkLive(offset);
    this.#records.read(this.#addresses[offset >>> 3], this.#scratch);
    return readRecord(this.#scratch, 0);
  }

  protected override isLive(offset: Offset): boolean {
    return this.#entry(offset) > 0;
  }

  protected override wasFreed(offset: Offset): boolean {
    return this.#entry(offset) < 0;
  }

  #end(offset: Offset): void {
    this.#records.unmap(this.#addresses[offset >>> 3]);
    this.#addresses[offset >>> 3] = -1;
  }

  #entry(offset: Offset): number {
    const isPlace = isUint32(offset) && offset % 8 === 0 && offset < this.capacity;
    return isPlace ? this.#addresses[offset >>> 3] : 0;
  }
}
