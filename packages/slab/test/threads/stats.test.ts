/** What `stats` says while another lane changes the heap, in each moment of it. */
import { expect, test } from "vitest";
import { SharedSlabAllocator } from "../../src/index.ts";
import { sharedStats } from "../../src/lanes/inspect.ts";
import { laneAt } from "../../src/lanes/layout.ts";
import { CLASS_SIZES } from "../../src/size-class.ts";

/** The words, of which the `count`th access comes after `change`. */
function changedAt(w: Int32Array, count: number, change: () => void): { words: Int32Array; isReached: () => boolean } {
  let left = count;
  const words = new Proxy(w, {
    get(target, key) {
      if (left-- === 0) change();
      return Reflect.get(target, key);
    },
  });
  return { words, isReached: () => left < 0 };
}

test("territories go from lane to lane, at each access of stats", () => {
  for (let count = 0, isReached = true; isReached; count += 3) {
    const heap = new SharedSlabAllocator({ capacity: 1 << 18, lanes: 3 });
    const second = SharedSlabAllocator.attach(heap.memory.buffer);
    const third = SharedSlabAllocator.attach(heap.memory.buffer);
    // The second has a territory's slabs and a run, the third takes them over.
    const blocks = [16, 700, 5000, 9000].map((size) => second.allocate(size));
    const shaken = changedAt(heap.words, count, () => {
      for (const block of blocks) second.free(block);
      second.park();
      for (const size of [24, 3000, 20000, 300]) third.allocate(size);
    });
    const {
      reserved,
      free,
      committed,
      overhead,
      live,
      blocks: found,
      classes,
    } = sharedStats(shaken.words, laneAt(heap.words, 0));
    expect(reserved + free).toBe(committed - overhead);
    expect(free).toBeGreaterThanOrEqual(0);
    expect([live, found].every((number) => Number.isInteger(number) && number >= 0)).toBe(true);
    expect(classes.every(({ size, reserved }) => CLASS_SIZES.includes(size) && reserved > 0)).toBe(true);
    isReached = shaken.isReached();
    heap.verify();
  }
});
