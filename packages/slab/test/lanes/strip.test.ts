/** A lane without room takes from lanes that nobody holds, without holding them: whatever else happens at any of its atomic instructions. */
import { describe, expect, test } from "vitest";
import { SharedSlabAllocator } from "../../src/index.ts";
import * as L from "../../src/lanes/layout.ts";
import { H_USED } from "../../src/layout.ts";
import { interrupted } from "./interrupted.ts";
import { PAGE, Scene, TERRITORY } from "./scene.ts";

/** Of three lanes one is free, one is at work, and one rests, whose blocks are freed since. */
function resting(): { r: SharedSlabAllocator; o: SharedSlabAllocator; ticket: number; scene: Scene } {
  const scene = new Scene(4 * TERRITORY, 4 * TERRITORY, 3);
  const [o, r] = [scene.heaps[0], scene.attach()];
  const made = scene.many(o, 4096, 2 * TERRITORY - 2);
  o.park();
  scene.free(r, ...made.slice(1));
  return { r, o, ticket: r.ticket(), scene };
}

function statesOf({ words: w }: SharedSlabAllocator): number[] {
  return [0, 1, 2].map((i) => w[w[L.laneAt(w, i) + L.H_MAIL] + L.M_STATE] & L.STATE);
}

describe("at each atomic instruction of one who has no room", () => {
  test.each([2, 3])("with %i lanes as many threads have one each", (lanes) => {
    let k = 0;
    for (let more = true; more; k++) {
      const { r, o, ticket, scene } = resting();
      const calls = () => {
        scene.allocate(o, 1024);
        if (lanes === 3) scene.heaps.push(SharedSlabAllocator.attach(scene.buffer, { ticket }));
      };
      more = interrupted(k, () => r.tryAllocate(9 * PAGE), calls);
      if (!more) calls();
      r.verify();
      expect(statesOf(r).filter((state) => state === L.LIVE)).toHaveLength(lanes);
      expect(o.sizeOf([...scene.live.keys()].at(-1) as number)).toBe(1024);
    }
    expect(k).toBeGreaterThan(10);
  });

  test.each(["closes", "is reclaimed"])("the thread that rests %s: its lane is not held for it", (how) => {
    for (let k = 0, more = true; more; k++) {
      const { r, o, ticket, scene } = resting();
      const ends = () => (how === "closes" ? o.close() : r.reclaim(o.holder));
      more = interrupted(k, () => r.tryAllocate(9 * PAGE), ends);
      if (!more) ends();
      expect(statesOf(r)).not.toContain(L.PARKED);
      // Who comes goes on with it.
      const n = SharedSlabAllocator.attach(scene.buffer, { ticket });
      for (const block of scene.found().keys()) n.free(block);
      r.park();
      n.park();
      r.verify();
      expect(r.stats().blocks).toBe(0);
    }
  });
});

test("a thread that closes while another resets leaves no lane that is held for it", () => {
  for (let k = 0, more = true; more; k++) {
    const { r, o } = resting();
    more = interrupted(
      k,
      () => r.reset(),
      () => o.close(),
    );
    if (!more) o.close();
    expect(statesOf(r)).not.toContain(L.PARKED);
    r.verify();
  }
});

test("a reset that is refused leaves who rests its lane", () => {
  const { r, o, ticket, scene } = resting();
  SharedSlabAllocator.attach(scene.buffer, { ticket });
  const before = scene.words.slice();
  expect(() => r.reset()).toThrow("invalid reset: 1 other lanes are held; close or reclaim them");
  expect(scene.words).toEqual(before);
  o.allocate(100);
});

test("what lies on a living lane's stacks alone is asked for, and given", () => {
  const scene = new Scene(32 * TERRITORY, 32 * TERRITORY, 2);
  const [o, r] = [scene.heaps[0], scene.attach()];
  const blocks: number[] = [];
  for (let p = o.tryAllocate(16384); p !== 0; p = o.tryAllocate(16384)) blocks.push(p);
  // On the stack, so that the lane has neither a free page, nor mail.
  for (const block of blocks.slice(-8)) o.free(block);
  const { lane } = o as unknown as { lane: number };
  expect(scene.words[lane + H_USED]).toBe(scene.words[lane + L.H_HAVE]);
  expect(r.tryAllocate(5 * PAGE)).toBe(0);
  o.verifyLane(); // as each call that is not on the hot path: answers
  expect(r.tryAllocate(5 * PAGE)).not.toBe(0);
  o.verify();
});
