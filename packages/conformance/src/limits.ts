import { type Allocator, InvalidSizeError, NULL, type Offset } from "@ariax/allocator";
import { check, isOutOfMemory, refuses } from "./fail.ts";
import type { Shadow } from "./shadow.ts";

/** The largest valid size, which only the allocator knows: from the message of its `InvalidSizeError`. */
export function capacityOf(allocator: Allocator): number {
  let capacity = 0;
  const call = () => allocator.allocate(Number.NaN);
  try {
    call();
  } catch (error) {
    capacity = Number(/ (\d+)$/.exec(String((error as { readonly message?: unknown } | null)?.message))?.[1] ?? 0);
  }
  refuses("allocate(NaN)", call, new InvalidSizeError(Number.NaN, capacity));
  return capacity;
}

/** Blocks of `size` bytes until none fits, by `tryAllocate`. Their offsets. */
export function fillUp(shadow: Shadow, size: number): Offset[] {
  const offsets: Offset[] = [];
  for (let p = shadow.tryAllocate(size); p !== NULL; p = shadow.tryAllocate(size)) offsets.push(p);
  return offsets;
}

/** `fillUp`, after which half of the capacity must be in blocks: less is no heap of that capacity. */
export function fillHalf(shadow: Shadow, size: number, capacity: number): Offset[] {
  const offsets = fillUp(shadow, size);
  const { live } = shadow.stats();
  check(live >= capacity / 2, () => {
    return `${offsets.length} blocks of ${size} bytes fit: ${live} bytes, less than half of the capacity of ${capacity}`;
  });
  return offsets;
}

/**
 * All that there is: blocks of every size, the largest first, down to the last few bytes. How many bytes they have. In some
 * hundred calls that says exactly how much a heap holds, however small the piece that it lost.
 */
export function takeAll(shadow: Shadow): number {
  for (let size = capacityOf(shadow); size > 0; size -= size > 512 ? size >>> 3 : Math.min(size, 8))
    fillUp(shadow, size);
  let bytes = 0;
  for (const { usable } of shadow.blocks.values()) bytes += usable;
  return bytes;
}

/** What `call` returns, or undefined where it is out of memory. */
export function served<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (isOutOfMemory(error)) return undefined;
    throw error;
  }
}
