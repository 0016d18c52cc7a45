/** What a pager is made with: read once, and checked. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkAlone, checkBoolean, checkInteger, isRevoked, readOptions, show } from "@ariax/allocator/implement";
import { checkText, type KeyMaker, seedBytes } from "../keys/keys.ts";
import { randomBytes } from "../keys/random.ts";
import { DEFAULT_POLICY, POLICIES } from "../policies/index.ts";
import { checkMaker, checkSeed, HASHES, type HashName, makerOf } from "./keys.ts";
import { MAX_TIERS, type Shape, TIER_NAME } from "./layout.ts";
import { toUtf8 } from "./utf8.ts";

/** Blocks behind the device's. */
export interface TierOptions {
  /** What the tier is called: up to 27 bytes, another one for each. */
  readonly name: string;
  readonly blocks: number;
}

export interface KvPagerOptions {
  /** Blocks of the device, 1 to 2²⁴ − 1; their ids are 1 to `blocks`. */
  readonly blocks: number;
  /** Tokens of a block, 1 to 4,096; default 16. */
  readonly blockTokens?: number | undefined;
  /** More blocks, the nearest tier first: up to 15. Default: none. */
  readonly tiers?: readonly TierOptions[] | undefined;
  /**
   * Tokens that a token sees, itself included, where the model has a sliding window; at least 2. Default: all. With it, a sequence takes slots once
   * a step: see `allocateSlots`.
   */
  readonly window?: number | undefined;
  /** The share of blocks that admitting a sequence beside others leaves free, 0 to 1; default 0. Sequences that run may have them. */
  readonly watermark?: number | undefined;
  /** How keys are made: `"sha256"`, the default, as `ChainKeys`, or `"sha256_cbor"`, as `VllmKeys` and vLLM. */
  readonly hash?: HashName | undefined;
  /** Pagers with the same seed make the same keys: up to 52 bytes. Default: random, and nobody can guess a key. vLLM's is needed with `"sha256_cbor"`. */
  readonly seed?: string | Uint8Array | undefined;
  /** Who makes keys, instead of `hash` and `seed`. */
  readonly keys?: KeyMaker | undefined;
  /** Whether events are kept, or how many at most: `true` is twice the blocks of all tiers, at least 1,024. Default false. */
  readonly events?: boolean | number | undefined;
  /** Sequences open at one time, 1 to 2²⁰; default 1,024. */
  readonly sequences?: number | undefined;
  /** Tenants at most, 0 to 2¹⁶; default 0: nothing is charged. */
  readonly tenants?: number | undefined;
  /** Transfers in flight at one time, 1 to 2¹⁶; default 256. */
  readonly tickets?: number | undefined;
  /** Moves that wait for the engine, 1 to 2²⁰; default: as many as the device has blocks, 64 to 65,536. */
  readonly moves?: number | undefined;
  /** Priorities of blocks, 1 to 256, default 1. */
  readonly priorities?: number | undefined;
  /** Who of the cached blocks is evicted first: one of `POLICIES` by its name. */
  readonly policy?: string | undefined;
  /** The share of the device's blocks that may be pinned, 0 to 1; default 0.2. */
  readonly pinLimit?: number | undefined;
  /**
   * Bytes for tables, keys and the tokens of blocks that are not full: 36 a block of each open sequence, shared or not; with tenants 52.
   * Default: four times what the device's blocks take once, and 64 KiB + 512 a sequence. Memory that is not used costs nothing.
   */
  readonly tableBytes?: number | undefined;
  /** Memory that other threads can see. The pager takes no locks: one thread at a time. */
  readonly shared?: boolean | undefined;
  /** Memory that exists, from its first byte on; what lies there is overwritten. */
  readonly buffer?: ArrayBufferLike | undefined;
}

const SHAPE = [
  ...["blocks", "blockTokens", "tiers", "window", "watermark", "hash", "events", "sequences", "tenants", "tickets"],
  ...["moves", "priorities", "policy", "pinLimit", "tableBytes", "seed", "keys"],
];
const MAX_BLOCKS = 2 ** 24 - 1;
const DEFAULT_PIN_LIMIT = 0.2;

/** Options, checked. */
export interface PagerRequest extends Pick<KvPagerOptions, "shared" | "buffer"> {
  readonly shape: Shape;
  readonly seed: Uint8Array;
  readonly maker: KeyMaker;
}

/** Each option, read once and checked. Throws `InvalidArgumentError`. */
export function readPagerOptions(options: KvPagerOptions): PagerRequest {
  const given = readOptions(options, [...SHAPE, "shared", "buffer"]);
  checkAlone(given, "shared", ["buffer"]);
  checkAlone(given, "keys", ["hash", "seed"]);
  const { shared, buffer, keys } = given;
  if (shared !== undefined) checkBoolean("shared", shared);
  const shape = shapeOf(given);
  if (keys !== undefined)
    return { shared, buffer, shape, seed: new Uint8Array(0), maker: checkMaker(keys, shape.blockTokens) };
  if (given.seed === undefined && given.hash === "sha256_cbor") {
    throw new InvalidArgumentError("invalid seed: vLLM's PYTHONHASHSEED is needed");
  }
  const seed = given.seed === undefined ? randomBytes(32) : checkSeed(seedBytes(given.seed));
  return { shared, buffer, shape, seed, maker: makerOf(shape.hash, shape.blockTokens, seed) };
}

function shapeOf(given: KvPagerOptions): Shape {
  const { blockTokens = 16, window = 0, watermark = 0, hash = "sha256", events = false } = given;
  const { sequences = 1024, tenants = 0, tickets = 256, priorities = 1, policy = DEFAULT_POLICY.name } = given;
  const { pinLimit = DEFAULT_PIN_LIMIT } = given;
  const blocks = checkInteger("blocks", given.blocks, 1, MAX_BLOCKS);
  const tiers = [{ name: "device", blocks }, ...readTiers(given.tiers)];
  const all = tiers.reduce((sum, tier) => sum + tier.blocks, 0);
  checkInteger("blockTokens", blockTokens, 1, 4096);
  if (given.window !== undefined) checkInteger("window", window, 2, 2 ** 30);
  checkShare("watermark", watermark);
  checkShare("pinLimit", pinLimit);
  checkInteger("sequences", sequences, 1, 2 ** 20);
  checkInteger("tenants", tenants, 0, 2 ** 16);
  checkInteger("tickets", tickets, 1, 2 ** 16);
  checkInteger("priorities", priorities, 1, 256);
  if (!HASHES.includes(hash))
    throw new InvalidArgumentError(`invalid hash: ${show(hash)} is not one of ${HASHES.join(", ")}`);
  if (!POLICIES.some(({ name }) => name === policy)) {
    const names = POLICIES.map(({ name }) => name).join(", ");
    throw new InvalidArgumentError(`invalid policy: ${show(policy)} is not one of ${names}`);
  }
  const moves = checkInteger("moves", given.moves ?? Math.max(64, Math.min(blocks, 65536)), 1, 2 ** 20);
  const kept = events === true ? Math.max(1024, 2 * all) : events === false ? 0 : events;
  checkInteger("events", kept, 0, 2 ** 25);
  const entry = tenants > 0 ? 52 : 36;
  const least = 65536 + 512 * sequences + 4 * entry * blocks;
  const asked = given.tableBytes ?? Math.min(least, 2 ** 30);
  const tableBytes = Math.ceil(checkInteger("tableBytes", asked, 65536, 2 ** 31 - 4096) / 4096) * 4096;
  return {
    ...{ tiers, blockTokens, window, sequences, tickets, tenants, moves, tableBytes, priorities, policy },
    ...{ watermark: Math.round(watermark * blocks), events: kept, pinLimit: Math.round(pinLimit * 1e6) / 1e6 },
    hash: given.keys === undefined ? HASHES.indexOf(hash) + 1 : 0,
  };
}

function checkShare(name: string, share: number): void {
  if (typeof share === "number" && share >= 0 && share <= 1) return;
  throw new InvalidArgumentError(`invalid ${name}: ${show(share)} is not a share from 0 to 1`);
}

function readTiers(list: readonly TierOptions[] | undefined): TierOptions[] {
  if (list === undefined) return [];
  if (isRevoked(list) || !Array.isArray(list))
    throw new InvalidArgumentError(`invalid tiers: ${show(list)} is no list`);
  if (list.length >= MAX_TIERS)
    throw new InvalidArgumentError(`invalid tiers: ${list.length} of them, at most ${MAX_TIERS - 1} are allowed`);
  const names = new Set(["device"]);
  return Array.from(list, (tier: TierOptions) => {
    const { name, blocks } = readOptions(tier, ["name", "blocks"], "tier");
    if (checkText("tier", name) === "") throw new InvalidArgumentError('invalid tier: "" is no name');
    const bytes = toUtf8(name).length;
    if (bytes > TIER_NAME)
      throw new InvalidArgumentError(`invalid tier: a name of ${bytes} bytes does not fit ${TIER_NAME}`);
    if (names.has(name)) throw new InvalidArgumentError(`invalid tier: the name ${show(name)} is taken`);
    names.add(name);
    checkInteger("tier.blocks", blocks, 1, MAX_BLOCKS);
    return { name, blocks };
  });
}
