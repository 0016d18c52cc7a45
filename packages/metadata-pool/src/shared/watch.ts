/**
 * When a thread has ended for certain: a worker of Node, Bun and Deno says 'exit' once its thread is joined, and so all that it
 * stored is seen. That `terminate()` was called says nothing, nor does silence. A worker of a page has no such event.
 */
import { InvalidArgumentError, show, UnsupportedError } from "@ariax/allocator";

/** What of a worker is needed: it is a `Worker` of node:worker_threads. */
export interface Watched {
  once(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
  readonly threadId?: number | undefined;
}

/** Calls `then` once the worker's thread has ended: at once where it has. What is returned undoes it. */
export function whenEnded(worker: Watched, then: () => void): () => void {
  if (typeof worker !== "object" || worker === null) {
    throw new InvalidArgumentError(`invalid worker: ${show(worker)} is no Worker`);
  }
  if (typeof worker.once !== "function" || typeof worker.off !== "function") {
    throw new UnsupportedError(
      "the worker has no 'exit' event, so nothing proves that its thread has ended: let it hold a Web Lock, " +
        "and call reclaim(ticket) once that lock is granted here",
    );
  }
  if (worker.threadId === -1) {
    then(); // as Node says of a thread that was joined
    return () => {};
  }
  worker.once("exit", then);
  return () => void worker.off("exit", then);
}
