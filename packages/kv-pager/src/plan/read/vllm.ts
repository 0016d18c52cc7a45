/**
 * What vLLM publishes of its cache (`vllm/distributed/kv_events.py`), recorded as JSON, a batch a line: `[ts, events, rank]` as its
 * msgpack has it, or `{"ts", "events"}`, or an event alone. An event is `["BlockStored", block_hashes, parent_block_hash, token_ids,
 * block_size, lora_id, medium, …]` or an object with these fields and its `type`; fields behind are not looked at.
 *
 * Events say what was computed, not what was asked for; requests are put together from them. Blocks that are stored behind the last
 * one of a request that is being computed, or answered, are of the same request; all others begin one, of which the blocks before
 * were there. A request ends when nothing of it was stored for `IDLE`: what comes then is the session's next turn. So a request
 * whose blocks were all there can't be seen: the trace has less reuse than there was.
 */
import { Column, Hashes } from "../hashes.ts";
import { count, counted } from "../show/units.ts";
import { isObject, kindOf, numberOf, parseLine } from "./json.ts";
import { LineError } from "./line-error.ts";
import { type Format, hashesOf, type Reader, type Sink } from "./reader.ts";

export const VLLM: Format = {
  name: "vllm",
  what: "JSON lines of vLLM's KV events: batches of BlockStored, BlockRemoved, AllBlocksCleared",
  create: (sink) => new VllmReader(sink),
};

/** ms: longer than a step takes, shorter than a person. */
const IDLE = 5000;
/** Requests that are being computed at once; of more, the oldest are taken to be complete. */
const MOST_OPEN = 4096;

type Event =
  | {
      readonly type: "BlockStored";
      hashes: (number | bigint | string)[];
      parent: unknown;
      blockSize: number | undefined;
    }
  | { readonly type: "BlockRemoved"; hashes: (number | bigint | string)[] }
  | { readonly type: "AllBlocksCleared" };

/** A request that is being computed: when its first and its last block were stored, ms. */
interface Open {
  readonly began: number | undefined;
  readonly stored: number | undefined;
}

const STORED = 1;
const REMOVED = 2;

class VllmReader implements Reader {
  private size: number | undefined;
  private readonly sink: Sink;
  private readonly hashes = new Hashes();
  private readonly names: (number | bigint | string)[] = [];
  /** By hash: the number of the one before it, plus 1; and whether it is there. */
  private readonly parent = new Column();
  private readonly state = new Column();
  /** By its last block, those that stored last at the end. */
  private readonly open = new Map<number, Open>();
  private readonly ranks = new Set<unknown>();
  private readonly sizes = new Set<number>();
  private stored = 0;
  private again = 0;
  private removed = 0;
  private elsewhere = 0;
  private orphans = 0;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  get blockTokens(): number {
    return this.size ?? 16;
  }

  line(text: string): void {
    const { at, events, rank } = batchOf(parseLine(text));
    const read = events.map((event, i) => this.eventOf(event, `event ${i + 1}`));
    if (rank !== undefined && rank !== null) this.ranks.add(rank);
    if (at !== undefined) this.closeIdle(at);
    for (const event of read) {
      if (event === undefined) this.elsewhere++;
      else if (event.type === "BlockStored") this.store(event, at);
      else if (event.type === "BlockRemoved") this.remove(event.hashes);
      else this.clear();
    }
  }

  end(): void {
    for (const [tip, { began }] of this.open) this.complete(tip, began);
    this.open.clear();
  }

  notes(): string[] {
    const { stored, removed, again, elsewhere, orphans, ranks, sizes } = this;
    return [
      `the engine stored ${counted(stored, "block")}, ${count(again)} of them again, and removed ${count(removed)}; requests that it found whole are not in its events`,
      ...(elsewhere > 0 ? [`${counted(elsewhere, "event")} of other memory than the GPU's left out`] : []),
      ...(orphans > 0
        ? [`${counted(orphans, "request")} behind a block that was never stored: what lies before that is not known`]
        : []),
      ...(ranks.size > 1 ? [`${ranks.size} data-parallel ranks were taken together as one cache`] : []),
      ...(sizes.size > 1 ? [`blocks of ${[...sizes].join(" and ")} tokens were counted alike`] : []),
    ];
  }

  /** Undefined where it is of another tier. */
  private eventOf(value: unknown, where: string): Event | undefined {
    const field = fieldsOf(value, where);
    const type = field("type", 0);
    if (type === "AllBlocksCleared") return { type };
    if (type !== "BlockStored" && type !== "BlockRemoved") throw new LineError(`${where}: its type is ${kindOf(type)}`);
    const hashes = hashesOf(`${where}: block_hashes`, field("block_hashes", 1));
    const medium = field("medium", type === "BlockStored" ? 6 : 2);
    if (typeof medium === "string" && medium.toUpperCase() !== "GPU") return undefined;
    if (type === "BlockRemoved") return { type, hashes };
    const parent = field("parent_block_hash", 2) ?? undefined;
    if (parent !== undefined) hashesOf(`${where}: parent_block_hash`, [parent]);
    return { type, hashes, parent, blockSize: numberOf(`${where}: block_size`, field("block_size", 4), true) };
  }

  private store({ hashes, parent, blockSize }: Event & { type: "BlockStored" }, at: number | undefined): void {
    if (hashes.length === 0) return;
    if (blockSize !== undefined && blockSize > 0) {
      this.size ??= blockSize;
      this.sizes.add(blockSize);
    }
    let before = parent === undefined ? -1 : this.numberOf(parent as string, -1);
    if (before >= 0 && this.state.words[before] === 0) this.orphans++;
    const open = this.open.get(before);
    if (open !== undefined) this.open.delete(before);
    for (const hash of hashes) {
      before = this.numberOf(hash, before);
      const state = this.state.words;
      if (state[before] === REMOVED) this.again++;
      state[before] = STORED;
      this.stored++;
    }
    // The same prompt at the same time, twice?
    const twin = this.open.get(before);
    if (twin !== undefined) this.complete(before, twin.began);
    this.open.delete(before);
    this.open.set(before, { began: open === undefined ? at : open.began, stored: at });
    if (this.open.size > MOST_OPEN) {
      const [[tip, { began }]] = this.open;
      this.complete(tip, began);
      this.open.delete(tip);
    }
  }

  private remove(hashes: readonly (number | bigint | string)[]): void {
    for (const hash of hashes) {
      this.state.words[this.numberOf(hash, -1)] = REMOVED;
      this.removed++;
    }
  }

  private clear(): void {
    this.end();
    this.sink.clear();
  }

  private closeIdle(now: number): void {
    for (const [tip, { began, stored }] of this.open) {
      if (stored !== undefined && now - stored < IDLE) return;
      if (stored === undefined) continue;
      this.complete(tip, began);
      this.open.delete(tip);
    }
  }

  /** A hash's number; one that is new comes behind the block `before`, −1 = none. So that a block's number is above those before it. */
  private numberOf(hash: number | bigint | string, before: number): number {
    const number = this.hashes.numberOf(hash);
    if (number < this.names.length) return number;
    this.names.push(hash);
    this.parent.reserve(this.names.length);
    this.state.reserve(this.names.length);
    this.parent.words[number] = before + 1;
    return number;
  }

  private complete(tip: number, at: number | undefined): void {
    const hashes: (number | bigint | string)[] = [];
    for (let number = tip; number >= 0; number = this.parent.words[number] - 1) hashes.push(this.names[number]);
    this.sink.add({ hashes: hashes.reverse(), at });
  }
}

/** What a line has, whichever of the three it is. */
function batchOf(value: unknown): { at: number | undefined; events: readonly unknown[]; rank: unknown } {
  const isAlone = Array.isArray(value) ? typeof value[0] === "string" : isObject(value) && value.events === undefined;
  if (isAlone) {
    const ts = isObject(value) ? numberOf("ts", value.ts) : undefined;
    return { at: ts === undefined ? undefined : 1000 * ts, events: [value], rank: undefined };
  }
  if (!Array.isArray(value) && !isObject(value)) throw new LineError(`not a batch of events: ${kindOf(value)}`);
  const [time, events, rank] = Array.isArray(value) ? value : [value.ts, value.events, value.data_parallel_rank];
  const ts = numberOf("ts", time);
  if (!Array.isArray(events)) throw new LineError(`events is ${kindOf(events)}, no array`);
  return { at: ts === undefined ? undefined : 1000 * ts, events, rank };
}

/** A way to an event's fields: by their names, or their places. */
function fieldsOf(value: unknown, where: string): (name: string, at: number) => unknown {
  if (Array.isArray(value)) return (_, at) => value[at];
  if (isObject(value)) return (name) => value[name];
  throw new LineError(`${where} is ${kindOf(value)}`);
}
