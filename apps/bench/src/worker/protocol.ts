/**
 * What goes to a worker process (one argument, JSON) and what comes back (its standard output, JSON, the last line). A request
 * names its kind, which is a folder of `../workloads` with an `observe.ts`; the rest is the kind's own affair, and so is the
 * answer. Before its answer a process may take turns (`turns.ts`).
 */

/** What every request says. `subject` and `workload` are names. */
export interface Request {
  readonly kind: string;
  readonly subject: string;
  readonly workload: string;
  /** It is told when to work, on its standard input. */
  readonly takesTurns?: true;
}

/** An answer of whatever kind: what was found; or why there is no such thing here; or what went wrong, in one line. */
export type Answer<T = object> = T | Unavailable | Failed;
export interface Unavailable {
  readonly unavailable: string;
}
export interface Failed {
  readonly error: string;
}

/** An observation to make: the request, and the process that makes it. */
export interface Task<R extends Request = Request> {
  readonly request: R;
  /** ms after which the process hangs, as nothing that it is asked for takes so long. */
  readonly patience: number;
  /** Node's own. */
  readonly flags?: readonly string[];
  /** Code that an earlier process compiled is not to be used. */
  readonly isCold?: boolean;
  /** That of another revision, where it is not this one's. */
  readonly worker?: string;
}

/** One observation: of one subject, on one workload, in one process. */
export interface Observed<T = object> {
  readonly kind: string;
  readonly workload: string;
  readonly subject: string;
  readonly round: number;
  readonly observation: Answer<T>;
}

/** Those of one kind. */
export const ofKind = <T>(observed: readonly Observed[], kind: string): Observed<T>[] =>
  observed.filter((one) => one.kind === kind) as Observed<T>[];

/** Whether an answer has something to show. */
export const isFound = <T extends object>(answer: Answer<T>): answer is T =>
  !("unavailable" in answer) && !("error" in answer);
