/**
 * A batch of vLLM's KV events (vllm-project/vllm, `vllm/distributed/kv_events.py`), whoever wrote it, and when. The batch is a list; its events were
 * lists too, in the order of their fields, until vLLM #42892 (June 2026), and are maps since then. Fields were added at the end of the
 * list six times, so those that are unknown are not looked at, and those behind `block_hashes` may be missing.
 *
 *     batch      [ts, [event, …], data_parallel_rank]                       or { ts, events, data_parallel_rank }
 *     stored     ["BlockStored", block_hashes, parent_block_hash, token_ids, block_size, lora_id, medium, lora_name, extra_keys, group_idx, …]
 *     removed    ["BlockRemoved", block_hashes, medium, group_idx]           or { type: "BlockRemoved", … }
 *     cleared    ["AllBlocksCleared"]
 */
import { canonical, refusal } from "../plan/hashes.ts";
import { isObject, kindOf, numberOf } from "../plan/read/json.ts";
import { LineError } from "../plan/read/line-error.ts";

/** The key of a block: its low 64 bits as a number, as vLLM sends it unless told otherwise; or its bytes; or, of JSON, a text that stands for these. */
export type VllmHash = number | bigint | string | Uint8Array;

export interface VllmStored {
  readonly type: "BlockStored";
  /** Of blocks one behind another. */
  readonly hashes: readonly VllmHash[];
  /** Of the block before the first one; undefined where it is a prompt's first. */
  readonly parent: VllmHash | undefined;
  /** Of all blocks; empty where whoever wrote it does not say. */
  readonly tokens: readonly number[];
  /** Tokens of a block. */
  readonly blockTokens: number | undefined;
  /** Where the block is: `GPU`, `CPU`, …; undefined where nothing is said: the GPU. */
  readonly medium: string | undefined;
  readonly loraName: string | undefined;
  /** Of a model whose layers have several kinds of blocks: which kind. */
  readonly group: number | undefined;
}

export interface VllmRemoved {
  readonly type: "BlockRemoved";
  readonly hashes: readonly VllmHash[];
  readonly medium: string | undefined;
  readonly group: number | undefined;
}

export type VllmEvent = VllmStored | VllmRemoved | { readonly type: "AllBlocksCleared" };

export interface VllmBatch {
  /** When, in seconds. */
  readonly ts: number | undefined;
  readonly events: readonly VllmEvent[];
  /** Which of several engines that share the work. */
  readonly rank: number | undefined;
}

/** A batch, or an event alone, from its decoded JSON or msgpack. Throws `LineError`. */
export function readBatch(value: unknown): VllmBatch {
  const isAlone = Array.isArray(value) ? typeof value[0] === "string" : isObject(value) && value.events === undefined;
  if (isAlone) {
    return {
      ts: isObject(value) ? numberOf("ts", value.ts) : undefined,
      events: [readEvent(value, 0)],
      rank: undefined,
    };
  }
  if (!Array.isArray(value) && !isObject(value)) throw new LineError(`not a batch of events: ${kindOf(value)}`);
  const [time, events, rank] = Array.isArray(value)
    ? value
    : [value.ts, value.events, value.data_parallel_rank ?? value.rank];
  const ts = numberOf("ts", time);
  if (!Array.isArray(events)) throw new LineError(`events is ${kindOf(events)}, no array`);
  return { ts, events: events.map(readEvent), rank: numberOf("data_parallel_rank", rank, true) };
}

/** Our names of vLLM's fields: what `decodeVllm` returned, and was written as JSON, can be read too. */
const OURS: Readonly<Record<string, string>> = {
  ...{ block_hashes: "hashes", parent_block_hash: "parent", token_ids: "tokens", block_size: "blockTokens" },
  ...{ lora_name: "loraName", group_idx: "group" },
};

function readEvent(value: unknown, i: number): VllmEvent {
  const where = `event ${i + 1}`;
  if (!Array.isArray(value) && !isObject(value)) throw new LineError(`${where} is ${kindOf(value)}`);
  const field = (name: string, at: number): unknown =>
    Array.isArray(value) ? value[at] : (value[name] ?? value[OURS[name]]);
  const text = (name: string, at: number) => textOf(`${where}: ${name}`, field(name, at));
  const type = field("type", 0);
  if (type === "AllBlocksCleared") return { type };
  if (type !== "BlockStored" && type !== "BlockRemoved") throw new LineError(`${where}: its type is ${kindOf(type)}`);
  const hashes = hashesOf(`${where}: block_hashes`, field("block_hashes", 1));
  if (type === "BlockRemoved") {
    return {
      type,
      hashes,
      medium: text("medium", 2),
      group: numberOf(`${where}: group_idx`, field("group_idx", 3), true),
    };
  }
  const parent = field("parent_block_hash", 2) ?? undefined;
  return {
    type,
    hashes,
    parent: parent === undefined ? undefined : hashesOf(`${where}: parent_block_hash`, [parent])[0],
    tokens: tokensOf(`${where}: token_ids`, field("token_ids", 3) ?? []),
    blockTokens: numberOf(`${where}: block_size`, field("block_size", 4), true),
    medium: text("medium", 6),
    loraName: text("lora_name", 7),
    group: numberOf(`${where}: group_idx`, field("group_idx", 9), true),
  };
}

function hashesOf(name: string, value: unknown): readonly VllmHash[] {
  if (!Array.isArray(value)) {
    throw new LineError(value === undefined ? `${name} is missing` : `${name} is ${kindOf(value)}, no array`);
  }
  for (let i = 0; i < value.length; i++) {
    const hash = value[i];
    if (canonical(hash) === undefined && !isBytes(hash)) throw new LineError(`${name}[${i}]: ${refusal(hash)}`);
  }
  return value;
}

/** Bytes, of msgpack; those of no length are no hash. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value.byteLength > 0;
}

function tokensOf(name: string, value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw new LineError(`${name} is ${kindOf(value)}, no array`);
  for (let i = 0; i < value.length; i++) {
    if (!Number.isSafeInteger(value[i])) throw new LineError(`${name}[${i}] is ${kindOf(value[i])}, no token id`);
  }
  return value;
}

/** The text of a field that may be left out. */
function textOf(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new LineError(`${name} is ${kindOf(value)}, no text`);
}
