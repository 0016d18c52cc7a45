/**
 * When a thread has ended for certain. A worker of Node, Bun and Deno says 'exit' once its thread is joined, and so all that it has
 * stored is seen. A worker of a page says nothing: locks.ts.
 */
import { checkCallback, InvalidArgumentError, show, UnsupportedError } from "@ariax/allocator";

/** What of a worker is needed: `Worker` of node:worker_threads. */
export interface Worker {
  once(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
}

/** Calls `then` once the worker's thread has ended; what is returned makes that undone. */
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
  worker.once("exit", then);
  return () => worker.off("exit", then);
}
