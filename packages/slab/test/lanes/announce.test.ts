/** A thread that is killed between its two announcements, and the territory changes hands before that is known. */
import { expect, test } from "vitest";
import * as L from "../../src/lanes/layout.ts";
import { PAGE_SHIFT } from "../../src/size-class.ts";
import { PAGE, Scene, TERRITORY } from "./scene.ts";
import { watched } from "./watched.ts";

test("a bit that was left in an inbox keeps nobody from announcing", () => {
  const scene = new Scene(4 * TERRITORY, 4 * TERRITORY, 4);
  const { words: w } = scene;
  const [owner, other, dead] = [scene.heaps[0], scene.attach(), scene.attach()];
  // The rest of the control block's territory, for the owner's block to lie in one that is whole.
  other.allocate(PAGE);
  const block = owner.allocate(PAGE);
  const own = w[L.H_OWN] + (block >>> (PAGE_SHIFT + w[L.H_TERRITORY]));
  const mail = w[(owner as unknown as { lane: number }).lane + L.H_MAIL];
  const before = w.slice();
  const { changes } = watched(w, dead, () => dead.free(block));
  const root = changes.findIndex(({ at }) => at === mail + L.M_ROOT);
  expect(root).toBeGreaterThan(0);
  w.set(before);
  for (const { at, value } of changes.slice(0, root)) w[at] = value;
  // The owner finds the block, gives its territory back, and only then is the death known.
  expect(owner.tryAllocate(4 * TERRITORY * PAGE)).toBe(0);
  expect(w[own]).toBe(0);
  other.reclaim(dead.holder);
  let again = 0;
  while (w[own] === 0) again = owner.allocate(PAGE);
  other.free(again);
  expect(w[mail + L.M_ROOT]).toBe(1);
  expect(w[mail + L.M_INBOX]).not.toBe(0);
});
