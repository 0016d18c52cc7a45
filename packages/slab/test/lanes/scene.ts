/**
 * A heap with lanes, and the blocks that are live in it: what a test prepares, puts back as it was, and looks at after a death. A
 * buffer that has grown stays so: that it is longer than the heap is what a thread leaves that is killed while it grows.
 */
import { expect } from "vitest";
import { SharedSlabAllocator } from "../../src/index.ts";
import { laneBlocks } from "../../src/lanes/inspect.ts";
import * as L from "../../src/lanes/layout.ts";
import { H_FIRST, H_LANES, H_LIMIT, H_PAGES } from "../../src/layout.ts";

export const PAGE = 4096;
/** Pages of a territory in heaps as small as these. */
export const TERRITORY = 8;

/** What can be put back. */
export interface Saved {
  readonly words: Int32Array;
  readonly heaps: readonly object[];
}

export class Scene {
  readonly buffer: SharedArrayBuffer;
  readonly heaps: SharedSlabAllocator[] = [];
  /** Bytes by offset, of every live block. */
  readonly live: Map<number, number> = new Map();

  /** `pages` now, and `most` that it may grow to. */
  constructor(pages: number, most: number, lanes: number) {
    this.buffer = new SharedArrayBuffer(pages * PAGE, { maxByteLength: most * PAGE });
    this.heaps.push(new SharedSlabAllocator({ buffer: this.buffer, lanes }));
  }

  get words(): Int32Array {
    return this.heaps[0].words;
  }

  /** One more lane. */
  attach(): SharedSlabAllocator {
    const heap = SharedSlabAllocator.attach(this.buffer, { ticket: this.heaps[0].ticket() });
    this.heaps.push(heap);
    return heap;
  }

  allocate(heap: SharedSlabAllocator, size: number, alignment?: number): number {
    const offset = heap.allocate(size, alignment);
    this.live.set(offset, heap.sizeOf(offset));
    return offset;
  }

  /** So many blocks. */
  many(heap: SharedSlabAllocator, size: number, count: number): number[] {
    return Array.from({ length: count }, () => this.allocate(heap, size));
  }

  free(heap: SharedSlabAllocator, ...offsets: number[]): void {
    for (const offset of offsets) {
      heap.free(offset);
      this.live.delete(offset);
    }
  }

  save(): Saved {
    return { words: this.words.slice(), heaps: this.heaps.map(fieldsOf) };
  }

  /** As it was, but for the words, which are others. */
  restore(saved: Saved, words: Int32Array): void {
    this.words.set(words);
    saved.heaps.forEach((fields, i) => {
      Object.assign(this.heaps[i], fields);
    });
  }

  /** The live blocks that the heap itself knows of. */
  found(): Map<number, number> {
    const w = this.words;
    const found = new Map<number, number>();
    for (let i = 0; i < w[H_LANES]; i++) {
      for (const { offset, size } of laneBlocks(w, L.laneAt(w, i))) found.set(offset, size);
    }
    return found;
  }
}

/** What a heap has, but for the property that throws (../../../allocator/src/present.ts). */
export function fieldsOf(heap: object): object {
  const { "can't be cloned": _, ...fields } = Object.getOwnPropertyDescriptors(heap) as PropertyDescriptorMap;
  return Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value]));
}

/** Throws where two blocks have a byte in common. */
export function checkApart(blocks: Iterable<readonly [offset: number, size: number]>): void {
  let end = 0;
  for (const [offset, size] of [...blocks].sort(([a], [b]) => a - b)) {
    if (offset < end) throw new Error(`block ${offset} lies in the one before, which ends at ${end}`);
    end = offset + size;
  }
}

/**
 * The threads of `heaps` go on: what they are given is nobody's, and once all is free, one of them can have every page there is. `live`: what is
 * live now.
 */
export function goOn(scene: Scene, heaps: readonly SharedSlabAllocator[], live: Map<number, number>): void {
  const [first, ...others] = heaps;
  const blocks = new Map(live);
  for (let i = 0; i < 24; i++) {
    const heap = heaps[i % heaps.length];
    const offset = heap.tryAllocate([24, 64, 700, 4000, 9000, 20000][i % 6]);
    if (offset === 0) continue;
    if (blocks.has(offset)) throw new Error(`block ${offset} is given twice`);
    blocks.set(offset, heap.sizeOf(offset));
  }
  checkApart(blocks);
  let i = 0;
  for (const offset of blocks.keys()) heaps[i++ % heaps.length].free(offset);
  for (const other of others) other.park();
  const w = scene.words;
  const all = first.tryAllocate((w[H_LIMIT] - w[H_FIRST]) * PAGE);
  if (all === 0) throw new Error(`of ${w[H_PAGES] - w[H_FIRST]} pages not all are the pool's: ${owners(w)}`);
  first.verify();
  first.free(all);
  first.park();
  expect(owners(w)).toMatch(/^[-0 ]+$/);
  first.verify();
}

/** Whose each territory is, as text. */
export function owners(w: Int32Array): string {
  const territories = w[H_LIMIT] >>> w[L.H_TERRITORY];
  return Array.from(w.subarray(w[L.H_OWN], w[L.H_OWN] + territories), (code) => (code < 0 ? "-" : code)).join(" ");
}
