/** What changed between two snapshots of a context, block by block. */
import { InvalidArgumentError, type Offset } from "@ariax/allocator";
import { newBuffer } from "@ariax/allocator/implement";
import { PAGE_SIZE } from "@ariax/slab";
import { liveBlocks } from "@ariax/slab/engine";
import { type Contents, eachRun, readSnapshot } from "./snapshot.ts";

/** A block, and its room in bytes. */
export interface BlockOf {
  readonly offset: Offset;
  readonly size: number;
}

/** A block, and two numbers of it. */
export interface BlockChange {
  readonly offset: Offset;
  readonly from: number;
  readonly to: number;
}

/** Each list ascends by offset. A block that was freed, and another one made in its place, is the same block here. */
export interface SnapshotDiff {
  /** Blocks of the second snapshot only. */
  readonly allocated: readonly BlockOf[];
  /** Blocks of the first one only. */
  readonly freed: readonly BlockOf[];
  /** Blocks of both whose room was `from` and is `to` bytes. */
  readonly resized: readonly BlockChange[];
  /** Blocks of both whose bytes differ, at the least from index `from` to `to`, exclusive, of the room they had in both. */
  readonly changed: readonly BlockChange[];
}

/**
 * O(bytes of both).
 *
 * @throws `CorruptionError` for a damaged snapshot.
 * @throws `InvalidArgumentError` for two of different places.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function diffSnapshots(before: Uint8Array, after: Uint8Array): SnapshotDiff {
  const [old, now] = [readSnapshot(before), readSnapshot(after)];
  if (old.base !== now.base || old.pages !== now.pages) {
    throw new InvalidArgumentError(
      `invalid snapshots: one is of ${old.pages * PAGE_SIZE} bytes at ${old.base}, ` +
        `the other of ${now.pages * PAGE_SIZE} at ${now.base}`,
    );
  }
  const [bytesBefore, bytesAfter] = [bytesOf(old), bytesOf(now)];
  const gone = new Map<Offset, number>();
  for (const { offset, size } of liveBlocks(old.control)) gone.set(offset, size);
  const allocated: BlockOf[] = [];
  const resized: BlockChange[] = [];
  const changed: BlockChange[] = [];
  for (const { offset, size } of liveBlocks(now.control)) {
    const was = gone.get(offset);
    if (was === undefined) {
      allocated.push({ offset, size });
      continue;
    }
    gone.delete(offset);
    if (was !== size) resized.push({ offset, from: was, to: size });
    const common = Math.min(was, size);
    const change = difference(bytesBefore(offset, common), bytesAfter(offset, common));
    if (change !== undefined) changed.push({ offset, ...change });
  }
  return { allocated, freed: [...gone].map(([offset, size]) => ({ offset, size })), resized, changed };
}

/** Finds the bytes of a block, which lie in one run. */
function bytesOf({ base, pages, control, stored }: Contents): (offset: Offset, size: number) => Uint8Array {
  /** Of each page, where it begins among those stored. */
  const places = new Float64Array(newBuffer(8 * pages));
  eachRun(control, (from, length, at) => {
    for (let i = 0; i < length; i += PAGE_SIZE) places[(from + i) / PAGE_SIZE] = at + i;
  });
  return (offset, size) => {
    const at = offset - base;
    const place = places[Math.floor(at / PAGE_SIZE)] + (at % PAGE_SIZE);
    return stored.subarray(place, place + size);
  };
}

/** From the first byte that differs to the last, exclusive. */
function difference(a: Uint8Array, b: Uint8Array): { from: number; to: number } | undefined {
  let from = 0;
  let to = a.length;
  while (from < to && a[from] === b[from]) from++;
  if (from === to) return undefined;
  while (a[to - 1] === b[to - 1]) to--;
  return { from, to };
}
