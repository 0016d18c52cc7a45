import { readOptions } from "@ariax/allocator/implement";
import type { Trace } from "../trace.ts";
import { allocTest } from "./alloc-test.ts";
import { checkerboard } from "./checkerboard.ts";
import { fleet } from "./fleet.ts";
import { glibcSimple } from "./glibc-simple.ts";
import { glibcThread } from "./glibc-thread.ts";
import { growByOne } from "./grow-by-one.ts";
import { larson } from "./larson.ts";
import { mallocLarge } from "./malloc-large.ts";
import { mstress } from "./mstress.ts";
import type { WorkloadOptions } from "./options.ts";
import { pinned } from "./pinned.ts";
import { rbstress } from "./rbstress.ts";
import { reverseFree } from "./reverse-free.ts";
import { rptest } from "./rptest.ts";
import { sawtooth } from "./sawtooth.ts";
import { xmalloc } from "./xmalloc.ts";

/** Every synthesiser by its name, with its default parameters: `workloads.larson({ seed: 7, scale: 0.1 })`. */
export const workloads: Readonly<Record<string, (options?: WorkloadOptions) => Trace>> = {
  larson,
  mstress,
  rptest,
  "alloc-test": allocTest,
  xmalloc,
  "glibc-simple": glibcSimple,
  "glibc-thread": glibcThread,
  "malloc-large": mallocLarge,
  rbstress,
  "reverse-free": reverseFree,
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, profile) => [
      `fleet-${profile}`,
      (options: WorkloadOptions = {}) => fleet({ ...readOptions(options, ["seed", "scale", "live"]), profile }),
    ]),
  ),
  sawtooth,
  checkerboard,
  pinned,
  "grow-by-one": growByOne,
};
