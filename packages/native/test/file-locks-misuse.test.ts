/** What must not become a proof, whatever a program does with lock files: that a living thread is dead, or that a dead one is done with. */
import { once } from "node:events";
import { closeSync, openSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { SharedSlabAllocator } from "@ariax/slab";
import { Heap, idOf } from "@ariax/slab/engine";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { H_MAGIC, MAGIC } from "../../slab/src/layout.ts";
import { holdLock, NativeSharedAllocator, Region, reclaimDead, watchLock } from "../src/index.ts";
import { LockFile } from "../src/lock-file.ts";
import { MiB } from "./heaps.ts";
import { child, describeNative, said, temporary } from "./native.ts";

const NOTHING = { lanes: 0, pages: 0, blocks: 0, inFlight: 0 };

describeNative("a lock file", () => {
  let folder: string;
  let file: string;
  let lock: string;
  beforeEach(() => {
    folder = temporary("lock-misuse");
    [file, lock] = [join(folder, "heap"), join(folder, "locks")];
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
  const make = (): NativeSharedAllocator => new NativeSharedAllocator({ capacity: MiB, lanes: 4, file, lock });

  test("gives no lock to a ticket of which a thread is attached without it: once free it would prove a death", () => {
    const heap = make();
    const region = heap.region!;
    const none = NativeSharedAllocator.attach(region);
    const elsewhere = NativeSharedAllocator.attach(region, { lock: `${lock}2` });
    const rests = NativeSharedAllocator.attach(region);
    rests.park();
    const write = vi.spyOn(LockFile.prototype, "write");
    for (const { holder: ticket } of [none, elsewhere, rests]) {
      const inUse = `TicketError ERR_TICKET: ticket: ticket ${ticket} is in use: a thread is attached by it, without a lock in "${lock}"`;
      expect(said(() => holdLock(region, { ticket, lock }))).toContain(inUse);
      expect(said(() => NativeSharedAllocator.attach(region, { ticket, lock }))).toContain(inUse);
    }
    // Not even for a moment: a thread may be killed in any.
    expect(write).not.toHaveBeenCalled();
    expect(heap.reclaimDead(lock)).toEqual(new Map());
    none.free(none.allocate(8));
    heap.unmap();
  });

  test("is held by an attached thread for itself, by its heap", () => {
    const region = Region.map({ file, bytes: MiB });
    const heap = new SharedSlabAllocator({ buffer: region.buffer, lanes: 3 });
    expect(said(() => reclaimDead(heap, `${lock}2`))).toMatch(/^SystemCallError/);
    const held = holdLock(heap, { lock });
    expect(Object.keys(held)).toEqual(["release"]);
    expect(Object.keys(holdLock(region, { ticket: heap.ticket(), lock }))).toEqual(["release"]);
    expect(reclaimDead(heap, lock)).toEqual(new Map());
    held.release();
    expect(said(() => reclaimDead(heap, lock))).toMatch(/^TicketError .* own, has no lock/);
    heap.close();
    expect(said(() => holdLock(heap, { lock }))).toMatch(/^ClosedError ERR_CLOSED/);
    region.unmap();
  });

  test("says that a thread is not done with while a lane is under repair by one that died at it", async () => {
    const heap = make();
    const [a, b] = [heap.ticket(), heap.ticket()];
    const dies = new Worker(child("lock-worker"), { workerData: { file, lock, ticket: a } });
    await once(dies, "message");
    await dies.terminate();
    const reclaims = new Worker(child("lock-reclaimer"), { workerData: { file, lock, ticket: b } });
    await once(reclaims, "message");
    await reclaims.terminate();
    const then = vi.fn();
    watchLock(heap, a, lock, then)();
    expect(then).not.toHaveBeenCalled();
    const locks = LockFile.open(lock, false);
    expect(locks.read(a)).toBe(idOf(heap.words));
    locks.close();
    const dead = heap.reclaimDead(lock, { keep: () => false });
    expect([...dead].map(([ticket, { lanes }]) => [ticket, lanes])).toEqual([[b, 2]]);
    watchLock(heap, a, lock, then);
    expect(then).not.toHaveBeenCalled(); // not before it has returned
    await Promise.resolve();
    expect(then.mock.calls).toEqual([[NOTHING]]);
    expect(heap.stats().blocks).toBe(0);
    heap.verify();
    heap.unmap();
  });

  test("knows the founder's heap by the id that who attaches at once has drawn", async () => {
    const words = Object.getOwnPropertyDescriptor(Heap.prototype, "words")!.get!;
    let drawn = 0;
    vi.spyOn(Heap.prototype, "words", "get").mockImplementation(function (this: Heap) {
      const w = words.call(this) as Int32Array;
      if (Atomics.load(w, H_MAGIC) === MAGIC) drawn ||= idOf(w); // as another process may, as soon as there is a heap
      return w;
    });
    const heap = make();
    vi.restoreAllMocks();
    expect(idOf(heap.words)).toBe(drawn);
    expect(readFileSync(lock).readInt32LE(4)).toBe(drawn);
    const other = NativeSharedAllocator.attach(heap.region!, { lock });
    (await other.watchLock(1, lock))();
    other.close();
    heap.close();
    expect(readFileSync(lock).readInt32LE(4)).toBe(-drawn);
    heap.region!.unmap();
  });

  test("is no file that is there for something else, least of all the heap's", () => {
    const text = join(folder, "text");
    writeFileSync(text, "what somebody has written");
    const heap = new NativeSharedAllocator({ capacity: MiB, lanes: 4, file });
    const ticket = heap.ticket();
    for (const other of [text, file]) {
      const refused = `InvalidArgumentError ERR_INVALID_ARGUMENT: invalid lock: "${other}" is no lock file, its first word is not 0`;
      expect(said(() => holdLock(heap.region!, { ticket, lock: other }))).toBe(refused);
      expect(said(() => NativeSharedAllocator.attach(heap.region!, { lock: other }))).toBe(refused);
      expect(said(() => heap.reclaimDead(other))).toBe(refused);
    }
    expect(readFileSync(text, "utf8")).toBe("what somebody has written");
    heap.verify();
    heap.unmap();
    // A new one has no first word yet.
    const fresh = join(folder, "fresh");
    const refused = (file: string | number, lock: string) =>
      said(() => new NativeSharedAllocator({ capacity: MiB, file, lock }));
    const own = (name: string) =>
      `InvalidArgumentError ERR_INVALID_ARGUMENT: invalid lock: "${name}" is the file that the heap is to lie in`;
    expect(refused(fresh, fresh)).toBe(own(fresh));
    writeFileSync(fresh, "");
    const descriptor = openSync(fresh, "r+");
    expect(refused(descriptor, fresh)).toBe(own(fresh));
    closeSync(descriptor);
    if (process.platform !== "win32") {
      symlinkSync(fresh, `${fresh}2`);
      expect(refused(fresh, `${fresh}2`)).toBe(own(`${fresh}2`));
    }
    expect(readFileSync(fresh).length).toBe(0);
  });

  test("says to who has watched from before that a thread has come without its lock", () => {
    vi.useFakeTimers();
    const heap = make();
    const ticket = heap.ticket();
    const then = vi.fn();
    watchLock(heap, ticket, lock, then, { interval: 10 });
    vi.advanceTimersByTime(100);
    const other = NativeSharedAllocator.attach(heap.region!, { ticket });
    expect(() => vi.advanceTimersByTime(10)).toThrow(`ticket ${ticket} is attached without a lock in "${lock}"`);
    expect(vi.getTimerCount()).toBe(0);
    expect(then).not.toHaveBeenCalled();
    other.close();
    heap.unmap();
  });

  test("is looked at no more once the memory is gone, whoever has unmapped it", () => {
    vi.useFakeTimers();
    const region = Region.map({ file, bytes: MiB });
    const heap = new SharedSlabAllocator({ buffer: region.buffer, lanes: 3 });
    holdLock(heap, { lock });
    watchLock(heap, heap.ticket(), lock, undefined, { interval: 10 });
    region.unmap();
    vi.advanceTimersByTime(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is asked for no heap, one that is closed, or whose memory is gone: by errors that say so", () => {
    for (const garbage of [undefined, null, 7, {}, { words: new Int32Array(1) }] as never[]) {
      const invalid = /^InvalidArgumentError ERR_INVALID_ARGUMENT: invalid heap: .* is no heap with lanes$/;
      expect(said(() => watchLock(garbage, 1, lock))).toMatch(invalid);
      expect(said(() => reclaimDead(garbage, lock))).toMatch(invalid);
    }
    const heap = make();
    const ticket = heap.ticket();
    const seen = SharedSlabAllocator.attach(heap.region!.buffer, { ticket: heap.ticket() });
    const region = heap.region!;
    const closed = /^ClosedError ERR_CLOSED/;
    heap.close();
    expect(said(() => watchLock(heap, ticket, lock))).toMatch(closed);
    expect(said(() => heap.reclaimDead(lock))).toMatch(closed);
    region.unmap();
    expect(said(() => reclaimDead(heap, lock))).toMatch(/^DetachedError ERR_DETACHED/);
    expect(said(() => watchLock(seen, ticket, lock))).toMatch(/^DetachedError ERR_DETACHED/);
    expect(said(() => reclaimDead(seen, lock))).toMatch(/^DetachedError ERR_DETACHED/);
  });
});
