/**
 * When a thread has ended for certain. A worker of Node and of Bun says 'exit' once its thread is joined, and so all that it has
 * stored is seen. In Deno that is so where a thread ends by itself; but `terminate` says 'exit', with code 1, at once, and a thread that is
 * busy is not stopped at all (seen in 2.9: packages/slab/test/hosts/exit.ts). A worker of a page says nothing.
 */
import { checkCallback } from "./check.ts";
import { InvalidArgumentError, UnsupportedError } from "./errors.ts";
import { show } from "./show.ts";

/** What of a worker is needed: it is a `Worker` of node:worker_threads. */
export interface WatchedWorker {
  once(event: "exit", listener: (code: number) => void): unknown;
  off(event: "exit", listener: (code: number) => void): unknown;
  readonly threadId?: number | undefined;
}

/**
 * Calls `then` once the worker's thread has ended, and that is known: at once where it has. What is returned undoes it.
 *
 * @throws `UnsupportedError` for a worker that has no 'exit' event, and `advice` says what does instead.
 * @throws `InvalidArgumentError` for what is no worker.
 */
export function whenEnded(worker: WatchedWorker, then: () => void, advice: string): () => void {
  if (typeof worker !== "object" || worker === null) {
    throw new InvalidArgumentError(`invalid worker: ${show(worker)} is no Worker`);
  }
  if (typeof worker.once !== "function") {
    throw new UnsupportedError(
      `the worker has no 'exit' event, so nothing proves that its thread has ended: ${advice}`,
    );
  }
  checkCallback("worker.off", worker.off);
  const isDeno = "Deno" in globalThis;
  if (worker.threadId === JOINED && !isDeno) {
    then();
    return () => {};
  }
  const listener = (code: number) => {
    if (code !== DENO_TERMINATES || !isDeno) then();
  };
  worker.once("exit", listener);
  return () => void worker.off("exit", listener);
}

/** The thread's number, as Node and Bun say it of one that was joined. */
const JOINED = -1;
/** The exit code that may be, in Deno, of a thread which goes on. */
const DENO_TERMINATES = 1;
