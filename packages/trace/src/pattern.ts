import { DetachedError, type Memory, type Offset } from "@ariax/allocator";

/** Blocks of up to twice this many words are filled whole; larger ones at both ends, and once a page between. */
const EDGE = 1 << 18;
const PAGE = 1024;

/**
 * Fills blocks with words that depend on the block and on the place in it, so that another block's bytes, and the same
 * block's bytes moved, are both noticed. Follows memory that grows. Offsets must be multiples of 4.
 */
export class Pattern {
  private readonly memory: Memory;
  private buffer: ArrayBufferLike | undefined;
  private length = 0;
  private words: Int32Array = new Int32Array(0);
  private bytes: Uint8Array = new Uint8Array(0);

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Fills the `size` bytes of a block. O(size). */
  fill(offset: Offset, size: number, seed: number): void {
    this.renew();
    const first = offset >>> 2;
    const count = size >>> 2;
    for (let i = 0; i < count; i = after(i, count)) this.words[first + i] = word(seed, i);
    for (let b = count * 4; b < size; b++) this.bytes[offset + b] = byte(seed, b);
  }

  /** The first of the lower `upTo` bytes of a block filled by `fill(offset, size, seed)` that differs, or −1. O(upTo). */
  check(offset: Offset, size: number, seed: number, upTo: number): number {
    this.renew();
    const first = offset >>> 2;
    const count = size >>> 2;
    const whole = upTo >>> 2;
    let i = 0;
    for (; i < whole; i = after(i, count)) {
      if (this.words[first + i] !== word(seed, i)) return this.differs(offset, i * 4, i * 4 + 4, seed);
    }
    // Is the place behind the last whole word one of those that were filled?
    return i === whole ? this.differs(offset, whole * 4, upTo, seed) : -1;
  }

  private differs(offset: Offset, from: number, to: number, seed: number): number {
    for (let b = from; b < to; b++) {
      if (this.bytes[offset + b] !== byte(seed, b)) return b;
    }
    return -1;
  }

  private renew(): void {
    const buffer = this.memory.buffer;
    if (buffer === this.buffer && buffer.byteLength === this.length) return;
    if (buffer.byteLength === 0) throw new DetachedError();
    this.buffer = buffer;
    this.length = buffer.byteLength;
    this.words = new Int32Array(buffer, 0, Math.floor(this.length / 4));
    this.bytes = new Uint8Array(buffer, 0, this.length);
  }
}

/** The word behind word `i` in a block of `count` words that is filled. */
function after(i: number, count: number): number {
  return i < EDGE || i >= count - EDGE ? i + 1 : Math.min(i + PAGE, count - EDGE);
}

function word(seed: number, i: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(i + 1, 0x85ebca6b)) | 0;
}

/** Byte `b` of a block, as little-endian memory shows it. */
function byte(seed: number, b: number): number {
  return (word(seed, b >>> 2) >>> (8 * (b & 3))) & 255;
}
