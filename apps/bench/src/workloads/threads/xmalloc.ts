/** What one thread allocates the other frees; and the same by one thread, through a queue to itself. */
import { sharingOf } from "../../subjects/threads/sharings.ts";
import type { Turns } from "../../worker/turns.ts";
import type { ThreadRequest, WindowsObservation } from "./protocol.ts";
import { Ring } from "./ring.ts";
import { QUEUE } from "./shapes.ts";
import { Team } from "./team.ts";

export const XMALLOC_CAPACITY: number = 64 << 20;

export async function measure({ subject, budget }: ThreadRequest, turns: Turns): Promise<WindowsObservation> {
  const shared = await sharingOf(subject).make(XMALLOC_CAPACITY, 2);
  const cross = [Ring.make(QUEUE).words, Ring.make(QUEUE).words];
  const team = await Team.start(2, (thread) => ({
    ...{ sharing: subject, shared },
    work: { shape: "xmalloc", own: Ring.make(QUEUE).words, from: cross[thread], to: cross[1 - thread] },
  }));
  try {
    const modes = [1, 2].map((count) => ({ name: `${count}`, first: 0, count }));
    return { windows: await team.measure(modes, "busy", budget, turns) };
  } finally {
    await team.end();
  }
}
