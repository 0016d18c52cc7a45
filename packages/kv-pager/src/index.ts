/**
 * # @ariax/kv-pager: pages of the key/value cache
 *
 * A language model keeps two vectors for each token and layer: its key/value cache. Engines cut it into *blocks* of, say, 16 tokens. This
 * package keeps the books of them: ids, references, keys and queues. The bytes are the engine's.
 *
 *     prompt     │ tokens 0–15 │ tokens 16–31 │ …          two prompts that begin alike
 *     keys       │ key 0  ───▶ │ key 1   ───▶ │ …          have the same keys as far as they do,
 *     blocks     │ 7           │ 12           │ …          and so the same blocks
 *
 * - *block*: an id, 1 to `blocks`. It is *empty*, *cached* (in use by nobody, but its key finds it), or *in use*.
 * - *key*: 256 bits that say what a block holds: its tokens, and all before them.
 * - *reference*: one sequence that uses a block. *pin*: a hold that is no sequence.
 * - *line*: the cached blocks of one priority, in the order in which the *policy* lets them go.
 * - *evict*: to forget the key of a cached block, whose place someone else needs.
 * - *epoch*: what lies between two resets. *step*: the clock of terms, which the caller advances.
 *
 * A `BlockPool` knows blocks and keys. A `KvPager` over it knows who has them:
 *
 * - *sequence*: a prompt and what was generated. It *waits*, without a block, or it *runs*. Its *table* is its blocks in order.
 * - *slot*: the place of a token in a block. *scheduled*: tokens with slots; they are computed, or about to be.
 * - *committed*: tokens that are certain; those behind them are *speculative*, and their blocks can't be found.
 * - *tier*: a pool of blocks behind the device's. *ticket*: copies between two of them, in flight. *move*: one copy.
 */
export { BlocksExhaustedError, PinLimitError } from "./errors.ts";
export { ChainKeys, type ChainKeysOptions } from "./keys/chain.ts";
export { type KeyContext, type KeyMaker, type KeyOptions, keysOf, type Media } from "./keys/keys.ts";
export { VllmKeys, type VllmKeysOptions } from "./keys/vllm.ts";
export { SlotsMissingError } from "./pager/errors.ts";
export { EVENT_WORDS, type KvEvent, KvEvents, type KvSnapshot, readEvent } from "./pager/events.ts";
export { HASHES, type HashName } from "./pager/keys.ts";
export { type KvAttachOptions, KvPager, type KvRestoreOptions } from "./pager/kv-pager.ts";
export type { Cost } from "./pager/lifecycle.ts";
export type { EachMove, Move } from "./pager/moves.ts";
export type { OpenOptions } from "./pager/open-options.ts";
export type { KvPagerOptions, TierOptions } from "./pager/options.ts";
export type { Refusal } from "./pager/plan.ts";
export type { Sequence } from "./pager/sequences.ts";
export type { KvPagerStats } from "./pager/stats.ts";
export type { Ticket } from "./pager/tiers.ts";
export { chooseVictim, type Victim, type VictimRank } from "./pager/victim.ts";
export { DEFAULT_POLICY, POLICIES } from "./policies/index.ts";
export { Lists } from "./policies/lists.ts";
export type { Policy, PolicyKind, PolicyView } from "./policies/policy.ts";
export { BlockPool, type BlockPoolStats } from "./pool/block-pool.ts";
export type { Words } from "./pool/check.ts";
export type { AttachOptions, BlockPoolOptions, RestoreOptions } from "./pool/options.ts";
