import type { ScenarioBuilder } from "./scenario-builder.ts";

/** Tokens in a block, as vLLM has it. */
export const BLOCK_TOKENS = 16;
/**
 * What a 34B model remembers of a token: 60 layers × 8 key/value heads × head size 128 × 2 (keys, values) × 2 bytes.
 */
export const BYTES_PER_TOKEN = 245_760;

const RECORD_BYTES = 32;
const RECORD = 0;

/**
 * The blocks of a paged key/value cache, of which there are only the records: who refers to each, and how many tokens
 * are in it. A block begins with one reference and ends with the last. O(1) each.
 */
export class KvCache {
  /** Blocks that are referred to, and tokens in them: what two sequences share counts once. */
  blocksLive = 0;
  tokensLive = 0;
  /** References to blocks that were there already, less the copies made of them: blocks that sharing has saved. */
  shared = 0;
  private readonly builder: ScenarioBuilder;
  /** By block: references, tokens, the id of its record. Blocks that are free are used again. */
  private readonly references: number[] = [];
  private readonly tokens: number[] = [];
  private readonly record: number[] = [];
  private readonly free: number[] = [];

  constructor(builder: ScenarioBuilder) {
    this.builder = builder;
  }

  /** A block with `tokens` tokens in it. */
  take(tokens: number): number {
    const block = this.free.pop() ?? this.record.length;
    this.record[block] = this.builder.allocate(RECORD_BYTES, RECORD);
    this.references[block] = 1;
    this.tokens[block] = tokens;
    this.blocksLive++;
    this.tokensLive += tokens;
    return block;
  }

  /** One more reference. */
  share(block: number): number {
    this.references[block]++;
    this.shared++;
    return block;
  }

  /** Writes a token behind the last one of a block that is not full: into a copy, if others refer to it too. */
  append(block: number): number {
    if (this.references[block] > 1) {
      const copy = this.take(this.tokens[block] + 1);
      this.references[block]--;
      this.shared--;
      return copy;
    }
    this.tokens[block]++;
    this.tokensLive++;
    return block;
  }

  /** One reference less. */
  release(block: number): void {
    if (--this.references[block] > 0) return;
    this.builder.free(this.record[block]);
    this.free.push(block);
    this.blocksLive--;
    this.tokensLive -= this.tokens[block];
  }
}
