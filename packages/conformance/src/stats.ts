import { type AllocatorStats, STAT_FIELDS, type StatField } from "@ariax/allocator";
import { check, equal } from "./fail.ts";

/** The stats an allocator must give when `blocks` are its live blocks: some exactly, the rest in proportion. */
export function checkStats(stats: AllocatorStats, blocks: Iterable<{ readonly usable: number }>): void {
  let count = 0;
  let live = 0;
  for (const { usable } of blocks) {
    count++;
    live += usable;
  }
  for (const field of Object.keys(STAT_FIELDS) as StatField[]) {
    const value = stats[field];
    check(Number.isInteger(value) && value >= 0, () => `stats().${field} is ${String(value)}, no count`);
  }
  equal("stats().blocks", stats.blocks, count);
  equal("stats().live, against the sum of sizeOf over live blocks,", stats.live, live);
  atLeast(stats, "reserved", stats.live, "live");
  atLeast(stats, "peakReserved", stats.reserved, "reserved");
  atLeast(stats, "committed", accounted(stats), "overhead + reserved + free");
  atLeast(stats, "free", stats.largestFree, "largestFree");
  equal("stats().fragmentation", stats.fragmentation, stats.free > 0 ? 1 - stats.largestFree / stats.free : 0);
  checkClasses(stats);
}

/** What the stats of one heap say from look to look: the peak never falls, and no byte is forgotten. */
export class StatsHistory {
  private before: AllocatorStats | undefined;

  check(stats: AllocatorStats): void {
    const before = this.before ?? stats;
    this.before = stats;
    const { peakReserved } = stats;
    check(peakReserved >= before.peakReserved, () => {
      return `stats().peakReserved is ${peakReserved} and was ${before.peakReserved} before`;
    });
    // What is no longer reserved is free: while nothing is committed or given back, all of it has one of three names.
    if (stats.committed !== before.committed) return;
    equal(
      `stats().overhead + reserved + free, of ${stats.committed} bytes committed as before,`,
      accounted(stats),
      accounted(before),
    );
  }
}

function accounted({ overhead, reserved, free }: AllocatorStats): number {
  return overhead + reserved + free;
}

function checkClasses({ classes, blocks, reserved }: AllocatorStats): void {
  let before = -1;
  let inClasses = 0;
  let held = 0;
  for (const c of classes) {
    check(c.size > before, () => `stats().classes lists ${c.size} after ${before}`);
    check(c.blocks >= 0 && c.reserved >= c.blocks * c.size, () => {
      return `stats().classes has ${c.blocks} blocks of ${c.size} bytes in ${c.reserved} bytes`;
    });
    before = c.size;
    inClasses += c.blocks;
    held += c.reserved;
  }
  check(inClasses <= blocks, () => `stats().classes has ${inClasses} blocks, but stats().blocks is ${blocks}`);
  check(held <= reserved, () => `stats().classes reserves ${held} bytes, but stats().reserved is ${reserved}`);
}

function atLeast(stats: AllocatorStats, field: StatField, least: number, name: string): void {
  check(stats[field] >= least, () => `stats().${field} is ${stats[field]}, less than ${name}, which is ${least}`);
}

/**
 * A call that was refused, or had nothing to do, has changed nothing. One that found no room has lost nothing: what an
 * allocator had kept at hand it may have let go of, so that less is reserved, and as much more is free.
 */
export function nothingLost(what: string, before: AllocatorStats, after: AllocatorStats): void {
  for (const field of Object.keys(STAT_FIELDS) as StatField[]) {
    const [was, is] = [before[field], after[field]];
    const better = field === "reserved" ? is < was : (field === "free" || field === "largestFree") && is > was;
    check(is === was || better, () => `${what} changed stats().${field} from ${was} to ${is}`);
  }
}
