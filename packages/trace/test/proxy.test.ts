/** A call through a proxy does what the call does: through a plain one, and through Vue's, which wraps what it reaches too. */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import {
  decodeTrace,
  feedTrace,
  mstress,
  Random,
  readTrace,
  record,
  replay,
  replayChecked,
  type Trace,
  TraceBuilder,
  TraceDecoder,
  TraceWriter,
  writeTrace,
} from "../src/index.ts";
import { SimpleAllocator } from "./simple-allocator.ts";

const trace = mstress({ scale: 0.001 });
const bytes = writeTrace(trace);

describe.each([
  ["a plain proxy", <T extends object>(object: T): T => new Proxy(object, {})],
  ["Vue's", <T extends object>(object: T): T => reactive(object) as T],
])("through %s", (_, wrap) => {
  test("a builder", () => {
    const builder = wrap(new TraceBuilder());
    feedTrace(trace, builder);
    expect(builder.build()).toEqual(trace);
    expect([builder.events, builder.nextId]).toEqual([trace.events, trace.allocations]);
    const id = builder.allocate(8);
    builder.free(id);
    expect(() => builder.free(id)).toThrow(`block ${id} is free already`);
    expect(() => builder.reallocate(id + 1, 8)).toThrow(`there is no block ${id + 1}`);
  });

  test("a writer", () => {
    const writer = wrap(new TraceWriter());
    feedTrace(trace, writer);
    expect(writer.take()).toEqual(bytes);
    expect(() => writer.free(trace.allocations)).toThrow("there is no block");
    expect(writer.take()).toEqual(new Uint8Array(0));
  });

  test("a decoder", () => {
    const decoder = wrap(new TraceDecoder());
    for (let at = 0; at < bytes.length; at += 7) decoder.push(bytes.subarray(at, at + 7));
    expect([decoder.events, decoder.bytes]).toEqual([trace.events, bytes.length]);
    expect(decoder.end()).toEqual(trace);
    expect(() => decoder.push(Uint8Array.of(3))).toThrow("operation 3 is reserved");
    expect(() => decoder.end()).toThrow("operation 3 is reserved");
  });

  test("random numbers", () => {
    const [here, there] = [new Random(7), wrap(new Random(7))];
    const draw = (random: Random) => [
      ...[random.bits(), random.unit(), random.below(100), random.between(5, 9)],
      ...[random.inverseSquare(4, 1000), random.chance(0.5)],
    ];
    for (let n = 0; n < 20; n++) expect(draw(there)).toEqual(draw(here));
  });

  test("a recorder", () => {
    const [here, there] = [record(new SimpleAllocator(2 ** 22)), wrap(record(new SimpleAllocator(2 ** 22)))];
    const drive = (recorder: typeof here): unknown[] => {
      const out = new Int32Array(4);
      const a = recorder.allocate(100, 8);
      const b = recorder.tryAllocate(50);
      const results: unknown[] = [a, b, recorder.resize(a, 20), recorder.reallocate(b, 500), recorder.sizeOf(a)];
      results.push(recorder.allocateMany(40, out), [...out]);
      recorder.freeMany(out, 2);
      recorder.free(a);
      results.push(recorder.stats(), recorder.traits.name, recorder.memory.buffer.byteLength);
      recorder.verify();
      recorder.reset();
      return [...results, recorder.sink.build()];
    };
    expect(drive(there)).toEqual(drive(here));
    expect(() => there.free(16)).toThrow("double free");
  });

  test("traces, options and sources", async () => {
    const seen = wrap({ ...trace }) as Trace;
    expect(writeTrace(seen)).toEqual(bytes);
    const [one, two] = [new SimpleAllocator(2 ** 26), new SimpleAllocator(2 ** 26)];
    expect(replay(seen, one)).toEqual(replay(trace, two));
    expect(replayChecked(seen, one)).toEqual(replayChecked(trace, two));
    expect(mstress(wrap({ scale: 0.001 }))).toEqual(trace);
    expect(await readTrace(wrap([bytes]), wrap({ maxBytes: bytes.length }))).toEqual(trace);
    expect(decodeTrace(bytes, wrap({}))).toEqual(trace);
  });
});
