/** What hands out parts of GPU memory, and how each is made for a range of so many bytes. */
import { makeBuffers } from "./buffers.ts";
import { Batched, FirstFit } from "./free-lists.ts";
import { OffsetAllocator } from "./offset-allocator.ts";
import { Ranges } from "./range-heap.ts";
import type { Suballocator } from "./suballocator.ts";

export interface GpuSubject {
  readonly name: string;
  readonly what: string;
  readonly origin: "ours" | "rival" | "loop";
  readonly create: (bytes: number) => Suballocator | Promise<Suballocator>;
}

/** Bytes moved at a time, at most. */
const STEP = 8 * 2 ** 20;

/** The loop alone. */
class Nothing implements Suballocator<number> {
  readonly moved = 0;
  allocate(bytes: number): number {
    return bytes;
  }
  free(): void {}
  frame(): void {}
  offsetOf(): undefined {}
  room(): undefined {}
}

export const GPU_SUBJECTS: readonly GpuSubject[] = [
  { name: "nothing", what: "the loop alone", origin: "loop", create: () => new Nothing() },
  {
    name: "range-heap",
    what: "`RangeHeap` of `@ariax/gpu`, its own deferred frees",
    origin: "ours",
    create: (bytes) => new Ranges(bytes),
  },
  {
    name: "range-heap-moves",
    what: "the same with handles that stay, and moves of 8 MiB at most in every eighth frame",
    origin: "ours",
    create: (bytes) => new Ranges(bytes, STEP),
  },
  {
    name: "offset-allocator",
    what: "Sebastian Aaltonen's algorithm, from its description",
    origin: "rival",
    create: (bytes) => new OffsetAllocator(bytes),
  },
  {
    name: "first-fit",
    what: "an array of free runs, the first that fits",
    origin: "rival",
    create: (bytes) => new FirstFit(bytes),
  },
  {
    name: "batched",
    what: "three.js's BatchedMesh, from its description: ranges used again whole, else all moved together",
    origin: "rival",
    create: (bytes) => new Batched(bytes),
  },
  { name: "buffers", what: "a GPUBuffer for each object, by Dawn", origin: "rival", create: makeBuffers },
];
