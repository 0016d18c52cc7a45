/**
 * Meshes that come and go as a camera moves: in each frame some leave, oldest or at random, and others come, until so much is
 * live again. From 1 KiB to 4 MiB, each power of two as likely as any other; the same in every process.
 */
import { random } from "../../base/random.ts";
import { LAG, type Suballocator } from "../../subjects/gpu/suballocator.ts";

export interface Stream {
  /** Bytes of the range. */
  readonly range: number;
  /** What happens: a mesh ≥ 0 comes, `FRAME` ends a frame, any other is −2 − the mesh that leaves. */
  readonly events: Int32Array;
  /** Bytes of each mesh. */
  readonly sizes: Int32Array;
  /** Meshes that come and that leave. */
  readonly calls: number;
}

export const FRAME = -1;
const [LEAST, OCTAVES] = [1024, 12];
/** Meshes that leave in a frame, at most; now and then, when the camera jumps, so many times as many. */
const [LEAVING, JUMP, JUMPS] = [8, 20, 100];

export interface StreamOptions {
  /** Bytes. */
  readonly range: number;
  /** What is live of it, as a part. */
  readonly load: number;
  readonly frames: number;
}

export function makeStream({ range, load, frames }: StreamOptions): Stream {
  const next = random(20_26);
  const events: number[] = [];
  const sizes: number[] = [];
  const live: number[] = [];
  let bytes = 0;
  let calls = 0;
  for (let frame = 0; frame < frames; frame++) {
    const leaving = next(LEAVING + 1) * (next(JUMPS) === 0 ? JUMP : 1);
    for (let i = 0; i < leaving && frame > 0 && live.length > 0; i++) {
      const [mesh] = live.splice(next(2) === 0 ? 0 : next(live.length), 1) as [number];
      events.push(-2 - mesh);
      bytes -= sizes[mesh]!;
      calls++;
    }
    for (;;) {
      const octave = LEAST << next(OCTAVES);
      const size = octave + next(octave);
      if (bytes + size > load * range) break;
      events.push(sizes.length);
      live.push(sizes.length);
      sizes.push(size);
      bytes += size;
      calls++;
    }
    events.push(FRAME);
  }
  return { range, events: Int32Array.from(events), sizes: Int32Array.from(sizes), calls };
}

/** The stream from one event to another. What is refused is not there, and does not leave. How many were refused. */
export function play(heap: Suballocator, { events, sizes }: Stream, live: unknown[], from: number, to: number): number {
  let refused = 0;
  for (let i = from; i < to; i++) {
    const event = events[i]!;
    if (event >= 0) {
      const handle = heap.allocate(sizes[event]!);
      live[event] = handle;
      if (handle === undefined) refused++;
    } else if (event === FRAME) heap.frame();
    else {
      const mesh = -2 - event;
      const handle = live[mesh];
      if (handle === undefined) continue;
      heap.free(handle);
      live[mesh] = undefined;
    }
  }
  return refused;
}

/** What a stream does to a range: counts, the same on every machine. */
export interface Room {
  /** Meshes for which there was no room. */
  readonly refused: number;
  /** The end of the highest block there ever was, by the most bytes that were live at once, deferred ones included. */
  readonly peak?: number;
  /** The largest piece by all that is free: the mean over frames, once the range is full. */
  readonly largest?: number;
  /** Bytes moved by bytes that came. */
  readonly moved: number;
}

/** Plays it once, and looks at it after each frame. Throws where two blocks overlap. */
export function lookAt(heap: Suballocator, stream: Stream): Room {
  const { events, sizes } = stream;
  const live: unknown[] = new Array(sizes.length).fill(undefined);
  const here = new Set<number>();
  let [refused, highest, used, most, came, frames, shares, from] = [0, 0, 0, 0, 0, 0, 0, 0];
  let waiting: number[] = new Array(LAG).fill(0);
  let leaving = 0;
  let isRange = false;
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!;
    refused += play(heap, stream, live, i, i + 1);
    if (event >= 0 && live[event] !== undefined) {
      here.add(event);
      came += sizes[event]!;
      used += sizes[event]!;
      const at = heap.offsetOf(live[event]);
      if (at !== undefined) {
        isRange = true;
        highest = Math.max(highest, at + sizes[event]!);
      }
    } else if (event < FRAME && here.delete(-2 - event)) leaving += sizes[-2 - event]!;
    if (event !== FRAME) continue;
    most = Math.max(most, used);
    used -= waiting[0]!;
    waiting = [...waiting.slice(1), leaving];
    leaving = 0;
    const room = heap.room();
    if (room !== undefined && ++from > 1 && room.free > 0) {
      frames++;
      shares += room.largest / room.free;
    }
    if (from % 100 === 0 && isRange) checkApart(heap, [...here], live, sizes);
  }
  const moved = heap.moved / came;
  return isRange ? { refused, peak: highest / most, largest: shares / frames, moved } : { refused, moved };
}

function checkApart(heap: Suballocator, here: number[], live: unknown[], sizes: Int32Array): void {
  const places = here.map((mesh) => [heap.offsetOf(live[mesh])!, sizes[mesh]!] as const).sort(([a], [b]) => a - b);
  for (let i = 1; i < places.length; i++) {
    const [[start, size], [next]] = [places[i - 1]!, places[i]!];
    if (start + size > next) throw new Error(`blocks overlap: ${size} bytes at ${start}, and the next at ${next}`);
  }
}
