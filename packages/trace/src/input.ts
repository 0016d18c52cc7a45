/**
 * Bytes that come in pieces of any length, taken one by one or as bits, the lowest of each byte first. Whoever takes some asks
 * first that they be here:
 *
 *     if (input.short(8)) await input.want(8)      most times there is nothing to wait for
 *     input.bits(5)
 *
 *     bytes   │ taken …      │ at                  a piece, and what was left of those before
 *     hold           ▒▒▒▒▒▒▒▒│                     bits of the last bytes taken, not used yet
 */
import type { Code } from "./huffman.ts";
import { damaged, StreamError } from "./stream-error.ts";

const NONE: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

export class Input {
  private readonly source: AsyncIterator<Uint8Array>;
  private bytes: Uint8Array = NONE;
  private at = 0;
  private hold = 0;
  private held = 0;
  private ended = false;
  private readonly maxBytes: number;
  private bytesSoFar = 0;

  /** Asks `source` for no more once `maxBytes` are exceeded. */
  constructor(source: AsyncIterator<Uint8Array>, maxBytes: number) {
    this.source = source;
    this.maxBytes = maxBytes;
  }

  /** Whole bytes that are here. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Are fewer than `count` bytes here, where more may come? */
  short(count: number): boolean {
    return this.bytes.length - this.at < count && !this.ended;
  }

  /** Waits until `count` bytes are here, or all that there are. Throws `StreamError`, and what the source throws. */
  async want(count: number): Promise<void> {
    while (this.short(count)) {
      this.unread();
      // Copied before the next piece is asked for: the source may use its memory again.
      const rest = this.bytes.slice(this.at);
      this.bytes = rest;
      this.at = 0;
      const more = await this.next();
      if (rest.length > 0) {
        this.bytes = new Uint8Array(rest.length + more.length);
        this.bytes.set(rest);
        this.bytes.set(more, rest.length);
      } else this.bytes = more;
    }
  }

  /** All that is left, in pieces that are good until the next is asked for. */
  async *rest(): AsyncGenerator<Uint8Array> {
    yield this.take(this.left);
    while (!this.ended) yield await this.next();
  }

  /** The next piece; none at the end. */
  private async next(): Promise<Uint8Array> {
    if (this.bytesSoFar > this.maxBytes) throw new StreamError(`there are more than ${this.maxBytes} packed bytes`);
    const { done = false, value } = await this.source.next();
    this.ended = done;
    if (done) return NONE;
    this.bytesSoFar += value.length;
    return value;
  }

  /** Byte `i` of those that are here, not taken; −1 = there is none. */
  peek(i: number): number {
    return i < this.left ? this.bytes[this.at + i] : -1;
  }

  /** Up to `count` bytes of those that are here. They are good until the next call. */
  take(count: number): Uint8Array {
    const taken = this.bytes.subarray(this.at, this.at + count);
    this.at += taken.length;
    return taken;
  }

  /** The next `count` bits, up to 16, as a number. */
  bits(count: number): number {
    this.fill(count);
    if (this.held < count) damaged();
    const value = this.hold & ((1 << count) - 1);
    this.drop(count);
    return value;
  }

  /** The next symbol of a code. */
  symbol({ table }: Code): number {
    this.fill(15);
    const entry = table[this.hold & (table.length - 1)];
    const length = entry & 15;
    // No code begins like that, or it is cut off?
    if (length === 0 || length > this.held) damaged();
    this.drop(length);
    return entry >>> 4;
  }

  /** Leaves the rest of a byte of which bits were taken. */
  align(): void {
    this.unread();
    this.hold = 0;
    this.held = 0;
  }

  private fill(count: number): void {
    while (this.held < count && this.at < this.bytes.length) {
      this.hold |= this.bytes[this.at++] << this.held;
      this.held += 8;
    }
  }

  private drop(count: number): void {
    this.hold >>>= count;
    this.held -= count;
  }

  /** Gives back the whole bytes among the bits that are held. */
  private unread(): void {
    this.at -= this.held >>> 3;
    this.held &= 7;
    this.hold &= (1 << this.held) - 1;
  }
}
