/**
 * What a policy of eviction is: who of the cached blocks goes next. A policy is a file of its own that makes a `PolicyKind`; with a line in
 * `POLICIES` (`index.ts`) a pool takes its name, and the planner's table has a row of it.
 *
 * A pool has a line of cached blocks for each priority, and asks the policy of the lowest line that is not empty. `Lists` are links in
 * the pool's records; whatever else a policy knows is in words of its own, in the pool's buffer, so that a pool goes on in another thread, or
 * from a snapshot, as if nothing had been.
 */
export interface PolicyKind {
  readonly name: string;
  /** One line: what goes first. For tables. */
  readonly summary: string;
  /** Lists that it has a priority. */
  readonly lists: number;
  /** Words of its own, zeros at first. */
  readonly words: (blocks: number, priorities: number) => number;
  readonly create: (view: PolicyView) => Policy;
}

/** What a policy works on. */
export interface PolicyView {
  readonly blocks: number;
  readonly priorities: number;
  /** The pool, and the same as f64: `Lists` finds its way there. */
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** The policy's own words. */
  readonly own: Int32Array;
}

/** All of them O(1), but `restore`; none may throw. `line` is a priority. */
export interface Policy {
  /** A block gets a key: what was known of it is of another one. */
  begin(id: number): void;
  /** A block whose last user has gone, with its key: it comes to stand in the line. */
  add(id: number, line: number): void;
  /** A block comes back to where its stamp says: unpinned, or of another priority. O(blocks between there and the nearer end). */
  restore(id: number, line: number): void;
  /** A block leaves the line: used again, pinned, forgotten, evicted. */
  remove(id: number, line: number): void;
  /** Who goes next, or 0 where the line is empty; it stays there until `remove`. */
  victim(line: number): number;
  /** All lines are empty from now on. */
  reset(): void;
}
