import { CorruptionError, DetachedError, InvalidArgumentError, type Memory, type Offset } from "@ariax/allocator";
import { isBuffer, show } from "@ariax/allocator/implement";
import { newArray } from "./arrays.ts";

/** What touching the blocks needs of an allocator. */
export interface Touchable {
  readonly memory?: Memory | undefined;
  /** Where the memory never grows, its buffer is not read after each allocation. */
  readonly traits?: { readonly grows: boolean } | undefined;
}

/**
 * Writes the number of its slot to the first word of each block, and looks for it there: blocks that overlap, and contents lost by
 * a reallocation, are noticed. Of a block of less than 4 bytes the first byte is written, of one of 0 bytes nothing. Follows
 * memory that grows.
 */
export class FirstWords {
  private readonly memory: Memory;
  private readonly grows: boolean;
  /** By slot: bytes of its block, of those up to 4. */
  private readonly sizes: Uint8Array;
  private words: Int32Array = new Int32Array(0);
  private bytes: Uint8Array = new Uint8Array(0);

  constructor({ memory, traits }: Touchable, slots: number) {
    if (!isBuffer(memory?.buffer)) throw new InvalidArgumentError(`invalid allocator: ${show(memory)} is no memory`);
    this.memory = memory!;
    this.grows = traits?.grows !== false;
    this.sizes = newArray(Uint8Array, slots);
  }

  write(slot: number, offset: Offset, size: number): void {
    this.follow(offset);
    this.sizes[slot] = Math.min(size, 4);
    if (size >= 4) this.words[offset >>> 2] = slot;
    else if (size > 0) this.bytes[offset] = slot;
  }

  /** Throws `CorruptionError` where the first word is not what was written. */
  check(event: number, slot: number, offset: Offset): void {
    this.expect(event, slot, offset, this.sizes[slot]);
  }

  /** The block is `size` bytes now, perhaps elsewhere: what it keeps of its first word is looked for, and the word is written. */
  resized(event: number, slot: number, offset: Offset, size: number): void {
    const kept = this.sizes[slot];
    this.follow(offset);
    this.expect(event, slot, offset, size < kept ? (size < 1 ? 0 : 1) : kept);
    this.write(slot, offset, size);
  }

  private expect(event: number, slot: number, offset: Offset, size: number): void {
    if (size === 0) return;
    if (this.bytes.length === 0) this.renew();
    const read = size < 4 ? this.bytes[offset] : this.words[offset >>> 2];
    const written = size < 4 ? slot & 255 : slot;
    if (read === written) return;
    throw new CorruptionError(
      `the block at offset ${offset} (event ${event}, slot ${slot}) begins with ${read}, not with ${written}`,
    );
  }

  /** Arrays that are too short, as those of a buffer that is gone are; or another buffer? */
  private follow(offset: Offset): void {
    if (offset >= this.bytes.length || (this.grows && this.memory.buffer !== this.bytes.buffer)) this.renew();
  }

  private renew(): void {
    const { buffer } = this.memory;
    if (buffer.byteLength === 0) throw new DetachedError();
    this.bytes = new Uint8Array(buffer, 0, buffer.byteLength);
    this.words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
  }
}
