/** Blocks made longer and shorter, moved, and many at once. */
import { by, type Case } from "./case.ts";
import { PAGE } from "./scene.ts";

export const CHANGING: readonly Case[] = [
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
];
