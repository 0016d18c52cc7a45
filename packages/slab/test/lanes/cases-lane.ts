/** What is done with lanes: attached, parked, closed, reset, reclaimed. */
import { SharedSlabAllocator as Heap } from "../../src/index.ts";
import { by, type Case, inPage, reclaiming } from "./case.ts";
import { PAGE } from "./scene.ts";

export const LANES: readonly Case[] = [
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
      const made = s.many(v, 64, 40);
      s.allocate(v, 9 * PAGE);
      s.many(o, 9216, 2);
      const theirs = s.many(o, 64, 70);
      s.allocate(o, 5 * PAGE);
      // What is yet to be collected goes with its block.
      s.free(o, ...made.slice(3, 6));
      for (const other of [o, s.heaps[0]]) other.park();
      s.free(v, ...theirs.slice(30, 40));
      return () => v.reset();
    }),
  },
  {
    name: "ticket",
    prepare: by((_, v) => () => v.ticket()),
  },
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
