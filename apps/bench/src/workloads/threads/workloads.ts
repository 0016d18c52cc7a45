/** What threads do, by name. Modules are loaded where they are measured. */
import type { Turns } from "../../worker/turns.ts";
import { PROCESSES, type ThreadRequest } from "./protocol.ts";

export interface Measuring {
  measure(request: ThreadRequest, turns: Turns): Promise<object>;
}

export interface ThreadWorkload {
  readonly name: string;
  /** One line for the page. */
  readonly what: string;
  /** Those who can do it. */
  readonly subjects: readonly string[];
  /** They take turns. */
  readonly isPaired: boolean;
  readonly load: () => Promise<Measuring>;
}

const LOCKED = ["spin", "wait", "wasm-wait"];
const HANDED = ["offset", "copies", "transfer"];

export const THREAD_WORKLOADS: readonly ThreadWorkload[] = [
  {
    ...{ name: "own", what: "a recorded program each, all on one heap", isPaired: true },
    subjects: ["nothing", "lanes", "wasm-lanes", "private", ...LOCKED],
    load: () => import("./own.ts"),
  },
  {
    ...{ name: "xmalloc", what: "what one allocates, the other frees", isPaired: true },
    // Where tens of thousands of blocks are live a call of the last one walks through all of them.
    subjects: ["nothing", "lanes", "wasm-lanes", ...LOCKED, "thi.ng-wait"],
    load: () => import("./xmalloc.ts"),
  },
  {
    ...{ name: "xmalloc-c", what: "the same in C, by pthreads", isPaired: true },
    subjects: ["nothing-c", "engine-c", "mimalloc", "jemalloc", "glibc"],
    load: () => import("./in-c.ts"),
  },
  {
    ...{ name: "cache-scratch", what: "8 bytes each, allocated side by side, written to", isPaired: true },
    subjects: ["lanes", "wasm-lanes", "private", "spin"],
    load: () => import("./scratch.ts"),
  },
  ...[1, 64].map((kib) => ({
    ...{ name: `hand-over-${kib}`, what: `records of ${kib} KiB, from one thread to the other`, isPaired: true },
    subjects: HANDED,
    load: () => import("./hand-over.ts"),
  })),
  {
    ...{
      name: "held",
      what: "one allocates and writes, the other frees 16,384 blocks later: bytes held",
      isPaired: false,
    },
    subjects: ["lanes", "engine-c", "mimalloc"],
    load: () => import("./held.ts"),
  },
  {
    ...{ name: "stopped", what: "a thread, or a process, is stopped inside of a call, then killed", isPaired: false },
    subjects: ["lanes", PROCESSES, "spin", "wait"],
    load: () => import("./stopped.ts"),
  },
];
