/** What proves that a worker of a page has ended: with a browser's locks, in their place ones that a test can look into. page.test.ts has real ones. */
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Lost, SharedSlabAllocator } from "../../src/index.ts";

interface Lock {
  readonly name: string;
}
type Then = (lock: Lock | null) => unknown;

/** Exclusive locks, as a browser has them; one that died holds none of its any more: `end`. */
class Locks {
  readonly held = new Map<string, () => void>();
  private readonly waiting: (() => void)[] = [];
  /** Does it tell of locks? Node's does not tell a thread of those of others. */
  tells = true;

  async query(): Promise<{ held: Lock[] }> {
    return { held: this.tells ? [...this.held.keys()].map((name) => ({ name })) : [] };
  }

  async request(name: string, ...rest: [Then] | [{ ifAvailable: boolean }, Then]): Promise<unknown> {
    const [options, then] = rest.length === 2 ? rest : [{ ifAvailable: false }, rest[0]];
    if (this.held.has(name) && options.ifAvailable) return then(null);
    while (this.held.has(name)) await new Promise<void>((resolve) => this.waiting.push(resolve));
    const ended = new Promise<void>((resolve) => this.held.set(name, resolve));
    const result = await Promise.race([then({ name }), ended]);
    this.end(name);
    return result;
  }

  end(name: string): void {
    this.held.get(name)?.();
    this.held.delete(name);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

let locks: Locks;
beforeEach(() => {
  locks = new Locks();
  vi.stubGlobal("navigator", { locks });
});
afterEach(() => void vi.unstubAllGlobals());

/** A heap, and another thread's, as if there was one. */
function pair(): { heap: SharedSlabAllocator; other: SharedSlabAllocator; ticket: number } {
  const heap = new SharedSlabAllocator({ capacity: 2 ** 20, lanes: 3 });
  const ticket = heap.ticket();
  return { heap, other: SharedSlabAllocator.attach(heap.memory.buffer, { ticket }), ticket };
}

/** What a rejected promise says. */
async function said(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "nothing",
    (error) => `${error.name} ${error.code}: ${error.message}`,
  );
}

/** All promises that can be settled are. */
const allSettled = () => new Promise((resolve) => setImmediate(resolve));

test("a thread's lock has a name of its own, and is held until it closes", async () => {
  const { heap, other } = pair();
  const name = await other.holdLock();
  expect(name).toMatch(/^ariax:[0-9a-z]+:2$/);
  expect(await other.holdLock()).toBe(name);
  expect([...locks.held.keys()]).toEqual([name]);
  expect(await heap.holdLock()).toMatch(/:1$/);
  other.park();
  expect(locks.held.has(name)).toBe(true);
  other.close();
  other.close();
  await allSettled();
  expect(locks.held.has(name)).toBe(false);
  expect(await said(other.holdLock())).toMatch(/^ClosedError ERR_CLOSED: /);
  expect(locks.held.size).toBe(1);
});

test("one that dies is reclaimed once its lock is free, and not before", async () => {
  const { heap, other, ticket } = pair();
  const block = other.allocate(100);
  const name = await other.holdLock();
  const then = vi.fn<(lost: Lost) => void>();
  await heap.watchLock(ticket, name, then);
  other.allocate(100);
  expect(then).not.toHaveBeenCalled();
  locks.end(name);
  await allSettled();
  expect(then.mock.calls).toEqual([[{ lanes: 1, pages: 1, blocks: 2, inFlight: 0 }]]);
  heap.free(block);
  expect(() => other.verifyLane()).toThrow("lane lost: ticket 2");
});

test("one that died before it was watched is reclaimed at once: it would not have told the name without the lock", async () => {
  const { heap, other, ticket } = pair();
  const name = await other.holdLock();
  locks.end(name);
  const lost = new Promise((resolve) => void heap.watchLock(ticket, name, resolve));
  expect(await lost).toMatchObject({ lanes: 1 });
});

test("one that closes leaves nothing to reclaim", async () => {
  const { heap, other, ticket } = pair();
  const lost = new Promise((resolve) => void other.holdLock().then((name) => heap.watchLock(ticket, name, resolve)));
  await allSettled();
  other.close();
  expect(await lost).toEqual({ lanes: 0, pages: 0, blocks: 0, inFlight: 0 });
});

test("what is undone, and what a closed heap has watched, is not reclaimed", async () => {
  for (const close of [false, true]) {
    const { heap, other, ticket } = pair();
    const name = await other.holdLock();
    const then = vi.fn();
    const undo = await heap.watchLock(ticket, name, then);
    if (close) heap.close();
    else undo();
    locks.end(name);
    await locks.request(name, () => {});
    expect(then).not.toHaveBeenCalled();
    other.verifyLane();
  }
});

test("a lock of another thread is none of this one's", async () => {
  const { heap, other, ticket } = pair();
  const mine = await heap.holdLock();
  for (const name of [mine, "ariax", "", 7, undefined] as string[]) {
    const shown = typeof name === "string" ? JSON.stringify(name) : `${name}`;
    expect(await said(heap.watchLock(ticket, name))).toBe(
      `InvalidArgumentError ERR_INVALID_ARGUMENT: invalid lock: ${shown} is not what heap.holdLock() returned to ticket 2`,
    );
  }
  expect(await said(heap.watchLock(99, await other.holdLock()))).toMatch(/^InvalidArgumentError .*invalid ticket: 99 /);
  expect(await said(heap.watchLock(ticket, await other.holdLock(), 3 as never))).toMatch(
    /^InvalidArgumentError .*then/,
  );
  other.verifyLane();
});

test("where nobody is told of others' locks, as in Node, it is said so", async () => {
  const { heap, other, ticket } = pair();
  const name = await other.holdLock();
  locks.tells = false;
  expect(await said(heap.watchLock(ticket, name))).toBe(
    "UnsupportedError ERR_UNSUPPORTED: unsupported: this host does not show a thread the locks of another: " +
      "use heap.watch(worker, ticket)",
  );
  other.verifyLane();
});

test.each([{}, undefined])("where there are no locks, or they are refused, it is said so: %o", async (navigator) => {
  const { heap, other, ticket } = pair();
  const refuse = () => Promise.reject(runInNewContext("new Error('denied')"));
  vi.stubGlobal("navigator", { locks: { request: refuse, query: refuse } });
  const denied = "UnsupportedError ERR_UNSUPPORTED: unsupported: navigator.locks refuses: denied";
  expect([await said(heap.holdLock()), await said(heap.watchLock(ticket, "ariax:0:2"))]).toEqual([denied, denied]);
  heap.close();
  vi.stubGlobal("navigator", navigator);
  const none =
    "UnsupportedError ERR_UNSUPPORTED: unsupported: no navigator.locks here: a page has it over https or from localhost; " +
    "elsewhere, use heap.watch(worker, ticket)";
  expect([await said(other.holdLock()), await said(other.watchLock(1, "ariax:0:1"))]).toEqual([none, none]);
});
