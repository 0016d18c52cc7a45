import { replayChecked } from "@ariax/trace";
import { loadTrace, TRACE_NAMES } from "@ariax/trace/node";
import { expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";

/** Seven real programs' allocations, the contents of every block checked, in a heap of twice what they need. */
test.each(TRACE_NAMES)("replays %s", async (name) => {
  const trace = await loadTrace(name);
  const heap = new SlabAllocator({ capacity: 2 * trace.peakBytes });
  const { failures, skipped } = replayChecked(trace, heap);
  expect({ failures, skipped }).toEqual({ failures: 0, skipped: 0 });
  heap.verify();
  const { blocks, peakReserved, overhead } = heap.stats();
  expect(blocks).toBe(0);
  // Numbers that may only change on purpose: vitest -u writes them anew.
  const ratio = (peakReserved / trace.peakBytes).toFixed(3);
  expect({ peakBytes: trace.peakBytes, peakReserved, overhead, ratio }).toMatchSnapshot();
});
