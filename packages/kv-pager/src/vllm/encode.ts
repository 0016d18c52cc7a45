/** A pager's events as vLLM publishes its own: for routers and indexes that listen to vLLM. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkBoolean, checkInteger, readOptions, show } from "@ariax/allocator/implement";
import type { KvEvent } from "../pager/events.ts";
import { encodeValue } from "./msgpack.ts";

/** What only the engine knows of a block. */
export interface VllmBlock {
  /** Its tokens. Indexes that make their own keys of tokens, as those of llm-d and Dynamo, need them. Default: none. */
  readonly tokens?: ArrayLike<number> | undefined;
  /** The adapter's name. */
  readonly loraName?: string | undefined;
}

export interface VllmOptions {
  /** When, in seconds: vLLM has the wall clock here. */
  readonly ts: number;
  /** Tokens of a block. */
  readonly blockTokens: number;
  /** Which of several engines that share the work. Default: none. */
  readonly rank?: number | undefined;
  /** What each tier is called there, the device first. Default: `["GPU", "CPU"]`. */
  readonly media?: readonly string[] | undefined;
  /** Called for each `stored` event, in order. */
  readonly describe?: ((event: KvEvent) => VllmBlock | undefined) | undefined;
  /** All 256 bits of a key, as vLLM with `VLLM_KV_EVENTS_USE_INT_BLOCK_HASHES=0`. Default: its low 64 bits as a number, as vLLM by default. */
  readonly wholeKeys?: boolean | undefined;
  /** Events as lists, for readers of vLLM before #42892 (June 2026). Default: as maps. */
  readonly positional?: boolean | undefined;
}

const KNOWN = ["ts", "blockTokens", "rank", "media", "describe", "wholeKeys", "positional"];

/** A run of events of one kind, that are one event there. */
interface Run {
  readonly type: KvEvent["type"];
  readonly tier: number;
  readonly hashes: (number | bigint | Uint8Array)[];
  readonly parent: number | bigint | Uint8Array | null;
  readonly tokens: number[];
  readonly loraName: string | null;
  /** The key of the last one. */
  last: string;
}

/**
 * The payload of a message: a batch of events, as `drain` gives them. Keys that were stored one behind another are one `BlockStored`. A key's
 * low 64 bits are its last 8 bytes, as there. O(events).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function encodeVllm(events: readonly KvEvent[], options: VllmOptions): Uint8Array {
  const given = readOptions(options, KNOWN);
  const { ts, rank, media = ["GPU", "CPU"], describe, wholeKeys = false, positional = false } = given;
  if (!Array.isArray(events)) throw new InvalidArgumentError(`invalid events: ${show(events)} is no list`);
  if (typeof ts !== "number" || !(Math.abs(ts) < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError(`invalid ts: ${show(ts)} is no time in seconds`);
  }
  const blockTokens = checkInteger("blockTokens", given.blockTokens, 1, 65536);
  if (rank !== undefined) checkInteger("rank", rank, 0, Number.MAX_SAFE_INTEGER);
  if (!Array.isArray(media)) throw new InvalidArgumentError(`invalid media: ${show(media)} is no list`);
  if (describe !== undefined && typeof describe !== "function") {
    throw new InvalidArgumentError("invalid describe: it is no function");
  }
  checkBoolean("wholeKeys", wholeKeys);
  checkBoolean("positional", positional);
  const hashOf = wholeKeys ? bytesOf : lowOf;
  const runs: Run[] = [];
  for (const event of events) {
    const block = event.type === "stored" ? readBlock(describe?.(event), blockTokens) : NONE;
    const run = runs.at(-1);
    if (run !== undefined && goesOn(run, event, block)) {
      run.last = event.key;
      run.hashes.push(hashOf(event.key));
      run.tokens.push(...block.tokens);
    } else {
      const { type, tier, key, parent } = event;
      runs.push({
        ...{
          type,
          tier,
          hashes: type === "cleared" ? [] : [hashOf(key)],
          parent: parent === "" ? null : hashOf(parent),
        },
        ...{ tokens: [...block.tokens], loraName: block.loraName, last: key },
      });
    }
  }
  return encodeValue([ts, runs.map((run) => eventOf(run, blockTokens, media, positional)), rank ?? null]);
}

interface Read {
  readonly tokens: readonly number[];
  readonly loraName: string | null;
}

const NONE: Read = { tokens: [], loraName: null };

function readBlock(block: VllmBlock | undefined, blockTokens: number): Read {
  if (block === undefined) return NONE;
  const { tokens, loraName } = readOptions(block, ["tokens", "loraName"], "block");
  if (loraName !== undefined && typeof loraName !== "string") {
    throw new InvalidArgumentError(`invalid loraName: ${show(loraName)} is no text`);
  }
  const list = tokens === undefined ? [] : Array.from(tokens, (token) => checkInteger("token", token, 0, 0xffffffff));
  if (list.length !== 0 && list.length !== blockTokens) {
    throw new InvalidArgumentError(`invalid tokens: ${list.length} of a block of ${blockTokens}`);
  }
  return { tokens: list, loraName: loraName ?? null };
}

/** Does an event go on where a run ended? */
function goesOn(run: Run, { type, tier, parent }: KvEvent, block: Read): boolean {
  if (type !== run.type || tier !== run.tier || type === "cleared") return false;
  if (type === "removed") return true;
  const isAlike = block.loraName === run.loraName && (block.tokens.length === 0) === (run.tokens.length === 0);
  return parent === run.last && isAlike;
}

/** As the structs of `vllm/distributed/kv_events.py` are written: fields that come last and have their default are left out. */
function eventOf(run: Run, blockTokens: number, media: readonly string[], positional: boolean): unknown {
  const { type, tier, hashes, parent, tokens, loraName } = run;
  const medium = media[tier];
  if (type !== "cleared" && typeof medium !== "string") {
    throw new InvalidArgumentError(`invalid media: no text for tier ${tier}, which an event is of`);
  }
  if (type === "cleared") return positional ? ["AllBlocksCleared"] : { type: "AllBlocksCleared" };
  if (type === "removed") {
    return positional ? ["BlockRemoved", hashes, medium] : { type: "BlockRemoved", block_hashes: hashes, medium };
  }
  if (positional) return ["BlockStored", hashes, parent, tokens, blockTokens, null, medium, loraName];
  return {
    ...{ type: "BlockStored", block_hashes: hashes, parent_block_hash: parent, token_ids: tokens },
    ...{ block_size: blockTokens, lora_id: null, medium, lora_name: loraName },
  };
}

const KEY = /^[0-9a-f]{64}$/;

function checkKey(key: string): string {
  if (typeof key !== "string" || !KEY.test(key))
    throw new InvalidArgumentError(`invalid key: ${show(key)} has no 64 digits`);
  return key;
}

function bytesOf(key: string): Uint8Array {
  checkKey(key);
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(key.slice(2 * i, 2 * i + 2), 16));
}

function lowOf(key: string): number | bigint {
  const low = BigInt(`0x${checkKey(key).slice(48)}`);
  return low <= Number.MAX_SAFE_INTEGER ? Number(low) : low;
}
