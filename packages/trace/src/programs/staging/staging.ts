/**
 * Staging ranges of a renderer, as WebGPU needs them: a frame's uniforms, vertices and pictures are written into ranges that begin
 * at multiples of 256, and a range is free again when the frames in flight have come so far: in order, two or three frames later.
 */
import { newArray } from "../../arrays.ts";
import { beginProgram, programOf } from "../begin.ts";
import type { Program, ProgramKind, ProgramOptions } from "../program.ts";
import { stagingInArrays } from "./arrays.ts";
import { stagingInHeap } from "./heap.ts";
import { GRAIN, type StagingStore } from "./store.ts";

export interface StagingOptions extends ProgramOptions {
  /** Ranges of a frame, at most; at most 2¹². */
  ranges?: number | undefined;
}

/** Frames that are in flight, at most. */
const IN_FLIGHT = 3;

/** A step is a frame. */
function render(makeStore: (ranges: number) => StagingStore, options: StagingOptions): Program {
  const { random, tally, ranges } = beginProgram(options, { ranges: [32, 2 ** 12] });
  // A ring: ranges end in the order that they were made in.
  const slots = (IN_FLIGHT + 1) * ranges;
  const store = makeStore(slots);
  const sizes = newArray(Int32Array, slots);
  /** Ranges of the frames in flight, by frame modulo a power of two. */
  const counts = newArray(Int32Array, 4);
  let [frame, done, head, tail] = [0, 0, 0, 0];

  /** Three of four are uniforms, one of twenty is a picture. */
  const size = (): number => {
    const draw = random.unit();
    if (draw < 0.75) return GRAIN * random.between(1, 4);
    if (draw < 0.95) return GRAIN * random.between(16, 256);
    return GRAIN * random.between(256, 1024);
  };
  const upload = (): void => {
    const bytes = size();
    store.upload(head, bytes, tally.made);
    sizes[head] = bytes;
    counts[frame & 3]++;
    tally.made++;
    head = head + 1 === slots ? 0 : head + 1;
  };
  const finish = (): void => {
    for (let n = counts[done & 3]; n > 0; n--) {
      tally.end(store.finish(tail, sizes[tail]));
      tail = tail + 1 === slots ? 0 : tail + 1;
    }
    counts[done & 3] = 0;
    done++;
  };
  const step = (): void => {
    const wanted = random.between(1, ranges);
    while (counts[frame & 3] < wanted) upload();
    frame++;
    if (frame - done === IN_FLIGHT || (frame - done === IN_FLIGHT - 1 && random.chance(0.25))) finish();
  };
  const end = (): void => {
    // A frame that was cut off too.
    while (done <= frame) finish();
    frame = done;
  };
  return programOf(tally, step, end, store.follow);
}

export const stagingProgram: ProgramKind<StagingOptions> = {
  name: "staging",
  what: "WebGPU's staging ranges: written at multiples of 256, free again in order, frames later",
  step: "a frame",
  capacity: 2 ** 24,
  over: (heap, options = {}) => render((ranges) => stagingInHeap(heap, ranges), options),
  collected: (options = {}) => render(stagingInArrays, options),
};
