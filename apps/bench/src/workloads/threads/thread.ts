/** A thread of `threads/*`: gets its heap and its work, says that it is there, and does as it is told. */
import { parentPort, workerData } from "node:worker_threads";
import type { Program } from "../../subjects/events.ts";
import { type Shared, sharingOf } from "../../subjects/threads/sharings.ts";
import { type Control, obey, type Step } from "./control.ts";
import { Ring } from "./ring.ts";
import { cacheScratch, held, own, xmalloc } from "./shapes.ts";

export interface ThreadData {
  readonly sharing: string;
  readonly shared: Shared;
  readonly thread: number;
  readonly control: Control;
  readonly work:
    | { readonly shape: "own"; readonly program: Program }
    | { readonly shape: "xmalloc"; readonly own: Int32Array; readonly from: Int32Array; readonly to: Int32Array }
    | { readonly shape: "held"; readonly ring: Int32Array; readonly kept: Int32Array }
    | { readonly shape: "cache-scratch"; readonly given: number };
}

const { sharing, shared, thread, control, work } = workerData as ThreadData;
const heap = await sharingOf(sharing).attach(shared, thread);

function stepOf(): Step {
  if (work.shape === "own") return own(heap, work.program);
  const buffer = heap.memory?.buffer ?? shared.buffer;
  if (work.shape === "held") return held(heap, thread, new Int32Array(buffer), new Ring(work.ring), work.kept);
  if (work.shape === "cache-scratch") {
    return cacheScratch(heap, new Uint8Array(buffer), work.given || heap.allocate(8));
  }
  const [mine, from, to] = [work.own, work.from, work.to].map((words) => new Ring(words)) as [Ring, Ring, Ring];
  return xmalloc(heap, thread + 1, { own: mine, from, to });
}

const step = stepOf();
parentPort!.postMessage("ready");
obey(control, thread, step);
