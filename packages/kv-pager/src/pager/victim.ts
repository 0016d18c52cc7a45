/**
 * Which sequence to preempt, where blocks are missing. Its cost is known before: the tokens to compute again, and the blocks that are free
 * then. Blocks that others have too are neither; so of two sequences of one length the one with a common beginning costs less, and gives less.
 *
 * Which cost is the least is the caller's policy: a function, from a cost to a number. One victim at a time, as preempting one may change what
 * another would give: two that share a block free it together, and neither of them alone.
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { isRevoked, show } from "@ariax/allocator/implement";
import type { Cost } from "./lifecycle.ts";

/** A sequence, and what preempting it would cost. */
export interface Victim<S> {
  readonly sequence: S;
  readonly cost: Cost;
}

/** How bad a victim is: the least is chosen. `Infinity`: it is none. */
export type VictimRank<S> = (cost: Cost, sequence: S) => number;

/** Tokens to compute again for each block that is free then. */
const perBlock = ({ recompute, freed }: Cost): number => recompute / freed;

/**
 * The one of `candidates` to preempt: by `rank` the least bad, and of equals the last one, so name them in the order in which they were admitted. Undefined
 * where none would free a block. By default it is the one with the fewest tokens to compute again for each block that is freed. Changes nothing: `preempt` does.
 * O(blocks of all candidates).
 *
 *     while (!pager.allocateSlots(next, tokens)) {
 *       const victim = chooseVictim(pager, running);
 *       if (victim === undefined) break;
 *       pager.preempt(victim.sequence);
 *     }
 *
 * @throws `InvalidArgumentError` for candidates that are no list, or a rank that gives no number; and what `cost` throws.
 */
export function chooseVictim<S>(
  pager: { cost(sequence: S): Cost },
  candidates: Iterable<S>,
  rank: VictimRank<S> = perBlock,
): Victim<S> | undefined {
  if (isRevoked(candidates) || typeof (candidates as Partial<Iterable<S>> | null)?.[Symbol.iterator] !== "function") {
    throw new InvalidArgumentError(`invalid candidates: ${show(candidates)} is no list`);
  }
  if (typeof rank !== "function") throw new InvalidArgumentError("invalid rank: it is no function");
  let best: Victim<S> | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const sequence of candidates) {
    const cost = pager.cost(sequence);
    if (cost.freed === 0) continue;
    const bad = rank(cost, sequence);
    if (typeof bad !== "number" || Number.isNaN(bad))
      throw new InvalidArgumentError(`invalid rank: ${show(bad)} is no number`);
    if (bad > least || bad === Number.POSITIVE_INFINITY) continue;
    least = bad;
    best = { sequence, cost };
  }
  return best;
}
