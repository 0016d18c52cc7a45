import { utf8ToBytes } from "@noble/hashes/utils.js";

/** As much of CBOR (RFC 8949) as vLLM's keys need: integers, byte and text strings, arrays and null, each as short as it can be. */
export class Cbor {
  declare private out: Uint8Array;
  declare private length: number;

  constructor() {
    this.out = new Uint8Array(256);
    this.length = 0;
  }

  array(length: number): this {
    return this.head(4, length);
  }

  /** A whole number, of at most 32 bits and a sign. */
  integer(n: number): this {
    return n < 0 ? this.head(1, -1 - n) : this.head(0, n);
  }

  bytes(bytes: Uint8Array): this {
    this.head(2, bytes.length);
    return this.put(bytes);
  }

  text(text: string): this {
    const bytes = utf8ToBytes(text);
    this.head(3, bytes.length);
    return this.put(bytes);
  }

  nothing(): this {
    return this.put([0xf6]);
  }

  /** What was written. */
  done(): Uint8Array {
    return this.out.subarray(0, this.length);
  }

  private head(type: number, n: number): this {
    const kind = type << 5;
    if (n < 24) return this.put([kind | n]);
    if (n < 0x100) return this.put([kind | 24, n]);
    if (n < 0x10000) return this.put([kind | 25, n >>> 8, n]);
    return this.put([kind | 26, n >>> 24, n >>> 16, n >>> 8, n]);
  }

  private put(bytes: ArrayLike<number>): this {
    const end = this.length + bytes.length;
    if (end > this.out.length) {
      const more = new Uint8Array(2 * end);
      more.set(this.done());
      this.out = more;
    }
    this.out.set(bytes, this.length);
    this.length = end;
    return this;
  }
}
