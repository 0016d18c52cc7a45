/** Blocks that lie side by side when the threads begin: do those that they allocate themselves share a cache line? */
import { sharingOf } from "../../subjects/threads/sharings.ts";
import type { Turns } from "../../worker/turns.ts";
import type { ThreadRequest, WindowsObservation } from "./protocol.ts";
import { SCRATCH } from "./shapes.ts";
import { Team } from "./team.ts";
import { XMALLOC_CAPACITY } from "./xmalloc.ts";

export async function measure({ subject, budget }: ThreadRequest, turns: Turns): Promise<WindowsObservation> {
  const sharing = sharingOf(subject);
  // The first thread has the last ticket.
  const shared = await sharing.make(XMALLOC_CAPACITY, 3);
  const first = sharing.isOne ? await sharing.attach(shared, 2) : undefined;
  const given = [0, 1].map(() => first?.allocate(SCRATCH) ?? 0);
  const team = await Team.start(2, (thread) => ({
    ...{ sharing: subject, shared },
    work: { shape: "cache-scratch", given: given[thread] },
  }));
  try {
    const modes = [1, 2].map((count) => ({ name: `${count}`, first: 0, count }));
    return { windows: await team.measure(modes, "busy", budget, turns) };
  } finally {
    await team.end();
  }
}
