import { isRevoked } from "./buffers.ts";
import { checkOptions } from "./check.ts";
import { InvalidArgumentError } from "./errors.ts";
import { show } from "./show.ts";

/**
 * What an allocator holds. The table below is the only declaration: the type, the sum over several allocators, the
 * difference of two moments and the printed form all come from it.
 *
 *     committed ≥ overhead + reserved + free, and that sum stays while committed does        reserved ≥ live
 */
export const STAT_FIELDS = {
  committed: { unit: "bytes", label: "held from the system, metadata included" },
  overhead: { unit: "bytes", label: "metadata" },
  reserved: { unit: "bytes", label: "set aside for blocks" },
  peakReserved: { unit: "bytes", label: "most ever reserved" },
  live: { unit: "bytes", label: "usable, in live blocks" },
  free: { unit: "bytes", label: "not yet set aside" },
  largestFree: { unit: "bytes", label: "largest contiguous part of that" },
  blocks: { unit: "count", label: "live blocks" },
} as const;

export type StatField = keyof typeof STAT_FIELDS;

/** One size class: the bytes of its blocks, how many are live, and the bytes reserved for them. */
export interface ClassStats {
  readonly size: number;
  readonly blocks: number;
  readonly reserved: number;
}

/** See `STAT_FIELDS`. `fragmentation` is derived: the part of the free bytes that is not in the largest free run. */
export type AllocatorStats = { readonly [F in StatField]: number } & {
  /** 0 = all free memory is in one piece (or there is none), towards 1 = in small pieces. */
  readonly fragmentation: number;
  /** The classes that hold memory, smallest first; empty for an allocator without classes. */
  readonly classes: readonly ClassStats[];
};

const FIELDS = /* @__PURE__ */ Object.keys(STAT_FIELDS) as StatField[];

/**
 * Stats from their fields: those not given are 0, and what is derived is derived.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function makeStats(
  fields: Partial<Record<StatField, number>>,
  classes: readonly ClassStats[] = [],
): AllocatorStats {
  const { free = 0, largestFree = 0 } = checkOptions(fields, "fields");
  return { ...combine((field) => fields[field] ?? 0), fragmentation: free > 0 ? 1 - largestFree / free : 0, classes };
}

/**
 * Several allocators as one. `largestFree` is the largest of any; classes of one size are added up.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function sumStats(all: readonly AllocatorStats[]): AllocatorStats {
  if (!isList(all)) throw new InvalidArgumentError(`invalid stats: ${show(all)} is no array of stats`);
  all.forEach(checkStats);
  const add = (field: StatField) =>
    field === "largestFree"
      ? all.reduce((most, stats) => Math.max(most, stats[field]), 0)
      : all.reduce((sum, stats) => sum + stats[field], 0);
  return makeStats(combine(add), mergeClasses(all.map((stats) => stats.classes)));
}

/** What changed from `before` to `after`, field by field. */
export function diffStats(before: AllocatorStats, after: AllocatorStats): AllocatorStats {
  [before, after].forEach(checkStats);
  const negated = before.classes.map((c) => ({ size: c.size, blocks: -c.blocks, reserved: -c.reserved }));
  return {
    ...combine((field) => after[field] - before[field]),
    fragmentation: after.fragmentation - before.fragmentation,
    classes: mergeClasses([negated, after.classes]).filter((c) => c.blocks !== 0 || c.reserved !== 0),
  };
}

/**
 * One line a field, and one a class: for a terminal.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function formatStats(stats: AllocatorStats): string {
  checkStats(stats);
  const width = Math.max(...FIELDS.map((field) => field.length), "fragmentation".length);
  const value = (n: number) => n.toLocaleString("en-US").padStart(15);
  const lines = FIELDS.map((field) => {
    const { unit, label } = STAT_FIELDS[field];
    return `${field.padEnd(width)} ${value(stats[field])} ${unit === "bytes" ? "B" : " "}  ${label}`;
  });
  lines.push(
    `${"fragmentation".padEnd(width)} ${`${(100 * stats.fragmentation).toFixed(1)}`.padStart(15)} %  of the free`,
  );
  for (const c of stats.classes) {
    lines.push(`${`class ${c.size}`.padEnd(width)} ${value(c.blocks)}    live blocks in ${c.reserved} B`);
  }
  return lines.join("\n");
}

/** Throws `InvalidArgumentError` where something of it is missing, or no number. */
function checkStats(stats: AllocatorStats): void {
  checkNumbers(checkOptions(stats, "stats"), [...FIELDS, "fragmentation"], "stats");
  checkClasses(stats.classes);
}

function checkClasses(classes: readonly ClassStats[]): void {
  if (!isList(classes)) throw new InvalidArgumentError(`invalid classes: ${show(classes)} is no array of classes`);
  for (const one of classes) checkNumbers(checkOptions(one, "class"), ["size", "blocks", "reserved"], "class");
}

function checkNumbers<T extends object>(object: T, names: readonly (keyof T & string)[], what: string): void {
  for (const name of names) {
    const value = object[name];
    if (typeof value !== "number")
      throw new InvalidArgumentError(`invalid ${what}: ${name} is ${show(value)}, no number`);
  }
}

function isList(value: unknown): boolean {
  return !isRevoked(value) && Array.isArray(value);
}

function combine(value: (field: StatField) => number): Record<StatField, number> {
  return Object.fromEntries(FIELDS.map((field) => [field, value(field)])) as Record<StatField, number>;
}

function mergeClasses(lists: readonly (readonly ClassStats[])[]): ClassStats[] {
  const bySize = new Map<number, ClassStats>();
  for (const { size, blocks, reserved } of lists.flat()) {
    const sum = bySize.get(size);
    bySize.set(size, { size, blocks: blocks + (sum?.blocks ?? 0), reserved: reserved + (sum?.reserved ?? 0) });
  }
  return [...bySize.values()].sort((a, b) => a.size - b.size);
}
