/** Keys of 256 bits that look like hashes, in the two forms that books have them in. */
import { Random } from "@ariax/trace";

const WORDS = 8;

export class BlockKeys {
  readonly count: number;
  /** Key k: the eight words from 8 · k on. */
  readonly words: Uint32Array;
  private made: string[] | undefined;

  constructor(count: number, seed = 1) {
    this.count = count;
    this.words = new Uint32Array(WORDS * count);
    const random = new Random(seed);
    for (let i = 0; i < this.words.length; i++) this.words[i] = random.bits();
  }

  /** The same as hexadecimal digits; made when they are first asked for. */
  get texts(): readonly string[] {
    this.made ??= Array.from({ length: this.count }, (_, k) => {
      const bytes = Buffer.from(this.words.buffer, 4 * WORDS * k, 4 * WORDS);
      return bytes.toString("hex");
    });
    return this.made;
  }
}
