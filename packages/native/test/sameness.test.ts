/** One heap, three engines: the same calls make the same results, errors and bytes, and each goes on where another stopped. */
import { conformance } from "@ariax/conformance";
import { loadTrace, TRACE_NAMES } from "@ariax/trace/node";
import { expect, test } from "vitest";
import { LONG, times } from "../../../scripts/lib/long.ts";
import { isAvailable } from "../src/index.ts";
import { describeNative } from "./native.ts";
import { replay } from "./replay.ts";
import { Rotating } from "./rotating.ts";
import { KINDS, soakEngines } from "./soak.ts";
import { ENGINES, ownHeaps, Three } from "./three.ts";

const OPERATIONS = times(40_000, 1_000_000);

describeNative("calls at random, with all misuse", () => {
  test.each(KINDS)("$name", ({ part, run }) => {
    run(OPERATIONS * part, 1);
  });

  test("are those of the soak, which tells how far it is", () => {
    const lines: string[] = [];
    expect(soakEngines(2000, 77, (line) => lines.push(line))).toBe(2000);
    expect(lines).toHaveLength(KINDS.length);
    expect(lines[0]).toMatch(/^200 of 2000: the same calls in 64 KiB, seed 77: \d+ blocks live, \d+ calls refused$/);
    expect(lines.at(-1)).toMatch(/ seed 84: \d+ blocks at most, \d+ times full, 3 turns$/);
  });
});

/** Whole pages of 64 KiB. */
const room = (bytes: number) => Math.ceil(bytes / 65536) * 65536;

describeNative("the traces of real programs", () => {
  test.each(TRACE_NAMES.filter((name) => LONG || !["python", "redis", "sqlite"].includes(name)))("%s", async (name) => {
    const trace = await loadTrace(name);
    using three = new Three(ownHeaps(room(2 * trace.peakBytes)), Number.POSITIVE_INFINITY);
    replay(three, trace, 5000);
    // Every event, and nothing found no room.
    expect(three.calls).toBeGreaterThan(trace.events);
    expect(three.refusals.size).toBe(0);
  });

  test("nginx, where there is no room for all of it", async () => {
    const trace = await loadTrace("nginx");
    using three = new Three(ownHeaps(room(trace.peakBytes / 2)), Number.POSITIVE_INFINITY);
    replay(three, trace, 1000);
    expect(three.calls).toBeLessThan(trace.events);
  });
});

describeNative("one heap in turns keeps the contract", () => {
  if (!isAvailable()) return test("the suite", () => {});
  conformance({ test, runs: times(10, 200), create: (capacity) => Rotating.make(capacity), attach: Rotating.over });
});

describeNative("a difference is told", () => {
  const three = () => new Three(ownHeaps(1 << 20));

  test("of results, and of errors", () => {
    using heaps = three();
    expect(() => heaps.call("free(8)", (heap) => heap.free(8))).not.toThrow();
    const [first, , last] = heaps.heaps;
    expect(() => heaps.call("allocate", (heap) => (heap === last ? 8 : heap.allocate(1)))).toThrow(
      "after 2 calls: allocate gives 8 in native c, 28672 in typescript",
    );
    expect(() => heaps.call("free", (heap) => heap.free(heap === first ? 28672 : 8))).toThrow(
      'after 3 calls: free gives "InvalidFreeError ERR_INVALID_FREE: invalid free: no block begins at offset 8" in wasm, undefined in typescript',
    );
  });

  test.each([1, 2])("of a byte, in memory %i", (i) => {
    using heaps = three();
    const at = (1 << 20) - 1;
    new Uint8Array(heaps.heaps[i].memory.buffer)[at] = 7;
    expect(() => heaps.compareControl()).not.toThrow();
    expect(() => heaps.compare()).toThrow(`after 0 calls: byte ${at} is 7 in ${ENGINES[i]}, 0 in typescript`);
    new Uint8Array(heaps.heaps[i].memory.buffer)[4] = 7;
    expect(() => heaps.compareControl()).toThrow(`byte 4 is 7 in ${ENGINES[i]}, 2 in typescript`);
  });
});
