/**
 * What a model would compute of a token: a number that stands for it and for all before it, its salt, its adapter, and the weights. Equal
 * numbers, equal vectors in the cache; and of two prompts the numbers are equal as far as these begin alike.
 */
import type { Job } from "./job.ts";
import type { SubjectOpen } from "./subject.ts";

export class Meanings {
  private readonly numbers: Map<string, number> = new Map();

  /** The numbers of a sequence's first `n` tokens, or of more. */
  of(job: Job, n: number, epoch: number): number[] {
    if (job.of !== epoch) job.numbers = [];
    job.of = epoch;
    const { numbers } = job;
    let before = numbers.at(-1) ?? this.numberOf(`${epoch} ${job.root}`);
    for (let k = numbers.length; k < n; k++) numbers.push((before = this.numberOf(`${before} ${job.labels[k]}`)));
    return numbers;
  }

  private numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.numbers.size + 1);
    return this.numbers.size;
  }
}

/** What stands before a sequence's first token. */
export function rootOf({ salt, adapter, keys }: SubjectOpen): string {
  return JSON.stringify([salt ?? null, adapter ?? null, keys === undefined ? "tokens" : "keys"]);
}

/** Each token of a prompt, as what it is. */
export function labelsOf({ tokens = [], media = [], keys, length = 0 }: SubjectOpen, blockTokens: number): string[] {
  const labels =
    keys === undefined ? tokens.map(String) : Array.from({ length }, (_, i) => `k${keyed(keys, i, blockTokens)}`);
  for (const { id, from, length: n } of media) {
    for (let i = 0; i < n; i++) labels[from + i] = `${labels[from + i]} ${JSON.stringify(id)} ${i}`;
  }
  return labels;
}

/** What a token of a sequence with keys is: its block's key, and its place; behind the keys, only its place. */
function keyed(keys: Int32Array, i: number, blockTokens: number): string {
  const block = Math.floor(i / blockTokens);
  return `${keys.subarray(8 * block, 8 * block + 8).join(",")} ${i % blockTokens}`;
}
