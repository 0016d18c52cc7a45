/**
 * Tenants: names, quotas, and who is charged for a block. A block is charged once, to who has it longest; when that one lets go of it, the
 * charge moves to who has had it longest of the others. So each block has a list of its holders, entries of tables, in the order in
 * which they came:
 *
 *     holders, of a block     first: slot + 1, entry     last: slot + 1, entry        0: nobody's
 *     links, of an entry      before: slot + 1, entry    after: slot + 1, entry
 *
 * Tenant 0 is nobody in particular: no name, no quota. Where a pager has no others, nothing of this is kept.
 */
import { InvalidArgumentError, PoolExhaustedError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { checkText } from "../keys/keys.ts";
import type { Core } from "./core.ts";
import { HOLDER_WORDS, TENANT_NAME, TENANT_WORDS, TENANTS } from "./layout.ts";
import { linksAt } from "./sequences.ts";
import { fromUtf8, toUtf8 } from "./utf8.ts";

/** Words of a tenant: quota + 1, or 0 for none; blocks charged; the name's bytes, and how many. */
const QUOTA = 0;
const CHARGE = 1;
const NAME = 2;

export function chargeOf(core: Core, tenant: number): number {
  return core.tenants[TENANT_WORDS * tenant + CHARGE];
}

/** Blocks that a tenant may be charged for still. */
export function allowance(core: Core, tenant: number): number {
  const at = TENANT_WORDS * tenant;
  return core.tenants[at + QUOTA] === 0
    ? Number.MAX_SAFE_INTEGER
    : core.tenants[at + QUOTA] - 1 - core.tenants[at + CHARGE];
}

export function setQuota(core: Core, tenant: number, blocks: number | undefined): void {
  core.tenants[TENANT_WORDS * tenant + QUOTA] = blocks === undefined ? 0 : blocks + 1;
}

/** A block that nobody has: whoever comes to hold it is charged. */
export function isHeld(core: Core, id: number): boolean {
  return core.holders[HOLDER_WORDS * id] !== 0;
}

/** An entry of a table has come to name a block: it stands last of its holders. O(1). */
export function hold(core: Core, slot: number, entry: number): void {
  if (core.layout.tenants === 0) return;
  const { words, holders, columns, tenants } = core;
  const h = HOLDER_WORDS * words[columns.at[slot] + entry];
  const link = linksAt(core, slot) + 4 * entry;
  const last = holders[h + 2];
  const lastEntry = holders[h + 3];
  words[link] = last;
  words[link + 1] = lastEntry;
  words[link + 2] = words[link + 3] = 0;
  if (last === 0) {
    holders[h] = slot + 1;
    holders[h + 1] = entry;
    tenants[TENANT_WORDS * columns.tenant[slot] + CHARGE]++;
  } else {
    const before = linksAt(core, last - 1) + 4 * lastEntry;
    words[before + 2] = slot + 1;
    words[before + 3] = entry;
  }
  holders[h + 2] = slot + 1;
  holders[h + 3] = entry;
}

/** An entry is about to name its block no more. O(1). */
export function letGo(core: Core, slot: number, entry: number): void {
  if (core.layout.tenants === 0) return;
  const { words, holders, columns, tenants } = core;
  const h = HOLDER_WORDS * words[columns.at[slot] + entry];
  const link = linksAt(core, slot) + 4 * entry;
  const before = words[link];
  const beforeEntry = words[link + 1];
  const after = words[link + 2];
  const afterEntry = words[link + 3];
  if (after === 0) {
    holders[h + 2] = before;
    holders[h + 3] = beforeEntry;
  } else {
    const next = linksAt(core, after - 1) + 4 * afterEntry;
    words[next] = before;
    words[next + 1] = beforeEntry;
  }
  if (before !== 0) {
    const previous = linksAt(core, before - 1) + 4 * beforeEntry;
    words[previous + 2] = after;
    words[previous + 3] = afterEntry;
    return;
  }
  // It was charged.
  holders[h] = after;
  holders[h + 1] = afterEntry;
  tenants[TENANT_WORDS * columns.tenant[slot] + CHARGE]--;
  if (after !== 0) tenants[TENANT_WORDS * columns.tenant[after - 1] + CHARGE]++;
}

/** The tenant of that name, or −1: nothing is written. */
export function findTenant(core: Core, name: string): number {
  const known = core.tenantIndex.get(name);
  if (known !== undefined) return known;
  // Another thread may have named some since.
  for (let tenant = core.tenantIndex.size + 1; tenant <= core.words[TENANTS]; tenant++) {
    core.tenantIndex.set(tenantName(core, tenant), tenant);
  }
  return core.tenantIndex.get(name) ?? -1;
}

/** Throws where a name can't be a tenant's, or there is no room for one more. */
export function checkTenant(core: Core, name: string): void {
  if (checkText("tenant", name) === "") throw new InvalidArgumentError('invalid tenant: "" is no name');
  if (findTenant(core, name) >= 0) return;
  const most = core.layout.tenants;
  const bytes = toUtf8(name).length;
  if (bytes > TENANT_NAME) {
    throw new InvalidArgumentError(`invalid tenant: a name of ${bytes} bytes does not fit ${TENANT_NAME}`);
  }
  if (most === 0)
    throw new InvalidArgumentError(
      `invalid tenant: ${show(name)}, but the pager was made for none: pass the option tenants, how many at most`,
    );
  if (core.words[TENANTS] >= most) {
    const how = `all ${most} have names, which stay; raise the option tenants`;
    throw new PoolExhaustedError(most, 0, "list of tenants", how);
  }
}

/** The tenant of a checked name: a new one, where it has none. */
export function tenantOf(core: Core, name: string): number {
  const found = findTenant(core, name);
  if (found >= 0) return found;
  const tenant = ++core.words[TENANTS];
  const at = TENANT_WORDS * tenant;
  const utf8 = toUtf8(name);
  const bytes = new Uint8Array(core.buffer, core.tenants.byteOffset + 4 * (at + NAME), 4 + TENANT_NAME);
  bytes[0] = utf8.length;
  bytes.set(utf8, 4);
  core.tenantIndex.set(name, tenant);
  return tenant;
}

export function tenantName(core: Core, tenant: number): string {
  const at = core.tenants.byteOffset + 4 * (TENANT_WORDS * tenant + NAME);
  const bytes = new Uint8Array(core.buffer, at, 4 + TENANT_NAME);
  return fromUtf8(bytes.slice(4, 4 + bytes[0]));
}
