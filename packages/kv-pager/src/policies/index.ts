import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, isRevoked, show } from "@ariax/allocator/implement";
import type { PolicyKind } from "./policy.ts";
import { reuse } from "./reuse.ts";
import { vllm } from "./vllm.ts";

/** All policies, as the planner's table has them. */
export const POLICIES: readonly PolicyKind[] = [reuse, vllm];

/** What a pool has that is asked for none: it wins or is level on both real traces at all six capacities. */
export const DEFAULT_POLICY: PolicyKind = reuse;

/** One of ours by its name, or one of yours as it is. Throws `InvalidArgumentError` for any other value. */
export function policyOf(policy: string | PolicyKind): PolicyKind {
  if (typeof policy === "object" && policy !== null) return checkKind(policy);
  const found = POLICIES.find(({ name }) => name === policy);
  if (found !== undefined) return found;
  const names = POLICIES.map(({ name }) => name).join(", ");
  throw new InvalidArgumentError(`invalid policy: ${show(policy)} is not one of ${names}`);
}

/** `kind`, if it has what a policy has; else throws `InvalidArgumentError`. */
function checkKind(kind: PolicyKind): PolicyKind {
  if (isRevoked(kind) || typeof kind.words !== "function" || typeof kind.create !== "function") {
    throw new InvalidArgumentError(`invalid policy: ${show(kind)} is no policy: it needs the methods words and create`);
  }
  if (typeof kind.name !== "string") {
    throw new InvalidArgumentError(`invalid policy.name: ${show(kind.name)} is no string`);
  }
  checkInteger("policy.lists", kind.lists, 0, 256);
  return kind;
}
