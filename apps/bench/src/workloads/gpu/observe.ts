/** One observation: a suballocator, and a stream of meshes. */
import { GPU_SUBJECTS } from "../../subjects/gpu/subjects.ts";
import type { Request } from "../../worker/protocol.ts";
import { type Timing, timeTurns } from "../../worker/timing.ts";
import type { Turns } from "../../worker/turns.ts";
import { lookAt, makeStream, play, type Room, type StreamOptions } from "./stream.ts";

export interface GpuRequest extends Request, StreamOptions {
  /** What warming up takes, and all turns together, in ms. */
  readonly warm: number;
  readonly timed: number;
}

/** The least length of a window, in ms. */
const WINDOW = 2;

export interface GpuObservation {
  /** ns a call: an allocation, or a free. */
  readonly time: Timing;
  readonly room: Room;
}

export async function observe(request: GpuRequest, turns: Turns): Promise<GpuObservation> {
  const { subject: name, warm, timed } = request;
  const subject = GPU_SUBJECTS.find((one) => one.name === name);
  if (subject === undefined) throw new Error(`no such subject: ${name}`);
  const stream = makeStream(request);
  const { range, events, sizes } = stream;
  const room = lookAt(await subject.create(range), stream);
  const live: unknown[] = new Array(sizes.length).fill(undefined);
  const once = async (step: number): Promise<number> => {
    const heap = await subject.create(range);
    const start = performance.now();
    for (let from = 0; from < events.length; from += step) {
      play(heap, stream, live, from, Math.min(from + step, events.length));
    }
    const ms = performance.now() - start;
    for (const handle of live) if (handle !== undefined) heap.free(handle);
    live.fill(undefined);
    heap.frame();
    return ms;
  };
  const options = { units: stream.calls, parts: 0, budget: { warm, turns: timed }, window: WINDOW, turns };
  return { time: await timeTurns(once, options), room };
}
