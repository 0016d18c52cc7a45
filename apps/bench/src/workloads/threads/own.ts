/** A recorded program each, on one heap: alone one after the other, then more and more at once. */
import type { Program } from "../../subjects/events.ts";
import { needs } from "../../subjects/events.ts";
import { capacityFor } from "../../subjects/room.ts";
import { sharingOf } from "../../subjects/threads/sharings.ts";
import type { Turns } from "../../worker/turns.ts";
import { HEAP_WORKLOADS } from "../heap/workloads.ts";
import type { ThreadRequest, WindowsObservation } from "./protocol.ts";
import { type Mode, Team } from "./team.ts";

/** A thread's is the one of its number, modulo four: those that need the least memory. */
const PROGRAMS = ["jq", "sqlite", "redis", "lua"];

export const aloneMode = (thread: number): string => `alone ${thread}`;
export const togetherMode = (threads: number): string => `${threads}`;

/** Two of them alone; then 2, 4, 8, … at once. */
export function modesUpTo(threads: number): Mode[] {
  const modes: Mode[] = [0, 1].map((first) => ({ name: aloneMode(first), first, count: 1 }));
  for (let count = 2; count <= threads; count *= 2) modes.push({ name: togetherMode(count), first: 0, count });
  return modes;
}

export async function measure({ subject, budget }: ThreadRequest, turns: Turns): Promise<WindowsObservation> {
  const sharing = sharingOf(subject);
  const programs = await Promise.all(PROGRAMS.map(load));
  const programOf = (thread: number): Program => programs[thread % programs.length]!;
  const { threads } = budget;
  const capacity = Array.from({ length: threads }, (_, thread) => needs(programOf(thread)).peakLive).reduce(
    (sum, bytes) => sum + capacityFor(bytes),
    0,
  );
  const shared = await sharing.make(capacity, threads);
  const team = await Team.start(threads, (thread) => ({
    ...{ sharing: subject, shared },
    work: { shape: "own", program: programOf(thread) },
  }));
  try {
    return { windows: await team.measure(modesUpTo(threads), "wall", budget, turns) };
  } finally {
    await team.end();
  }
}

async function load(name: string): Promise<Program> {
  const { program } = await HEAP_WORKLOADS.find((one) => one.name === name)!.load();
  const { op, slot, size, events, slots } = program;
  return { op, slot, size, events, slots };
}
