/** A reset while others come, which is against the rules: whoever does gets a lane, and the heap is not reset, or is told what to do. */
import { expect, test } from "vitest";
import { SharedSlabAllocator } from "../../src/index.ts";
import { interrupted } from "./interrupted.ts";
import { PAGE, Scene, TERRITORY } from "./scene.ts";

const RESETTING = "no lane: all 3 are held; ticket 1 is resetting the heap: attach once that is done";

/** What a call returns, or what it says instead. */
function outcome<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Of three lanes one is at work, one rests, with blocks, and one was never held, or is orphaned. */
function scene(rest: "free" | "orphaned"): { scene: Scene; heap: SharedSlabAllocator; ticket: number } {
  const scene = new Scene(6 * TERRITORY, 6 * TERRITORY, 3);
  const [heap] = scene.heaps;
  const parked = scene.attach();
  scene.many(parked, 1000, 20);
  if (rest === "orphaned") {
    const gone = scene.attach();
    scene.many(gone, PAGE, 3);
    gone.close();
  }
  parked.park();
  scene.many(heap, 100, 10);
  return { scene, heap, ticket: heap.ticket() };
}

test.each(["free", "orphaned"] as const)(
  "at each atomic instruction of it another thread attaches, and allocates: the third lane is %s",
  (rest) => {
    const seen = { reset: 0, refused: 0, told: 0 };
    for (let k = 0, more = true; more; k++) {
      const { scene: s, heap, ticket } = scene(rest);
      let other: SharedSlabAllocator | string = "";
      const blocks = [0, 0];
      const comes = () => {
        other = outcome(() => SharedSlabAllocator.attach(s.buffer, { ticket }));
        if (typeof other === "string") return;
        blocks[0] = other.allocate(100);
        blocks[1] = other.allocate(3 * PAGE);
      };
      let result: unknown;
      more = interrupted(k, () => (result = outcome(() => heap.reset())), comes);
      if (typeof other === "string") {
        // It came while the lanes were held, or not at all.
        if (more) expect(other).toBe(RESETTING);
        if (more) seen.told++;
        comes();
      }
      const isRefused = typeof result === "string";
      if (isRefused) expect(result).toBe("invalid reset: 1 other lanes are held; close or reclaim them");
      seen[isRefused ? "refused" : "reset"]++;
      heap.verify();
      const live = isRefused ? s.live.size : 0;
      expect(heap.stats().blocks).toBe(live + blocks.length);
      for (const block of blocks) (other as unknown as SharedSlabAllocator).free(block);
      heap.verify();
      expect(heap.stats().blocks).toBe(live);
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  },
);

test("who finds no lane hears of what makes one, also of dead threads", async () => {
  const { noLane } = await import("../../src/lanes/errors.ts");
  expect(noLane(8, 0).message).toBe(
    "no lane: all 8 are held; close or park one, reclaim those of dead threads (reclaim, reclaimDead), or make the heap with more",
  );
});
