/** Allocating, on each way through it that there is. */
import { by, type Case, fillUp, inPage, mute, STACK } from "./case.ts";
import { PAGE, TERRITORY } from "./scene.ts";

export const ALLOCATING: readonly Case[] = [
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
    name: "allocate: what others took of a resting lane before, and its rest",
    prepare: by((s, v, o) => {
      const theirs = s.many(o, 4096, 2 * TERRITORY);
      fillUp(s, v, 4096);
      o.park();
      s.free(v, ...theirs.slice(0, -2));
      s.allocate(v, 5 * PAGE);
      s.free(v, ...theirs.slice(-2));
      return () => v.allocate(6 * PAGE);
    }),
  },
  {
    name: "a call after resting, of which others took",
    prepare: by((s, v, o) => {
      const mine = s.many(v, 4096, 2 * TERRITORY);
      fillUp(s, o, 4096);
      v.park();
      s.free(o, ...mine.slice(0, -3));
      s.allocate(o, 5 * PAGE);
      s.free(o, ...mine.slice(-2));
      return () => v.allocate(64);
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
];
