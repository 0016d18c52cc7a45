/** What the verbs are called with, checked: sequences, tiers, lists of ids. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, show } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";
import { copyView, isShortView, lengthOf } from "./open-options.ts";
import type { Sequence } from "./sequences.ts";

/** Most tokens that one call is for: those of two calls are still a small integer. */
export const MOST_TOKENS: number = 2 ** 29;

/** The slot of a sequence that is open. Throws `StaleHandleError`. */
export function slotOf({ sequences }: Core, sequence: Sequence): number {
  return sequences.slot(sequence as never);
}

/** A tier's number, from `least` on, by its name or number. */
export function tierOf({ layout }: Core, tier: string | number, least: number): number {
  const { tiers } = layout;
  if (typeof tier !== "string") return checkInteger("tier", tier, least, tiers.length - 1);
  const found = tiers.findIndex(({ name }) => name === tier);
  if (found >= least) return found;
  throw new InvalidArgumentError(
    `invalid tier: ${show(tier)} is not one of ${tiers.map(({ name }) => name).join(", ")}`,
  );
}

/** A copy of a list of ids, 1 to `most`. */
export function readIds(ids: ArrayLike<number>, most: number): ArrayLike<number> {
  if (isShortView(ids)) return copyView(ids);
  const length = lengthOf(ids);
  if (length === undefined) throw new InvalidArgumentError(`invalid ids: ${show(ids)} is no list`);
  checkInteger("ids.length", length, 0, MOST_TOKENS);
  const copy: number[] = [];
  for (let i = 0; i < length; i++) copy.push(checkInteger("id", ids[i], 1, most));
  return copy;
}
