/**
 * What vLLM publishes of its cache, recorded: the payloads of its messages one behind another, in msgpack; or as JSON, a batch a line, or an
 * event. `vllm/batch.ts` says what these are.
 *
 * Events say what was computed, not what was asked for; requests are put together from them. Blocks that are stored behind the last
 * one of a request that is being computed, or answered, are of the same request; all others begin one, of which the blocks before
 * were there. A request ends when nothing of it was stored for `IDLE`: what comes then is the session's next turn. So a request
 * whose blocks were all there can't be seen: the trace has less reuse than there was.
 */
import { isBytes, readBatch, type VllmHash, type VllmStored } from "../../vllm/batch.ts";
import { type BlockHash, Column, Hashes } from "../hashes.ts";
import { count, counted } from "../show/units.ts";
import { parseLine } from "./json.ts";
import type { Format, Reader, Sink } from "./reader.ts";

export const VLLM: Format = {
  name: "vllm",
  what: "vLLM's KV events, BlockStored and so on: payloads in msgpack, or JSON lines",
  create: (sink) => new VllmReader(sink),
};

/** ms: longer than a step takes, shorter than a person. */
const IDLE = 5000;
/** Requests that are being computed at once; of more, the oldest are taken to be complete. */
const MOST_OPEN = 4096;

/** A request that is being computed: when its first and its last block were stored, ms. */
interface Open {
  readonly began: number | undefined;
  readonly stored: number | undefined;
}

/** So many sizes of blocks are told apart. */
const MOST_SIZES = 4;

const STORED = 1;
const REMOVED = 2;

class VllmReader implements Reader {
  private size: number | undefined;
  private readonly sink: Sink;
  private readonly hashes = new Hashes();
  private readonly names: BlockHash[] = [];
  /** By hash: the number of the one before it, plus 1; and whether it is there. */
  private readonly parent = new Column();
  private readonly state = new Column();
  /** By its last block, those that stored last at the end. */
  private readonly open = new Map<number, Open>();
  private readonly ranks = new Set<number>();
  private readonly sizes = new Set<number>();
  private stored = 0;
  private again = 0;
  private removed = 0;
  private elsewhere = 0;
  private grouped = 0;
  private orphans = 0;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  get blockTokens(): number {
    return this.size ?? 16;
  }

  line(text: string): void {
    this.value(parseLine(text));
  }

  value(value: unknown): void {
    const { ts, events, rank } = readBatch(value);
    const at = ts === undefined ? undefined : 1000 * ts;
    if (rank !== undefined) this.ranks.add(rank);
    if (at !== undefined) {
      this.sink.time(at);
      this.closeIdle(at);
    }
    for (const event of events) {
      if (event.type === "AllBlocksCleared") this.clear();
      else if (event.medium !== undefined && event.medium.toUpperCase() !== "GPU") this.elsewhere++;
      // Of a model with several kinds of blocks, each kind tells the same hashes: the first one stands for all.
      else if (event.group !== undefined && event.group > 0) this.grouped++;
      else if (event.type === "BlockStored") this.store(event, at);
      else this.remove(event.hashes);
    }
  }

  end(): void {
    for (const [tip, { began }] of this.open) this.complete(tip, began);
    this.open.clear();
  }

  notes(): string[] {
    const { stored, removed, again, elsewhere, grouped, orphans, ranks, sizes } = this;
    return [
      `the engine stored ${counted(stored, "block")}, ${count(again)} of them again, and removed ${count(removed)}; requests that it found whole are not in its events`,
      ...(elsewhere > 0 ? [`${counted(elsewhere, "event")} of other memory than the GPU's left out`] : []),
      ...(grouped > 0
        ? [`${counted(grouped, "event")} of further kinds of blocks left out: the first kind stands for all`]
        : []),
      ...(orphans > 0
        ? [`${counted(orphans, "request")} behind a block that was never stored: what lies before that is not known`]
        : []),
      ...(ranks.size > 1 ? [`${ranks.size} data-parallel ranks were taken together as one cache`] : []),
      ...(sizes.size > 1 ? [`blocks of ${told(sizes)} tokens were counted alike`] : []),
    ];
  }

  private store({ hashes, parent, blockTokens }: VllmStored, at: number | undefined): void {
    if (hashes.length === 0) return;
    if (blockTokens !== undefined && blockTokens > 0) {
      this.size ??= blockTokens;
      if (this.sizes.size <= MOST_SIZES) this.sizes.add(blockTokens);
    }
    let before = parent === undefined ? -1 : this.numberOf(nameOf(parent), -1);
    if (before >= 0 && this.state.words[before] === 0) this.orphans++;
    const open = this.open.get(before);
    if (open !== undefined) this.open.delete(before);
    for (const hash of hashes) {
      before = this.numberOf(nameOf(hash), before);
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

  private remove(hashes: readonly VllmHash[]): void {
    for (const hash of hashes) {
      this.state.words[this.numberOf(nameOf(hash), -1)] = REMOVED;
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
  private numberOf(hash: BlockHash, before: number): number {
    const number = this.hashes.numberOf(hash);
    if (number < this.names.length) return number;
    this.names.push(hash);
    this.parent.reserve(this.names.length);
    this.state.reserve(this.names.length);
    this.parent.words[number] = before + 1;
    return number;
  }

  private complete(tip: number, at: number | undefined): void {
    const hashes: BlockHash[] = [];
    for (let number = tip; number >= 0; number = this.parent.words[number] - 1) hashes.push(this.names[number]);
    this.sink.add({ hashes: hashes.reverse(), at });
  }
}

/** A hash as one that a planner takes: bytes as base64, as JSON has them. */
function nameOf(hash: VllmHash): BlockHash {
  return isBytes(hash) ? btoa(String.fromCharCode(...hash)) : hash;
}

/** Every host has it, and no library of the language's own declares it. */
declare function btoa(text: string): string;

function told(sizes: ReadonlySet<number>): string {
  return sizes.size > MOST_SIZES ? `more than ${MOST_SIZES} sizes, in` : [...sizes].join(" and ");
}
