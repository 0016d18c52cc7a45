/** Each kind of call, on each way through it that there is: what a thread is killed in. */
import type { SharedSlabAllocator } from "../../src/index.ts";
import { SharedSlabAllocator as Heap } from "../../src/index.ts";
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
function by(victim: Victim): (scene: Scene) => Call {
  return (scene) => {
    const heap = scene.attach();
    const call = victim(scene, heap, scene.heaps[1]);
    return { heap, ticket: heap.holder, call };
  };
}

/** Blocks of the stack of 64 bytes' class, in heaps as small as these: so many are freed before one is offered. */
const STACK = 3;
/** Of a slab of so many bytes, in one page. */
const inPage = (size: number) => Math.floor(PAGE / size);

export const CASES: readonly Case[] = [
  // allocate
  {
    name: "allocate: from the cursor's word",
    prepare: by((s, v) => {
      s.many(v, 64, 3);
      return () => v.allocate(64);
    }),
  },
  {
    name: "allocate: from the stack",
    prepare: by((s, v) => {
      const made = s.many(v, 64, inPage(64));
      s.free(v, made[3], made[5]);
      return () => v.allocate(64);
    }),
  },
  {
    name: "allocate: the next word of the slab",
    prepare: by((s, v) => {
      s.many(v, 64, 32);
      return () => v.allocate(64);
    }),
  },
  {
    name: "allocate: a listed slab",
    prepare: by((s, v) => {
      const made = s.many(v, 64, 3 * inPage(64));
      s.free(v, ...made.slice(0, STACK + 2));
      s.free(v, ...made.slice(70, 72));
      s.many(v, 64, STACK);
      return () => v.allocate(64);
    }),
  },
  { name: "allocate: a lane's first", prepare: by((_, v) => () => v.allocate(64)) },
  {
    name: "allocate: a new slab of own pages",
    prepare: by((s, v) => {
      s.many(v, 64, inPage(64));
      return () => v.allocate(64);
    }),
  },
  {
    name: "allocate: a new slab of several pages",
    prepare: by((s, v) => {
      s.many(v, 9216, 1);
      return () => v.allocate(9216);
    }),
  },
  {
    name: "allocate: a new slab where large blocks were",
    prepare: by((s, v) => {
      const made = [5, 6].map((pages) => s.allocate(v, pages * PAGE));
      s.free(v, ...made);
      return () => v.allocate(14336);
    }),
  },
  {
    name: "allocate: what others freed",
    prepare: by((s, v, o) => {
      const made = s.many(v, 64, 2 * inPage(64));
      s.free(o, made[1], made[40], made[41], made[100]);
      return () => v.allocate(64);
    }),
  },
  {
    name: "allocate: slabs, and a large block, that others freed",
    prepare: by((s, v, o) => {
      const made = s.many(v, 1024, 12);
      const large = s.allocate(v, 3 * PAGE);
      s.free(o, ...made.slice(0, 8), large);
      s.many(v, 64, 1);
      return () => v.allocate(2048);
    }),
  },
  {
    name: "allocate: a territory of the pool",
    prepare: by((s, v) => {
      s.many(v, 4096, TERRITORY);
      return () => v.allocate(64);
    }),
  },
  {
    name: "allocate: what was freed, and not announced",
    prepare: by((s, v, o) => {
      const all = fillUp(s, v, 4096);
      s.free(o, all[3], all[4]);
      mute(s, v);
      return () => v.allocate(4096);
    }),
  },
  {
    name: "allocate: what a resting lane keeps",
    prepare: by((s, v, o) => {
      const theirs = s.many(o, 4096, 2 * TERRITORY);
      fillUp(s, v, 4096);
      o.park();
      s.free(v, ...theirs.slice(2));
      return () => v.allocate(6 * PAGE);
    }),
  },
  {
    name: "allocate: what a closed lane keeps",
    prepare: by((s, v) => {
      const gone = s.attach();
      const theirs = s.many(gone, 4096, TERRITORY);
      fillUp(s, v, 4096);
      gone.close();
      s.heaps.splice(s.heaps.indexOf(gone), 1);
      s.free(v, ...theirs);
      return () => v.allocate(4096);
    }),
  },
  {
    name: "allocate: no room",
    prepare: by((s, v, o) => {
      s.many(o, 64, 3);
      fillUp(s, v, 4096);
      return () => v.tryAllocate(20 * PAGE);
    }),
  },
  {
    name: "allocate: a block of a larger class",
    prepare: by((s, v) => {
      s.many(v, 96, 1);
      fillUp(s, v, 4096);
      return () => v.allocate(80);
    }),
  },
  {
    name: "allocate: aligned",
    prepare: by((s, v) => {
      s.many(v, 64, 3);
      return () => v.allocate(100, 256);
    }),
  },
  {
    name: "allocate: large",
    prepare: by((s, v) => {
      s.many(v, 64, 3);
      return () => v.allocate(5 * PAGE);
    }),
  },
  {
    name: "allocate: large, and a territory of the pool",
    prepare: by((s, v) => {
      s.many(v, 64, 3);
      return () => v.allocate(7 * PAGE);
    }),
  },
  {
    name: "allocate: large, aligned beyond a page",
    prepare: by((s, v) => {
      s.many(v, 64, 3);
      return () => v.allocate(2 * PAGE, 4 * PAGE);
    }),
  },
  {
    name: "allocate: large, of several territories",
    prepare: by((s, v) => {
      s.many(v, 64, 3);
      return () => v.allocate(20 * PAGE);
    }),
  },
  {
    name: "allocate: large, between what others have",
    prepare: by((s, v, o) => {
      s.many(v, 4096, 6);
      s.many(o, 4096, TERRITORY + 1);
      return () => v.allocate(10 * PAGE);
    }),
  },
  {
    name: "allocate: many territories at once",
    pages: 512,
    prepare: by((s, v) => {
      s.allocate(v, 32 * TERRITORY * PAGE);
      return () => v.allocate(6 * PAGE);
    }),
  },
  {
    name: "allocate: the memory grows",
    pages: 4 * TERRITORY,
    most: 8 * TERRITORY,
    prepare: by((s, v, o) => {
      s.many(o, 64, 2);
      s.allocate(v, 2 * TERRITORY * PAGE);
      return () => v.allocate(2 * TERRITORY * PAGE);
    }),
  },
  {
    name: "allocate: as another wants pages",
    prepare: by((s, v, o) => {
      const made = s.many(v, 4096, 2 * TERRITORY);
      s.free(v, ...made.slice(1));
      o.tryAllocate(5 * TERRITORY * PAGE);
      return () => v.allocate(128);
    }),
  },
  // free
  {
    name: "free: in the cursor's word",
    prepare: by((s, v) => {
      const made = s.many(v, 64, 3);
      return () => v.free(made[1]);
    }),
  },
  {
    name: "free: onto the stack",
    prepare: by((s, v) => {
      const made = s.many(v, 64, 40);
      return () => v.free(made[1]);
    }),
  },
  {
    name: "free: the stack is full",
    prepare: by((s, v) => {
      const made = s.many(v, 64, 3 * inPage(64));
      s.free(v, ...made.slice(0, STACK));
      return () => v.free(made[70]);
    }),
  },
  {
    name: "free: the last block of a slab of several pages",
    prepare: by((s, v) => {
      // Slabs of two blocks, and of eight.
      const made = s.many(v, 2048, 40);
      s.free(v, ...made.slice(10, 10 + STACK));
      s.free(v, ...made.slice(2, 9));
      return () => v.free(made[9]);
    }),
  },
  {
    name: "free: the last block of a slab, and pages go back",
    pages: 9 * TERRITORY,
    prepare: by((s, v) => {
      const made = s.many(v, 64, inPage(64) + 40);
      for (let i = 0; i < 4; i++) s.allocate(v, 1, 2 * PAGE);
      // As many free pages as a lane with six others keeps.
      s.free(v, s.allocate(v, 3 * TERRITORY * PAGE));
      s.free(v, ...made.slice(1, inPage(64)));
      return () => v.free(made[0]);
    }),
  },
  {
    name: "free: large",
    prepare: by((s, v) => {
      const large = s.allocate(v, 5 * PAGE);
      return () => v.free(large);
    }),
  },
  {
    name: "free: large, of one page, between free ones",
    prepare: by((s, v) => {
      const made = [1, 2, 3].map(() => s.allocate(v, 1, 8192));
      s.free(v, made[0]);
      s.free(v, made[2]);
      return () => v.free(made[1]);
    }),
  },
  {
    name: "free: large, and territories go back",
    pages: 12 * TERRITORY,
    prepare: by((s, v) => {
      const large = s.allocate(v, 9 * TERRITORY * PAGE);
      return () => v.free(large);
    }),
  },
  {
    name: "free: another's, the first of a word",
    theirs: true,
    prepare: by((s, v, o) => {
      const made = s.many(o, 64, 40);
      s.many(v, 64, 1);
      return () => v.free(made[3]);
    }),
  },
  {
    name: "free: another's, by a lane without pages",
    theirs: true,
    prepare: by((s, v, o) => {
      const made = s.many(o, 64, 40);
      return () => v.free(made[3]);
    }),
  },
  {
    name: "free: another's, not the first of a word",
    theirs: true,
    prepare: by((s, v, o) => {
      const made = s.many(o, 64, 40);
      s.free(s.heaps[0], made[4]);
      return () => v.free(made[3]);
    }),
  },
  {
    name: "free: another's last one",
    theirs: true,
    prepare: by((s, v, o) => {
      const made = s.many(o, 1024, 4);
      s.many(o, 1024, 1);
      s.free(v, ...made.slice(1));
      return () => v.free(made[0]);
    }),
  },
  {
    name: "free: another's large one",
    theirs: true,
    prepare: by((s, v, o) => {
      const large = s.allocate(o, 11 * PAGE);
      return () => v.free(large);
    }),
  },
  {
    name: "free: a resting lane's",
    theirs: true,
    prepare: by((s, v, o) => {
      const made = s.many(o, 64, 3);
      o.park();
      return () => v.free(made[0]);
    }),
  },
  {
    name: "free: a closed lane's large one",
    theirs: true,
    prepare: by((s, v) => {
      const gone = s.attach();
      const large = s.allocate(gone, 5 * PAGE);
      gone.close();
      s.heaps.splice(s.heaps.indexOf(gone), 1);
      return () => v.free(large);
    }),
  },
  // resize, reallocate
  {
    name: "resize: large, shorter",
    prepare: by((s, v) => {
      const large = s.allocate(v, 6 * PAGE);
      return () => v.resize(large, 2 * PAGE);
    }),
  },
  {
    name: "resize: large, shorter, of pages that were others",
    prepare: by((s, v) => {
      const made = s.many(v, 4096, 6);
      s.allocate(v, 64);
      s.free(v, ...made);
      // Trims, so that all of these pages have entries of slabs that were.
      v.park();
      const large = s.allocate(v, 6 * PAGE);
      return () => v.resize(large, 3 * PAGE);
    }),
  },
  {
    name: "resize: large, to one page",
    prepare: by((s, v) => {
      const large = s.allocate(v, 6 * PAGE);
      s.allocate(v, 64);
      return () => v.resize(large, 1);
    }),
  },
  {
    name: "resize: large, longer",
    prepare: by((s, v) => {
      const large = s.allocate(v, 5 * PAGE);
      return () => v.resize(large, 7 * PAGE);
    }),
  },
  {
    name: "resize: large, over the territories behind it",
    prepare: by((s, v) => {
      const large = s.allocate(v, 6 * PAGE);
      return () => v.resize(large, 20 * PAGE);
    }),
  },
  {
    name: "reallocate: in place",
    prepare: by((s, v) => {
      const block = s.allocate(v, 64);
      return () => v.reallocate(block, 60);
    }),
  },
  {
    name: "reallocate: small, to another class",
    moves: true,
    prepare: by((s, v) => {
      const block = s.allocate(v, 64);
      return () => v.reallocate(block, 3000);
    }),
  },
  {
    name: "reallocate: large, moved",
    moves: true,
    prepare: by((s, v) => {
      const large = s.allocate(v, 5 * PAGE);
      s.many(v, 4096, 2);
      return () => v.reallocate(large, 11 * PAGE);
    }),
  },
  {
    name: "reallocate: another's",
    moves: true,
    prepare: by((s, v, o) => {
      const block = s.allocate(o, 64);
      return () => v.reallocate(block, 500);
    }),
  },
  {
    name: "reallocate: another's large one",
    moves: true,
    prepare: by((s, v, o) => {
      const large = s.allocate(o, 5 * PAGE);
      return () => v.reallocate(large, 7 * PAGE);
    }),
  },
  // many
  {
    name: "allocateMany",
    prepare: by((s, v) => {
      const made = s.many(v, 200, 30);
      s.free(v, made[2], made[4], made[6]);
      return () => v.allocateMany(200, new Int32Array(25));
    }),
  },
  {
    name: "allocateMany: large",
    prepare: by((_, v) => () => v.allocateMany(5 * PAGE, new Int32Array(3))),
  },
  {
    name: "freeMany: own, others', small and large",
    prepare: by((s, v, o) => {
      const own = s.many(v, 200, 25);
      const large = s.allocate(v, 5 * PAGE);
      const theirs = s.many(o, 300, 5);
      const theirLarge = s.allocate(o, 5 * PAGE);
      return () => v.freeMany(Int32Array.of(...own.slice(0, 21), theirLarge, ...theirs.slice(1), large));
    }),
  },
  // lanes
  {
    name: "attach: a new lane",
    prepare: (s) => {
      const ticket = s.heaps[0].ticket();
      return { heap: undefined, ticket, call: () => Heap.attach(s.buffer, { ticket }) };
    },
  },
  {
    name: "attach: a lane that was closed",
    prepare: (s) => {
      const gone = s.attach();
      s.many(gone, 64, 3);
      gone.close();
      s.heaps.pop();
      const ticket = s.heaps[0].ticket();
      return { heap: undefined, ticket, call: () => Heap.attach(s.buffer, { ticket }) };
    },
  },
  {
    name: "attach, and a first block",
    prepare: (s) => {
      const ticket = s.heaps[0].ticket();
      return { heap: undefined, ticket, call: () => Heap.attach(s.buffer, { ticket }).allocate(500) };
    },
  },
  {
    name: "park",
    prepare: by((s, v, o) => {
      const made = s.many(v, 64, 3 * inPage(64));
      const large = s.allocate(v, 9 * PAGE);
      s.free(v, ...made.slice(0, 100));
      s.free(o, ...made.slice(120, 130), large);
      return () => v.park();
    }),
  },
  {
    name: "close: blocks are live",
    prepare: by((s, v, o) => {
      const made = s.many(v, 1024, 12);
      s.free(v, ...made.slice(0, 7));
      s.free(o, ...made.slice(7, 11));
      return () => v.close();
    }),
  },
  {
    name: "close: none is",
    prepare: by((s, v, o) => {
      const made = s.many(v, 1024, 12);
      s.free(v, ...made.slice(0, 7));
      s.free(o, ...made.slice(7));
      return () => v.close();
    }),
  },
  {
    name: "close, at rest",
    prepare: by((s, v) => {
      s.many(v, 64, 3);
      v.park();
      return () => v.close();
    }),
  },
  {
    name: "a call after resting",
    prepare: by((s, v, o) => {
      const made = s.many(v, 64, 40);
      v.park();
      s.free(o, made[3]);
      return () => v.allocate(64);
    }),
  },
  {
    name: "a call after resting, the lane being another's",
    prepare: by((s, v) => {
      s.many(v, 64, 40);
      v.park();
      s.attach();
      s.attach();
      // The last one has it.
      const other = s.attach();
      s.allocate(other, 64);
      s.heaps[3].close();
      s.heaps.splice(3, 1);
      return () => v.allocate(64);
    }),
  },
  {
    name: "free, after resting",
    prepare: by((s, v) => {
      const made = s.many(v, 64, 40);
      v.park();
      return () => v.free(made[3]);
    }),
  },
  {
    name: "reset",
    prepare: by((s, v, o) => {
      s.many(v, 64, 40);
      s.allocate(v, 9 * PAGE);
      s.many(o, 9216, 2);
      s.many(o, 64, 70);
      s.allocate(o, 5 * PAGE);
      for (const other of [o, s.heaps[0]]) other.park();
      return () => v.reset();
    }),
  },
  {
    name: "ticket",
    prepare: by((_, v) => () => v.ticket()),
  },
  // reclaim
  {
    name: "reclaim: a lane with blocks",
    prepare: reclaiming((s, dead, o) => {
      const made = s.many(dead, 64, 100);
      s.free(dead, made[3], made[60]);
      s.free(o, made[4], made[61], made[90]);
      s.allocate(dead, 9 * PAGE);
      s.allocate(dead, 5000);
    }),
  },
  {
    name: "reclaim: a lane whose blocks are all freed",
    prepare: reclaiming((s, dead, o) => {
      const made = s.many(dead, 64, 100);
      const large = s.allocate(dead, 9 * PAGE);
      s.free(dead, ...made.slice(0, 50));
      s.free(o, ...made.slice(50), large);
    }),
  },
  { name: "reclaim: a lane without pages", prepare: reclaiming(() => undefined) },
  {
    name: "reclaim: one that freed another's block last",
    prepare: reclaiming((s, dead, o) => {
      const [block] = s.many(o, 64, 3);
      s.many(dead, 64, 3);
      s.free(dead, block);
    }),
  },
  {
    name: "reclaim: a resting lane",
    prepare: reclaiming((s, dead) => {
      s.many(dead, 64, 100);
      dead.park();
    }),
  },
  {
    name: "reclaim: of blocks that nobody knows",
    prepare: reclaiming((s, dead, o) => {
      const made = s.many(dead, 64, 100);
      const large = s.allocate(dead, 9 * PAGE);
      s.allocate(dead, 5000);
      s.free(o, made[4], made[61]);
      const known = new Set(made.slice(70));
      return (offset) => offset !== large && known.has(offset);
    }),
  },
];

/** Blocks of a size in all the pages that are left. */
function fillUp(scene: Scene, heap: SharedSlabAllocator, size: number): number[] {
  const made: number[] = [];
  for (let offset = heap.tryAllocate(size); offset !== 0; offset = heap.tryAllocate(size)) {
    scene.live.set(offset, heap.sizeOf(offset));
    made.push(offset);
  }
  return made;
}

/** Nothing is announced to a lane, as if those who freed were stopped before they had. */
function mute(scene: Scene, heap: SharedSlabAllocator): void {
  const w = scene.words;
  const mail = w[(heap as unknown as { lane: number }).lane + L.H_MAIL];
  w.fill(0, mail + L.M_ROOT, mail + L.M_INBOX + (((w[H_PAGES] >>> w[L.H_TERRITORY]) + 31) >>> 5));
}

/** Reclaiming another thread, once it has done something; of its blocks those are kept that it says. */
function reclaiming(
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
