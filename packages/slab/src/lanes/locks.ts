/**
 * When a thread of a page has ended for certain: its browser says nothing of a worker's end, and `terminate()` returns while it still runs.
 * But a Web Lock that a thread holds is granted to who waits for it once that thread can run no more, and not before.
 *
 *     worker    name = await heap.holdLock()  ──── message ───▶  parent    heap.watchLock(ticket, name)
 *               holds it until it closes, or dies                          waits for it; once granted: reclaims
 *
 * A name is drawn anew each time, as all pages of an origin share their locks: who knows it was told so by its holder. So a lock that is
 * free by then proves it as well. Nothing here blocks a thread: who waits does so by promise.
 */
import { InvalidArgumentError, UnsupportedError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";

/** What of `navigator.locks` is needed. */
interface Locks {
  request(name: string, then: () => unknown): Promise<unknown>;
  request(name: string, options: { ifAvailable: true }, then: (lock: unknown) => boolean): Promise<boolean>;
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

function locks(): Locks {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: Locks } };
  if (navigator?.locks !== undefined) return navigator.locks;
  throw new UnsupportedError(
    "no navigator.locks here: a page has it over https or from localhost; elsewhere, use heap.watch(worker, ticket)",
  );
}

/** A page that may not keep anything has no locks either. */
function refused(error: unknown): UnsupportedError {
  return new UnsupportedError(`navigator.locks refuses: ${(error as Error | undefined)?.message}`);
}

/** A lock that this thread holds. */
export interface HeldLock {
  readonly name: string;
  readonly release: () => void;
}

/** Gets a lock of a name that no other has. */
export async function holdLock(ticket: number): Promise<HeldLock> {
  const all = locks();
  const name = `ariax:${Math.random().toString(36).slice(2)}:${ticket}`;
  return new Promise((resolve, reject) => {
    const held = () => new Promise<void>((release) => resolve({ name, release }));
    all.request(name, held).catch((error) => reject(refused(error)));
  });
}

/** Calls `then` once the thread has ended that holds a lock. Resolves when that is sure to be noticed, with what makes it undone. */
export async function whenReleased(name: string, ticket: number, then: () => void): Promise<() => void> {
  if (typeof name !== "string" || !name.startsWith("ariax:") || !name.endsWith(`:${ticket}`)) {
    throw new InvalidArgumentError(
      `invalid lock: ${show(name)} is not what heap.holdLock() returned to ticket ${ticket}`,
    );
  }
  const all = locks();
  const { held = [] } = await all.query().catch((error) => Promise.reject(refused(error)));
  const isHeld = held.some((lock) => lock.name === name);
  // Free is one that was released, and not one that this thread can't see.
  if (!isHeld && !(await all.request(name, { ifAvailable: true }, (lock) => lock !== null))) {
    throw new UnsupportedError("this host does not show a thread the locks of another: use heap.watch(worker, ticket)");
  }
  let isUndone = false;
  void all.request(name, () => isUndone || then());
  return () => {
    isUndone = true;
  };
}
