import type { Allocator, AllocatorStats, Memory, Offset, Offsets, Traits } from "@ariax/allocator";
import {
  checkAllocator,
  checkCount,
  checkOffsets,
  present,
  renewed,
  statsParts,
  type Words,
} from "@ariax/allocator/implement";
import { newArray } from "./arrays.ts";
import { TraceBuilder, type TraceSink } from "./builder.ts";
import { checkMethods } from "./check.ts";

/**
 * `allocator`, with every call that succeeds recorded. The trace is `recorder.sink.build()`; for a recording too long
 * to be kept, give a `TraceWriter` as `sink`, and take its bytes from time to time.
 */
export function record(allocator: Allocator): Recorder<TraceBuilder>;
export function record<S extends TraceSink>(allocator: Allocator, sink: S): Recorder<S>;
/** @throws `InvalidArgumentError` for a wrong argument or option. */
export function record(allocator: Allocator, sink: TraceSink = new TraceBuilder()): Recorder<TraceSink> {
  return new Recorder(allocator, sink);
}

const WORDS: Words<Allocator> = {
  name: (it) => `recorder of ${it.traits.name}`,
  parts: (it) => statsParts(it.stats()),
  what: "a recorder",
  send: "record there too, by a sink of its own",
};

/**
 * An allocator in front of another one, that tells a sink of each call that succeeded. What the format cannot say is
 * lost: alignments, failed calls, and who called. A bulk call is recorded as single ones, `reset` as a free of every
 * live block. A block from before the recording appears when it is resized, as an allocation; its free does not
 * appear. A block that ends without a call, as when an arena is rewound, counts as freed when its place is given out
 * again.
 *
 * What the sink throws comes through. An allocation that can't be recorded is taken back; any other call has been made.
 *
 * Cost: one or two lookups in a `Map` a call, and one of its entries a live block.
 *
 * @throws `HostMemoryError` from any call, where the host has no memory for it.
 */
export class Recorder<S extends TraceSink> implements Allocator {
  declare readonly sink: S;
  declare private readonly inner: Allocator;
  declare private readonly idOf: Map<Offset, number>;

  /** @throws `InvalidArgumentError` where `allocator` or `sink` is none. */
  constructor(allocator: Allocator, sink: S) {
    present<Recorder<S>>(this, WORDS);
    this.inner = checkAllocator(allocator);
    this.idOf = new Map();
    this.sink = checkMethods("sink", sink, ["allocate", "free", "reallocate"]);
  }

  get memory(): Memory {
    return this.inner.memory;
  }

  get traits(): Traits {
    return this.inner.traits;
  }

  allocate(size: number, alignment?: number): Offset {
    return this.made(this.inner.allocate(size, alignment), size);
  }

  tryAllocate(size: number, alignment?: number): Offset {
    const offset = this.inner.tryAllocate(size, alignment);
    return offset === 0 ? offset : this.made(offset, size);
  }

  resize(offset: Offset, size: number): boolean {
    const resized = this.inner.resize(offset, size);
    if (resized) this.reallocated(offset, offset, size);
    return resized;
  }

  reallocate(offset: Offset, size: number): Offset {
    return this.reallocated(offset, this.inner.reallocate(offset, size), size);
  }

  free(offset: Offset): void {
    this.inner.free(offset);
    this.freed(offset);
  }

  sizeOf(offset: Offset): number {
    return this.inner.sizeOf(offset);
  }

  allocateMany(size: number, out: Offsets): number {
    const { byteOffset, length } = checkOffsets(out);
    const made = this.inner.allocateMany(size, out);
    const words = renewed(out, byteOffset, length, this.inner.memory);
    try {
      for (let i = 0; i < made; i++) this.allocated(words[i] >>> 0, size);
    } catch (error) {
      this.inner.freeMany(words, made);
      throw error;
    }
    return made;
  }

  freeMany(offsets: Offsets, count?: number): void {
    // A copy: the list may lie in memory that is given back by the call.
    const length = checkCount(count, offsets);
    const list = newArray(Int32Array, length);
    list.set(offsets.subarray(0, length));
    this.inner.freeMany(offsets, count);
    for (const word of list) this.freed(word >>> 0);
  }

  reset(): void {
    this.inner.reset();
    // One after the other: what the sink took before it threw it is not told of again.
    for (const offset of this.idOf.keys()) this.freed(offset);
  }

  stats(): AllocatorStats {
    return this.inner.stats();
  }

  verify(): void {
    this.inner.verify();
  }

  private made(offset: Offset, size: number): Offset {
    try {
      return this.allocated(offset, size);
    } catch (error) {
      this.inner.free(offset);
      throw error;
    }
  }

  private allocated(offset: Offset, size: number): Offset {
    this.freed(offset);
    this.idOf.set(offset, this.sink.allocate(size));
    return offset;
  }

  private reallocated(from: Offset, to: Offset, size: number): Offset {
    const id = this.idOf.get(from);
    if (id === undefined) return this.allocated(to, size);
    this.sink.reallocate(id, size);
    if (to !== from) {
      // Whatever was there has ended without a call.
      this.freed(to);
      this.idOf.delete(from);
      this.idOf.set(to, id);
    }
    return to;
  }

  private freed(offset: Offset): void {
    const id = this.idOf.get(offset);
    // Not of this recording?
    if (id === undefined) return;
    this.idOf.delete(offset);
    this.sink.free(id);
  }
}
