/** Freeing, on each way through it that there is. */
import { by, type Case, inPage, STACK } from "./case.ts";
import { PAGE, TERRITORY } from "./scene.ts";

export const FREEING: readonly Case[] = [
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
];
