/**
 * The hashes of a trace, as numbers from 0 on in the order in which they come. A hash is its text: `5`, `5n` and `"5"` are one, and
 * `18446744073709551615` is itself, not the nearest number that a double can hold.
 *
 * This, and an entry in a few columns beside it, is all that a planner keeps of a trace: some 100 bytes for each different hash.
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";

/** What names a block and all before it: equal ones can be reused. */
export type BlockHash = number | bigint | string;

/** A `Map` of V8 holds 2²⁴ entries, and throws at the next. */
const MOST_IN_A_MAP = 2 ** 23;
/** Hashes have a number each, and these are stored as 32-bit integers. */
const MOST = 2 ** 31 - 2;

const SMALL = /^-?[1-9]\d{0,15}$|^0$/;

/** The one form of a hash: a safe integer as a number, all else as text. Undefined where it is none. */
export function canonical(hash: unknown): number | string | undefined {
  if (typeof hash === "number") return Number.isSafeInteger(hash) ? hash + 0 : undefined;
  if (typeof hash === "bigint") return canonical(String(hash));
  if (typeof hash !== "string" || hash === "") return undefined;
  if (!SMALL.test(hash)) return hash;
  const number = Number(hash);
  return Number.isSafeInteger(number) ? number : hash;
}

/** Why `canonical` refuses it. */
export function refusal(hash: unknown): string {
  if (typeof hash === "number") return `${show(hash)} is no whole number that is exact`;
  if (hash === "") return "it is empty";
  return `${show(hash)} is no hash`;
}

export class Hashes {
  private readonly maps: Map<number | string, number>[] = [new Map()];
  private count = 0;

  /** How many different ones there are. */
  get size(): number {
    return this.count;
  }

  /** The hash that has a number, from 0 on, below `size`. O(size): for messages. */
  nameOf(number: number): number | string {
    for (const map of this.maps) for (const [hash, its] of map) if (its === number) return hash;
    throw new InvalidArgumentError(`invalid number: ${number} is no hash's`);
  }

  /** The number of a hash, a new one where it is new. O(1). Throws `InvalidArgumentError` where it is no hash. */
  numberOf(hash: BlockHash): number {
    const key = typeof hash === "number" && Number.isSafeInteger(hash) ? hash : canonical(hash);
    if (key === undefined) throw new InvalidArgumentError(`invalid hash: ${refusal(hash)}`);
    for (const map of this.maps) {
      const found = map.get(key);
      if (found !== undefined) return found;
    }
    if (this.count === MOST) throw new InvalidArgumentError(`invalid trace: more than ${MOST} different hashes`);
    let newest = this.maps[this.maps.length - 1];
    if (newest.size === MOST_IN_A_MAP) this.maps.push((newest = new Map()));
    newest.set(key, this.count);
    return this.count++;
  }
}

/** A column of 32-bit integers that grows: 0 where nothing was written. */
export class Column {
  words: Int32Array = new Int32Array(1024);

  /** Makes room for `count` entries. O(1), amortised. */
  reserve(count: number): void {
    if (count <= this.words.length) return;
    const grown = new Int32Array(Math.max(count, 2 * this.words.length));
    grown.set(this.words);
    this.words = grown;
  }
}
