import { allocateMany } from "@ariax/allocator";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeTrace, record, replay, TraceBuilder, type TraceSink, TraceWriter, workloads } from "../src/index.ts";
import { arbitraryTrace } from "./arbitrary.ts";
import { SimpleAllocator } from "./simple-allocator.ts";

const MIB = 2 ** 20;

/** Grows by a copy, as WebAssembly's memory does: the buffer before is detached. */
class Growing extends SimpleAllocator {
  override tryAllocate(size: number): number {
    const offset = super.tryAllocate(size);
    if (offset !== 0) return offset;
    this.memory.buffer = this.memory.buffer.transfer(2 * this.memory.buffer.byteLength);
    return super.tryAllocate(size);
  }

  override allocateMany(size: number, out: Int32Array): number {
    return allocateMany(this, size, out);
  }
}

describe("record", () => {
  test("recording a replay gives the trace again", () => {
    fc.assert(
      fc.property(arbitraryTrace(fc.nat({ max: 300 })), (trace) => {
        const recorder = record(new SimpleAllocator(MIB));
        replay(trace, recorder, new Uint32Array(trace.slots));
        expect(recorder.sink.build()).toEqual(trace);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("of a whole workload, as bytes", () => {
    const trace = workloads.mstress({ scale: 0.05 });
    const recorder = record(new SimpleAllocator(64 * MIB), new TraceWriter());
    replay(trace, recorder);
    expect(decodeTrace(recorder.sink.take())).toEqual(trace);
  });

  test("a list that only has the tag of one is refused, and nothing is freed", () => {
    const recorder = record(new SimpleAllocator(MIB));
    recorder.allocate(24);
    const fake = { [Symbol.toStringTag]: "Int32Array", length: 1, 0: 8 } as never;
    for (const call of [() => recorder.freeMany(fake), () => recorder.allocateMany(8, fake)]) {
      expect(call).toThrow("invalid offsets: an object is no Int32Array or Uint32Array");
    }
    expect([recorder.stats().blocks, recorder.sink.events]).toEqual([1, 1]);
  });

  test("a reset that the sink did not take whole can be followed by another", () => {
    const builder = new TraceBuilder();
    let calls = 0;
    const sink: TraceSink = {
      allocate: (size) => builder.allocate(size),
      reallocate: (id, size) => builder.reallocate(id, size),
      free(id) {
        if (calls++ === 1) throw new Error("the sink is full");
        builder.free(id);
      },
    };
    const recorder = record(new SimpleAllocator(MIB), sink);
    for (let i = 0; i < 3; i++) recorder.allocate(8);
    expect(() => recorder.reset()).toThrow("the sink is full");
    recorder.reset();
    recorder.reset();
    // All but the one that was refused.
    expect(builder.build()).toMatchObject({ allocations: 3, frees: 2 });
  });

  test("every verb", () => {
    const recorder = record(new SimpleAllocator(MIB));
    const a = recorder.allocate(24, 8);
    expect(recorder.resize(a, 30)).toBe(true);
    expect(recorder.resize(a, 4000)).toBe(false);
    const out = new Int32Array(3);
    expect(recorder.allocateMany(40, out)).toBe(3);
    const moved = recorder.reallocate(a, 5000);
    recorder.freeMany(out, 2);
    recorder.free(moved);
    recorder.tryAllocate(1);
    recorder.reset();
    const trace = recorder.sink.build();
    expect([...trace.op]).toEqual([0, 2, 0, 0, 0, 2, 1, 1, 1, 0, 1, 1]);
    expect([...trace.size]).toEqual([24, 30, 40, 40, 40, 5000, 0, 0, 0, 1, 0, 0]);
    expect(recorder.stats().blocks).toBe(0);
    expect(recorder.traits.name).toBe("simple");
    expect(recorder.memory.buffer.byteLength).toBe(MIB);
  });

  test("a list in memory that grows on the way", () => {
    const inner = new Growing(4096);
    const recorder = record(inner);
    const place = recorder.allocate(400);
    const out = new Int32Array(inner.memory.buffer, place, 100);
    expect(recorder.allocateMany(100, out)).toBe(100);
    expect(out.length).toBe(0);
    const list = new Int32Array(inner.memory.buffer, place, 100);
    expect(new Set(list).size).toBe(100);
    recorder.freeMany(list);
    recorder.free(place);
    const trace = recorder.sink.build();
    expect(trace).toMatchObject({ events: 202, allocations: 101, frees: 101, slots: 101, peakBytes: 10_400 });
  });

  test("calls that fail are not recorded", () => {
    const recorder = record(new SimpleAllocator(1024));
    const a = recorder.allocate(100);
    expect(() => recorder.allocate(1000)).toThrow("out of memory");
    expect(recorder.tryAllocate(1000)).toBe(0);
    expect(() => recorder.reallocate(a, 1000)).toThrow("out of memory");
    expect(() => recorder.free(8)).toThrow("double free");
    expect(() => recorder.freeMany(Int32Array.of(8))).toThrow("double free");
    expect(recorder.sink.build()).toMatchObject({ events: 1, allocations: 1 });
    expect(recorder.sizeOf(a)).toBe(128);
  });

  test("blocks from before the recording", () => {
    const inner = new SimpleAllocator(MIB);
    const [a, b] = [inner.allocate(10), inner.allocate(10)];
    const recorder = record(inner);
    recorder.free(a);
    const moved = recorder.reallocate(b, 200);
    recorder.free(moved);
    const trace = recorder.sink.build();
    expect([...trace.op]).toEqual([0, 1]);
    expect(trace.size[0]).toBe(200);
  });

  test("a block that ended without a call counts as freed when its place is given out again", () => {
    const inner = new SimpleAllocator(MIB);
    const recorder = record(inner);
    const a = recorder.allocate(10);
    inner.reset();
    expect(recorder.allocate(20)).toBe(a);
    expect([...recorder.sink.build().op]).toEqual([0, 1, 0]);
  });
});
