/** Much of everything, and nothing left at the end. */
import { tokens } from "./cases/case.ts";
import type { Subject } from "./subject.ts";

/** Sequences with shared beginnings come, grow, fork, and go; at the end none is left. */
export function churn(pager: Subject, next: (bound: number) => number, steps: number): void {
  const open: number[] = [];
  for (let step = 0; step < steps; step++) {
    const i = next(Math.max(open.length, 1));
    const what = next(8);
    if (what < 3 && open.length < 6) {
      const n = 1 + next(20);
      const sequence = pager.open({ tokens: tokens(n, 100 * next(3)) });
      if (pager.allocateSlots(sequence, n - pager.computed(sequence))) open.push(sequence);
      else pager.close(sequence);
    } else if (what < 6 && open.length > 0) {
      if (pager.append(open[i], next(3))) pager.commit(open[i]);
    } else if (what === 6 && open.length > 0 && open.length < 6 && pager.fork !== undefined)
      open.push(pager.fork(open[i]));
    else if (open.length > 0) {
      const [last] = open.splice(i, 1);
      if (next(3) === 0 && pager.preempt !== undefined) pager.preempt(last);
      pager.close(last);
    }
    pager.moves?.(() => undefined);
  }
  for (const sequence of open) pager.close(sequence);
}
