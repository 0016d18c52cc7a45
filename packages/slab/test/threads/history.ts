/**
 * Is a short history of calls by several threads one that a heap for one thread could have had? Each call took effect in one moment between its
 * beginning and its end; Wing and Gong's search looks for an order of these moments in which each result is right:
 *
 *     allocate   → a block that is free; none that lives touches it     free   → a block that lives; else it is a refused
 */
export interface Call {
  readonly thread: number;
  /** What was freed; 0: it was an allocation. */
  readonly freed: number;
  /** What was allocated, and its bytes; of a free: 1 it was done, 0 it was refused. */
  readonly result: number;
  readonly size: number;
  /** Ticks of a clock that all count: each tick is one call's, so no two are the same. */
  readonly begin: number;
  readonly end: number;
}

/** An order in which each call's result is right; or undefined. */
export function linearize(calls: readonly Call[]): readonly Call[] | undefined {
  const order: Call[] = [];
  const live = new Map<number, number>();
  const failed = new Set<number>();
  const from = (done: number): boolean => {
    if (order.length === calls.length) return true;
    // What is done decides what lives. A set that has failed fails again.
    if (failed.has(done)) return false;
    const left = calls.filter((_, i) => (done & (1 << i)) === 0);
    const first = Math.min(...left.map(({ end }) => end));
    for (const [i, call] of calls.entries()) {
      // One that began when another had ended comes after it.
      if ((done & (1 << i)) !== 0 || call.begin > first || !isRight(live, call)) continue;
      const before = new Map(live);
      apply(live, call);
      order.push(call);
      if (from(done | (1 << i))) return true;
      order.pop();
      live.clear();
      for (const [offset, size] of before) live.set(offset, size);
    }
    failed.add(done);
    return false;
  };
  return from(0) ? order : undefined;
}

function isRight(live: Map<number, number>, { freed, result, size }: Call): boolean {
  if (freed !== 0) return live.has(freed) === (result === 1);
  for (const [offset, bytes] of live) if (result < offset + bytes && offset < result + size) return false;
  return true;
}

function apply(live: Map<number, number>, { freed, result, size }: Call): void {
  if (freed === 0) live.set(result, size);
  else live.delete(freed);
}
