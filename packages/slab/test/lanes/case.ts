/** What a thread is killed in: a call, and the heap that it is made in. The cases: cases.ts. */
import type { SharedSlabAllocator } from "../../src/index.ts";
import * as L from "../../src/lanes/layout.ts";
import { H_PAGES } from "../../src/layout.ts";
import { PAGE, Scene, TERRITORY } from "./scene.ts";

/** A call that is about to be made. */
export interface Call {
  /** Who makes it: undefined, where it gets its lane in it. */
  readonly heap: SharedSlabAllocator | undefined;
  readonly ticket: number;
  readonly call: () => void;
  /** Whom it reclaims. */
  readonly dead?: readonly number[];
}

export interface Case {
  readonly name: string;
  /** Of the heap: now, and the most. */
  readonly pages?: number;
  readonly most?: number;
  /** What the call is made in, and by whom; of the scene's threads the first two are others. */
  readonly prepare: (scene: Scene) => Call;
  /** It moves a block: one of the two is live at any time. */
  readonly moves?: boolean;
  /** It frees a block of another lane. */
  readonly theirs?: boolean;
}

/** Lanes of each heap: a spare one at least. */
const LANES = 5;
const PAGES = 6 * TERRITORY;

export function sceneOf({ pages = PAGES, most = pages }: Case): Scene {
  const scene = new Scene(pages, most, LANES);
  scene.attach();
  return scene;
}

type Victim = (scene: Scene, heap: SharedSlabAllocator, other: SharedSlabAllocator) => () => void;

/** A call by a thread that has a lane. */
export function by(victim: Victim): (scene: Scene) => Call {
  return (scene) => {
    const heap = scene.attach();
    const call = victim(scene, heap, scene.heaps[1]);
    return { heap, ticket: heap.holder, call };
  };
}

/** Blocks of the stack of 64 bytes' class, in heaps as small as these: so many are freed before one is offered. */
export const STACK = 3;
/** Of a slab of so many bytes, in one page. */
export const inPage = (size: number): number => Math.floor(PAGE / size);

/** Blocks of a size in all the pages that are left. */
export function fillUp(scene: Scene, heap: SharedSlabAllocator, size: number): number[] {
  const made: number[] = [];
  for (let offset = heap.tryAllocate(size); offset !== 0; offset = heap.tryAllocate(size)) {
    scene.live.set(offset, heap.sizeOf(offset));
    made.push(offset);
  }
  return made;
}

/** Nothing is announced to a lane, as if those who freed were stopped before they had. */
export function mute(scene: Scene, heap: SharedSlabAllocator): void {
  const w = scene.words;
  const mail = w[(heap as unknown as { lane: number }).lane + L.H_MAIL];
  w.fill(0, mail + L.M_ROOT, mail + L.M_INBOX + (((w[H_PAGES] >>> w[L.H_TERRITORY]) + 31) >>> 5));
}

/** Reclaiming another thread, once it has done something; of its blocks those are kept that it says. */
export function reclaiming(
  done: (scene: Scene, dead: SharedSlabAllocator, other: SharedSlabAllocator) => Keep | undefined,
): (scene: Scene) => Call {
  return (scene) => {
    const heap = scene.attach();
    const dead = scene.attach();
    const keep = done(scene, dead, scene.heaps[1]);
    scene.heaps.pop();
    return { heap, ticket: heap.holder, call: () => heap.reclaim(dead.holder, { keep }), dead: [dead.holder] };
  };
}

type Keep = (offset: number) => boolean;
