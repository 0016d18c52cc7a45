/**
 * A pager's state, as its verbs work on it: views of one buffer, and nothing that is not in the buffer but caches. The object is frozen,
 * so that Vue and its like leave it as it is; a verb reads it from `this` once, and then nothing of `this` any more.
 *
 * Rules of the verbs: all that can be refused is checked before the first write; from the first write on nothing can fail.
 */
import { CorruptionError, DetachedError, InvalidArgumentError } from "@ariax/allocator";
import { MetadataPool } from "@ariax/metadata-pool";
import { SlabAllocator } from "@ariax/slab";
import type { KeyContext, KeyMaker } from "../keys/keys.ts";
import { POLICIES } from "../policies/index.ts";
import { BlockPool } from "../pool/block-pool.ts";
import { checkMaker, makerOf } from "./keys.ts";
import {
  EVENT_WORDS,
  HOLDER_WORDS,
  type Layout,
  MOVE_WORDS,
  poolOptions,
  readLayout,
  readSeed,
  SEQUENCE_FIELDS,
  TENANT_WORDS,
  TICKET_FIELDS,
  writeHeader,
} from "./layout.ts";

export interface Core {
  readonly layout: Layout;
  readonly buffer: ArrayBufferLike;
  /** All of the buffer, in words: tables and keys are read and written here, by the word's index. */
  readonly words: Int32Array;
  /** The header's f64. */
  readonly doubles: Float64Array;
  readonly blockTokens: number;
  /** The device's blocks, `tiers[0]`. */
  readonly pool: BlockPool;
  readonly tiers: readonly BlockPool[];
  readonly sequences: MetadataPool<typeof SEQUENCE_FIELDS>;
  readonly columns: MetadataPool<typeof SEQUENCE_FIELDS>["columns"];
  readonly tickets: MetadataPool<typeof TICKET_FIELDS>;
  readonly heap: SlabAllocator;
  readonly tenants: Int32Array;
  readonly holders: Int32Array;
  readonly moves: Int32Array;
  readonly events: Int32Array;
  readonly keys: KeyMaker;
  /** The context of sequences without salt, adapter, and media; and those of others that were looked up: a cache. */
  readonly plain: KeyContext;
  readonly contexts: Map<number, KeyContext>;
  /** Names of tenants that were looked up: a cache of what the buffer says. */
  readonly tenantIndex: Map<string, number>;
}

/** Views of a buffer whose parts are there, or are made now. */
function open(buffer: ArrayBufferLike, layout: Layout, keys: KeyMaker, isNew: boolean): Core {
  const { tiers, blockTokens, sequences: capacity, tickets: most, tenants, moves, events, tableBytes } = layout;
  const pools = tiers.map((_, tier) => {
    const byteOffset = layout.pools[tier];
    if (!isNew) return BlockPool.attach(buffer, { byteOffset });
    return new BlockPool({ ...poolOptions(layout, tier), buffer, byteOffset });
  });
  const records = <F extends typeof SEQUENCE_FIELDS | typeof TICKET_FIELDS>(
    fields: F,
    n: number,
    byteOffset: number,
  ) =>
    isNew
      ? new MetadataPool<F>({ capacity: n, fields, buffer, byteOffset })
      : MetadataPool.attach<F>(buffer, { fields, byteOffset });
  const sequences = records(SEQUENCE_FIELDS, capacity, layout.sequencesAt);
  const words = new Int32Array(buffer, 0, layout.byteLength / 4);
  const part = (at: number, length: number) => words.subarray(at / 4, at / 4 + length);
  const core: Core = {
    layout,
    buffer,
    words,
    doubles: new Float64Array(buffer, 0, 32),
    blockTokens,
    pool: pools[0],
    tiers: pools,
    sequences,
    columns: sequences.columns,
    tickets: records(TICKET_FIELDS, most, layout.ticketsAt),
    heap: isNew
      ? new SlabAllocator({ buffer, byteOffset: layout.heapAt, byteLength: tableBytes })
      : SlabAllocator.attach(buffer, layout.heapAt),
    tenants: part(layout.tenantsAt, TENANT_WORDS * (tenants + 1)),
    holders: part(layout.holdersAt, tenants > 0 ? HOLDER_WORDS * (tiers[0].blocks + 1) : 0),
    moves: part(layout.movesAt, MOVE_WORDS * moves),
    events: part(layout.eventsAt, EVENT_WORDS * events),
    keys,
    plain: keys.context(),
    contexts: new Map(),
    tenantIndex: new Map(),
  };
  return Object.freeze(core);
}

/** A new pager in zeros. Its keys are made by `maker`, or else by one of ours, of `seed`. */
export function createCore(buffer: ArrayBufferLike, layout: Layout, seed: Uint8Array, maker: KeyMaker): Core {
  writeHeader(new Int32Array(buffer, 0, layout.byteLength / 4), layout, seed);
  return open(buffer, layout, maker, true);
}

/**
 * Goes on with the pager that is there. Throws `CorruptionError` where none is, or a damaged one; `InvalidArgumentError` where its keys were not
 * made by one of ours, and `maker` is not given, or the other way round.
 */
export function attachCore(buffer: ArrayBufferLike, maker: KeyMaker | undefined): Core {
  const names = POLICIES.map(({ name }) => name);
  const layout = readLayout(buffer, names);
  const { hash, blockTokens } = layout;
  if ((hash === 0) !== (maker !== undefined)) {
    throw new InvalidArgumentError(
      `invalid keys: the pager was made ${hash === 0 ? "with" : "without"} a maker of keys`,
    );
  }
  const keys = maker === undefined ? makerOf(hash, blockTokens, readSeed(buffer)) : checkMaker(maker, blockTokens);
  return open(buffer, layout, keys, false);
}

/** Throws where the buffer was transferred away, or made shorter. */
export function checkThere({ words, buffer, layout }: Core): void {
  if (words.length > 0) return;
  if (buffer.byteLength === 0) throw new DetachedError();
  throw new CorruptionError(`truncated: the pager has ${layout.byteLength} bytes, ${buffer.byteLength} are there`);
}
