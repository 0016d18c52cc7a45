/**
 * A producer and a consumer, for long: one allocates blocks and writes them, the other frees each when it has got 16,384 more. What is live stays
 * the same, so what is held should: bytes that the system has given, asked for some times a second.
 */
import { readFileSync } from "node:fs";
import { sharingOf } from "../../subjects/threads/sharings.ts";
import { openWindow, unitsOf } from "./control.ts";
import { heldInC, isOfC } from "./in-c.ts";
import type { HeldObservation, ThreadRequest } from "./protocol.ts";
import { Ring } from "./ring.ts";
import { DELAY, HELD_QUEUE } from "./shapes.ts";
import { Team } from "./team.ts";

/** Of the heap; twice what it needs. */
const CAPACITY = 64 << 20;
/** Looks at what is held. */
export const LOOKS = 120;

export async function measure({ subject, budget }: ThreadRequest): Promise<HeldObservation> {
  if (isOfC(subject)) return heldInC(subject, budget.seconds);
  const { SharedSlabAllocator } = await import("@ariax/slab");
  const shared = await sharingOf(subject).make(CAPACITY, 3);
  const watcher = SharedSlabAllocator.attach(shared.buffer, { ticket: shared.tickets![2]! });
  const ring = Ring.make(HELD_QUEUE).words;
  const kept = new Int32Array(new SharedArrayBuffer(4 * DELAY));
  const team = await Team.start(2, () => ({ sharing: subject, shared, work: { shape: "held", ring, kept } }));
  const samples: [number, number][] = [];
  let blocks = 0;
  const by = residentIn(CAPACITY) === undefined ? "heap" : "system";
  try {
    const start = performance.now();
    for (let i = 0; i < LOOKS; i++) {
      openWindow(team.control, 0, 2, (1000 * budget.seconds) / LOOKS);
      blocks += unitsOf(team.control, 1);
      const { reserved, overhead } = watcher.stats();
      samples.push([performance.now() - start, residentIn(CAPACITY) ?? reserved + overhead]);
    }
  } finally {
    await team.end();
  }
  return { samples, by, blocks };
}

/** Bytes that are resident of the mapping of this length, or a little longer; undefined where the system doesn't say. */
export function residentIn(length: number, smaps: string = "/proc/self/smaps"): number | undefined {
  let text: string;
  try {
    text = readFileSync(smaps, "utf8");
  } catch {
    return undefined;
  }
  let [isIt, most] = [false, -1];
  for (const line of text.split("\n")) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line);
    if (range !== null) {
      const bytes = Number.parseInt(range[2]!, 16) - Number.parseInt(range[1]!, 16);
      isIt = bytes >= length && bytes < length + MARGIN;
    } else if (isIt && line.startsWith("Rss:")) most = Math.max(most, 1024 * Number.parseInt(line.slice(4), 10));
  }
  return most < 0 ? undefined : most;
}

/** What an allocation may be longer for. */
const MARGIN = 1 << 20;
