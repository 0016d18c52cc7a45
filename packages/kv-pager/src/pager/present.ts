/** What a pager says when it is printed, and when somebody tries to send it. */
import { counted, postBuffer, type Words } from "@ariax/allocator/implement";
import type { KvPagerStats } from "./stats.ts";

/** What is said of it. */
interface Pager {
  readonly blocks: number;
  stats(): KvPagerStats;
}

export const SAID: Words<Pager> = {
  name: () => "KvPager",
  parts: (it) => {
    const { sequences, running, tiers } = it.stats();
    const [{ empty, cached, used }] = tiers;
    const parts = [counted(it.blocks, "block"), `${empty} empty`, `${cached} cached`, `${used} used`];
    return [...parts, counted(sequences, "sequence"), `${running} running`];
  },
  what: "a pager",
  send: /* @__PURE__ */ postBuffer("pager.buffer", "KvPager.attach(buffer)"),
};
