/**
 * What a call for slots needs, found before anything changes. Of a sequence that waits its hits are in its table then: `forgetPlan` takes
 * them out again, where the call is refused.
 *
 *     needed = blocks to take + hits in line (they leave it) + watermark, where a sequence is admitted beside others
 *     there  = free blocks + those that this call lets go of, as the window has moved on
 */
import type { Core } from "./core.ts";
import { findHits, hasKey } from "./hits.ts";
import { RUNNING } from "./layout.ts";
import { moveRoom } from "./moves.ts";
import { blocksFor, fullBlocks } from "./sequences.ts";
import { allowance, isHeld } from "./tenants.ts";

/** Why there are no slots. */
export type Refusal = "blocks" | "watermark" | "quota" | "moves";

/** The plan that was made last: it is made and carried out within a call. */
export const plan = {
  /** Entries after the call; tokens with slots, without those ahead. */
  entries: 0,
  total: 0,
  hits: 0,
  /** Entries, from the first block on, that fall out of the window. */
  from: 0,
  drop: 0,
  /** Entries from `write` to `end` are there and to be written: as many of them as `shared` are to be replaced. */
  write: 0,
  end: 0,
  shared: 0,
};

/** Is a block that a sequence has to be left as it is: someone else has it, or it can be found? */
export function isShared(core: Core, id: number): boolean {
  return core.pool.refs(id) > 1 || hasKey(core, id);
}

/** Plans slots for `newTokens` more, and `ahead` more than that. Undefined where they can be had. O(hits), or O(1) where it runs. */
export function makePlan(core: Core, slot: number, newTokens: number, ahead: number): Refusal | undefined {
  const { columns, words, pool, blockTokens, layout } = core;
  const at = columns.at[slot];
  const waits = columns.have[slot] === 0;
  const isCounted = layout.tenants > 0;
  let have = columns.have[slot];
  let base = columns.scheduled[slot];
  let charged = 0;
  plan.hits = 0;
  plan.from = columns.first[slot];
  if (waits) {
    have = findHits(core, slot, true);
    base = have * blockTokens;
    plan.hits = have;
    let from = 0;
    while (from < have && words[at + from] === 0) from++;
    plan.from = from;
    if (isCounted) for (let i = from; i < have; i++) if (!isHeld(core, words[at + i])) charged++;
  }
  plan.total = base + newTokens;
  const entries = blocksFor(plan.total + ahead, blockTokens);
  plan.entries = Math.max(have, entries);
  // What is out of the window of the first token to compute; of one that is not certain, of the first that may be computed in its place.
  let drop = plan.from;
  let freed = 0;
  let uncharged = 0;
  if (layout.window > 0 && !waits) {
    const certain = Math.min(base, columns.committed[slot]);
    const end = Math.min(have, fullBlocks(Math.max(certain - layout.window + 1, 0), blockTokens));
    for (; drop < end; drop++) {
      const id = words[at + drop];
      if (pool.refs(id) > 1) continue;
      uncharged++;
      if (pool.pins(id) === 0) freed++;
    }
  }
  plan.drop = drop;
  // Blocks that it has and is about to write.
  plan.write = fullBlocks(base, blockTokens);
  plan.end = Math.min(have, entries);
  plan.shared = 0;
  for (let i = plan.write; i < plan.end; i++) if (isShared(core, words[at + i])) plan.shared++;
  const fresh = plan.entries - have + plan.shared;
  const kept = waits && words[RUNNING] > 0 ? layout.watermark : 0;
  // If all hits leave the line: most often there is room for that, and they need not be asked.
  let room = pool.free + freed - fresh - (waits ? plan.hits - plan.from : 0);
  if (room < kept && waits) {
    for (let i = plan.from; i < plan.hits; i++) if (!pool.isCached(words[at + i])) room++;
  }
  if (room < 0) return "blocks";
  if (room < kept) return "watermark";
  if (isCounted && fresh + charged - uncharged > allowance(core, columns.tenant[slot])) return "quota";
  if (plan.shared > 0 && base % blockTokens > 0 && moveRoom(core) === 0) return "moves";
  return undefined;
}

/** Of a sequence that waits: its table is empty again. */
export function forgetPlan(core: Core, slot: number): void {
  const at = core.columns.at[slot];
  if (core.columns.have[slot] === 0) core.words.fill(0, at, at + plan.hits);
}
