/** What every allocator in C has to show on some traces. */
import { describe as describeTrace } from "@ariax/trace";
import { loadTrace, type TraceName } from "@ariax/trace/node";
import { expect, test } from "vitest";
import { ask as askProcess } from "../../src/run/processes.ts";
import { readyC } from "../../src/subjects/c/ready.ts";
import { isInC } from "../../src/subjects/subject.ts";
import { SUBJECTS } from "../../src/subjects/subjects.ts";
import type { HeapObservation, Pass } from "../../src/workloads/heap/observe.ts";

export const inC = SUBJECTS.filter(isInC);
export const reasonOf = (name: string): string | undefined => {
  const ready = readyC(inC.find((subject) => subject.name === name)!);
  return "reason" in ready ? ready.reason : undefined;
};
export const observe = async (subject: string, workload: string, passes: Pass[]): Promise<HeapObservation> => {
  const request = { kind: "heap", subject, workload, passes, budget: { warm: 10, turns: 1000 }, limit: 600_000 };
  return (await askProcess({ request, patience: 600_000 })) as HeapObservation;
};

export function replays(traces: readonly TraceName[]): void {
  for (const { name } of inC.filter(({ origin }) => origin !== "loop")) {
    const reason = reasonOf(name);
    const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
    test.skipIf(reason !== undefined)(`replays ${traces.join(", ")} through ${title}`, async () => {
      for (const trace of traces) {
        const { check, needs, error } = await observe(name, trace, ["check"]);
        const { events, peakBytes, peakBlocks, blocksAtEnd, bytesAtEnd } = describeTrace(await loadTrace(trace));
        expect({ trace, error, check }).toEqual({
          trace,
          error: undefined,
          check: { corrupted: 0, failures: 0, refusedFrees: 0, events },
        });
        expect(needs).toMatchObject({
          events,
          peakLive: peakBytes.bytes,
          peakBlocks: peakBlocks.blocks,
          blocksAtEnd,
          bytesAtEnd,
        });
      }
    });
  }
}
