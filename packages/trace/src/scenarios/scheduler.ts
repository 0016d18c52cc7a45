import { BLOCK_TOKENS, KvCache } from "./kv-cache.ts";
import type { Request } from "./requests.ts";
import type { ScenarioBuilder } from "./scenario-builder.ts";

const TABLE = 1;
const ENTRY_BYTES = 4;
const LEAST_ENTRIES = 8;

/** An answer that is being written. */
interface Sequence {
  readonly group: number;
  /** Its blocks in order, all of them full but the last. */
  readonly blocks: number[];
  /** The id of its block table, and how many entries that has room for. */
  readonly table: number;
  room: number;
  tokens: number;
  /** Tokens still to come. */
  missing: number;
}

/** Sequences that have the same system prompt: how many of them run, and the full blocks that all of them share. */
interface Group {
  running: number;
  blocks: number[];
}

/**
 * Who runs and who waits. First come, first served; a request is begun when its blocks and all that was promised to
 * those that run fit into the cache, so that none has to be evicted (TensorRT-LLM's "guaranteed no evict").
 *
 *     blocks live + blocks promised ≤ capacity
 */
export class Scheduler {
  readonly cache: KvCache;
  /** Sequences begun so far. */
  sequences = 0;
  private readonly builder: ScenarioBuilder;
  private readonly capacity: number;
  private readonly waiting: Request[] = [];
  private running: Sequence[] = [];
  /** Blocks that those who run will still take. */
  private promised = 0;
  private readonly groups = new Map<number, Group>();

  constructor(builder: ScenarioBuilder, capacity: number) {
    this.cache = new KvCache(builder);
    this.builder = builder;
    this.capacity = capacity;
  }

  /** A step of the model. O(running sequences + events). */
  step(arrived: readonly Request[]): void {
    const running = this.running;
    for (const sequence of running) this.append(sequence);
    this.running = running.filter(({ missing }) => missing > 0);
    for (const sequence of running) if (sequence.missing === 0) this.end(sequence);
    this.waiting.push(...arrived);
    let begun = 0;
    while (begun < this.waiting.length && this.begin(this.waiting[begun])) begun++;
    this.waiting.splice(0, begun);
  }

  /** Writes the prompt's blocks, if there is room for the request; false if there is not. */
  private begin({ group: name, prefix, own, answers }: Request): boolean {
    const group = this.groupOf(name);
    const prompt = prefix + own;
    const common = Math.floor(prefix / BLOCK_TOKENS);
    const blocks = blocksFor(prompt);
    // Each answer writes into the prompt's last block if that is not full: all but the last of them into a copy.
    let promised = prompt % BLOCK_TOKENS === 0 ? 0 : answers.length - 1;
    for (const tokens of answers) promised += blocksFor(prompt + tokens) - blocks;
    const needed = blocks - group.blocks.length + promised;
    if (this.cache.blocksLive + this.promised + needed > this.capacity) return false;

    const found = group.blocks.map((block) => this.cache.share(block));
    const prompted = [...found];
    while (prompted.length < blocks) {
      prompted.push(this.cache.take(Math.min(BLOCK_TOKENS, prompt - prompted.length * BLOCK_TOKENS)));
    }
    group.blocks = prompted.slice(0, common);
    for (const [a, tokens] of answers.entries()) {
      const own = a === 0 ? prompted : prompted.map((block) => this.cache.share(block));
      const room = roomFor(blocks);
      const table = this.builder.allocate(ENTRY_BYTES * room, TABLE);
      this.running.push({ group: name, blocks: own, table, room, tokens: prompt, missing: tokens });
    }
    group.running += answers.length;
    this.sequences += answers.length;
    this.promised += promised;
    return true;
  }

  private append(sequence: Sequence): void {
    const { blocks } = sequence;
    const before = this.cache.blocksLive;
    // last block full?
    if (sequence.tokens % BLOCK_TOKENS === 0) blocks.push(this.cache.take(1));
    else blocks[blocks.length - 1] = this.cache.append(blocks[blocks.length - 1]);
    this.promised -= this.cache.blocksLive - before;
    if (blocks.length > sequence.room) {
      sequence.room = roomFor(blocks.length);
      this.builder.reallocate(sequence.table, ENTRY_BYTES * sequence.room);
    }
    sequence.tokens++;
    sequence.missing--;
  }

  /** From the last block on, as vLLM does. */
  private end({ blocks, table, group: name }: Sequence): void {
    for (let b = blocks.length - 1; b >= 0; b--) this.cache.release(blocks[b]);
    this.builder.free(table);
    const group = this.groupOf(name);
    if (--group.running === 0) group.blocks = [];
  }

  private groupOf(name: number): Group {
    let group = this.groups.get(name);
    if (group === undefined) {
      group = { running: 0, blocks: [] };
      this.groups.set(name, group);
    }
    return group;
  }
}

function blocksFor(tokens: number): number {
  return Math.ceil(tokens / BLOCK_TOKENS);
}

/** The power of two that a table grows to for so many blocks. */
function roomFor(blocks: number): number {
  let room = LEAST_ENTRIES;
  while (room < blocks) room *= 2;
  return room;
}
