/**
 * vLLM's order: who was let go first goes first. Of blocks that one call has released the last goes first, so that of one prompt the
 * longer prefix goes before the shorter one: the pool adds them in that order.
 *
 * vLLM keeps blocks that hold nothing in the same queue: at its head, since vllm-project/vllm#42656. Here they are the pool's, and taken
 * first, the lowest id first. Hits are the same: but for `evict_blocks`, after which vLLM leaves a block where it stood.
 */
import { Lists } from "./lists.ts";
import type { Policy, PolicyKind, PolicyView } from "./policy.ts";

class Vllm implements Policy {
  declare private readonly lists: Lists;

  constructor(view: PolicyView) {
    this.lists = new Lists(view, view.priorities);
  }

  begin(): void {}

  add(id: number, line: number): void {
    this.lists.append(id, line);
  }

  restore(id: number, line: number): void {
    this.lists.insert(id, line);
  }

  remove(id: number): void {
    this.lists.remove(id);
  }

  victim(line: number): number {
    return this.lists.first(line);
  }

  reset(): void {
    this.lists.clear();
  }
}

export const vllm: PolicyKind = {
  name: "vllm",
  summary: "least recently used, the tail of a prompt first: vLLM's order exactly",
  lists: 1,
  words: () => 0,
  create: (view) => new Vllm(view),
};
