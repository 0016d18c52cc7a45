/**
 * When a thread has ended for certain. A worker of Node and of Bun says 'exit' once its thread is joined, and so all that it has
 * stored is seen. In Deno that is so where a thread ends by itself; but `terminate` says 'exit', with code 1, at once, and a thread that is
 * busy is not stopped at all (seen in 2.9: test/hosts/exit.ts). A worker of a page says nothing: locks.ts.
 */
import { checkCallback, InvalidArgumentError, show, UnsupportedError } from "@ariax/allocator";

/** What of a worker is needed: `Worker` of node:worker_threads. */
export interface Worker {
  once(event: "exit", listener: (code: number) => void): unknown;
  off(event: "exit", listener: (code: number) => void): unknown;
}

/** Calls `then` once the worker's thread has ended, and that is known; what is returned makes that undone. */
export function whenItEnds(worker: Worker, then: () => void): () => void {
  if (typeof worker !== "object" || worker === null) {
    throw new InvalidArgumentError(`invalid worker: ${show(worker)} is no Worker`);
  }
  if (typeof worker.once !== "function") {
    throw new UnsupportedError(
      "the worker has no 'exit' event, so nothing proves that its thread has ended: in a page, heap.watchLock(ticket, lock)",
    );
  }
  checkCallback("worker.off", worker.off);
  const listener = (code: number) => {
    if (code !== DENO_TERMINATES || !("Deno" in globalThis)) then();
  };
  worker.once("exit", listener);
  return () => worker.off("exit", listener);
}

/** The exit code that may be of a thread which goes on. */
const DENO_TERMINATES = 1;
