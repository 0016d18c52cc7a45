/**
 * How many bytes a context has in a run, for its quota: more than that, since the heap has a control block, its slabs are never
 * all full, and free pages lie where they are of no use. What is more is called slack.
 *
 * Measured, see README.md: the seven real traces find room for every block with 160 to 536 KiB of it, whether the quota is
 * 0.8 or 20 MiB. What counts is how many size classes are in use: each may have a slab, of up to 44 KiB, that is nearly empty.
 */
import { type Allocator, MAX_CAPACITY } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import { MIN_CAPACITY, PAGE_SIZE } from "@ariax/slab";
import { layoutOf } from "@ariax/slab/engine";

/** With less, even blocks of one size would not all find room: a class's first slab has up to 16 KiB. */
const LEAST_SLACK = 32768;

/** What is taken where only the least is sure, if there is as much: with less, blocks of a few sizes are in each other's way. */
const FAIR_SLACK = 65536;

/** With which nearly every program can use the whole quota. */
export function fullSlack(quota: number): number {
  return Math.ceil(quota / 8) + 393216;
}

/** Of a root with memory of its own, whose children need theirs. Untouched, it costs addresses only. */
function rootSlack(quota: number): number {
  return fullSlack(quota) + Math.min(4 * quota, 8388608);
}

/**
 * What a context of that quota reserves, in bytes, if its parent has enough; not more than 4 GiB − 64 KiB. A parent that is to have many
 * children at their best needs as much for each of them, and 2 %: say so by its `reserve`.
 *
 * @throws `InvalidArgumentError` for what is no quota.
 */
export function reserveFor(quota: number): number {
  checkInteger("quota", quota, 0, MAX_CAPACITY);
  return bytesFor(quota, fullSlack(quota));
}

/** The same of a root with memory of its own. */
export function rootReserveFor(quota: number): number {
  return bytesFor(quota, rootSlack(quota));
}

/** What a root asks an allocator for, one after the other: not more slack than a quarter of what is left beside the quota. */
export function regionReserves(quota: number, aside: number, region: Allocator): number[] {
  const most = region.traits.grows ? Infinity : Math.floor((region.stats().largestFree - aside - quota) / 4);
  return fromBestToLeast(quota, Math.min(fullSlack(quota), Math.max(FAIR_SLACK, most)));
}

/**
 * What a child asks its parent's heap for: its share of what is free, by quota, its control block included. So whoever gets no more
 * than a share leaves to the others shares as large as before, and all of the parent's quota can be given to children, as long as
 * each share has the least slack. Where it has not, there is not enough for all, and who comes first has the fair slack.
 */
export function childReserves(quota: number, left: number, free: number): number[] {
  // In pages, as the product is exact then: below 2 ** 52.
  const share = Math.floor((Math.floor(free / PAGE_SIZE) * quota) / left);
  const slack = share * PAGE_SIZE < bytesFor(quota, LEAST_SLACK) ? FAIR_SLACK : roomIn(share) - quota;
  return fromBestToLeast(quota, Math.min(fullSlack(quota), slack));
}

function fromBestToLeast(quota: number, best: number): number[] {
  const reserves: number[] = [];
  for (let slack = best; slack > LEAST_SLACK; slack = Math.floor(slack / 2)) reserves.push(bytesFor(quota, slack));
  reserves.push(bytesFor(quota, LEAST_SLACK));
  return reserves;
}

/** A heap's bytes, in whole pages, that have room for so many bytes beside the control block. */
export function bytesFor(quota: number, slack: number): number {
  const wanted = Math.ceil((quota + slack) / PAGE_SIZE);
  // The control block has 13 words a page: it is at most a few pages more for its own pages.
  let pages = wanted + layoutOf(wanted, 1).first;
  while (roomIn(pages) < wanted * PAGE_SIZE) pages++;
  return Math.min(MAX_CAPACITY, Math.max(MIN_CAPACITY, pages * PAGE_SIZE));
}

/** What so many pages have beside their control block, in bytes. */
function roomIn(pages: number): number {
  return (pages - layoutOf(pages, 1).first) * PAGE_SIZE;
}
