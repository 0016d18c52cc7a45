/** What a lock on a file proves, and what not. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import type { Lost } from "@ariax/slab";
import { beforeEach, expect, test, vi } from "vitest";
import { holdLock, NativeSharedAllocator, Region, reclaimDead, watchLock } from "../src/index.ts";
import { LockFile } from "../src/lock-file.ts";
import { MiB } from "./heaps.ts";
import { child, describeNative, linesOf, said, temporary } from "./native.ts";

const NOTHING: Lost = { lanes: 0, pages: 0, blocks: 0, inFlight: 0 };

describeNative("a lock on a file", () => {
  let folder: string;
  let file: string;
  let lock: string;
  beforeEach(() => {
    folder = temporary("lock");
    [file, lock] = [join(folder, "heap"), join(folder, "locks")];
  });
  const make = (): NativeSharedAllocator => new NativeSharedAllocator({ capacity: MiB, lanes: 4, file, lock });

  test("is held from before a thread attaches until it has closed", async () => {
    const heap = make();
    const ticket = heap.ticket();
    const other = NativeSharedAllocator.attach(heap.region!, { ticket, lock });
    expect(statSync(lock).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
    other.allocate(100);
    other.park();
    expect(reclaimDead(heap, lock)).toEqual(new Map());
    const then = vi.fn();
    watchLock(heap, ticket, lock, then);
    expect(then).not.toHaveBeenCalled();
    other.close();
    other.close();
    watchLock(heap, ticket, lock, then);
    expect(then).not.toHaveBeenCalled(); // not before it has returned
    await Promise.resolve();
    expect(then.mock.calls).toEqual([[NOTHING]]);
    heap.unmap();
  });

  test("can be taken later; a thread has one", async () => {
    const heap = new NativeSharedAllocator({ capacity: MiB, lanes: 4, file });
    const other = NativeSharedAllocator.attach(heap.region!);
    const first = `ticket 1, this thread's own, has no lock in "${lock}": attach with { lock }`;
    await expect(heap.watchLock(other.holder, lock)).rejects.toThrow(first);
    expect(said(() => heap.reclaimDead(lock))).toMatch(`TicketError ERR_TICKET: ticket: ${first}`);
    await expect(heap.holdLock()).rejects.toThrow("invalid lock: undefined is not the path of a file");
    await heap.holdLock(lock);
    await expect(heap.watchLock(other.holder, lock)).rejects.toThrow(
      `ticket ${other.holder} is attached without a lock in "${lock}": its thread has to attach with { lock }, of this file`,
    );
    expect(await other.holdLock(lock)).toBe(lock);
    expect(await other.holdLock()).toBe(lock);
    await expect(other.holdLock(file)).rejects.toThrow(`invalid lock: this thread holds one in ${lock}`);
    const end = await heap.watchLock(other.holder, lock);
    end();
    end();
    other.close();
    await expect(other.holdLock(lock)).rejects.toThrow(/closed/);
    heap.unmap();
  });

  test("of a ticket is one thread's, of this process or another", () => {
    const heap = make();
    const ticket = heap.ticket();
    const other = NativeSharedAllocator.attach(heap.region!, { ticket, lock });
    expect(said(() => NativeSharedAllocator.attach(heap.region!, { ticket, lock }))).toBe(
      `TicketError ERR_TICKET: ticket: ticket ${ticket} is in use: its lock in "${lock}" is another thread's`,
    );
    expect(reclaimDead(heap, lock)).toEqual(new Map());
    other.close();
    // It may come again, as without a lock.
    const again = NativeSharedAllocator.attach(heap.region!, { ticket, lock });
    expect(reclaimDead(heap, lock)).toEqual(new Map());
    again.close();
    heap.unmap();
  });

  test("is not taken, and the file says what it said, where no lane is got", () => {
    const heap = make();
    const rest = [1, 2, 3].map(() => NativeSharedAllocator.attach(heap.region!, { lock }));
    const ticket = heap.ticket();
    const attach = () => NativeSharedAllocator.attach(heap.region!, { ticket, lock });
    expect(said(attach)).toMatch(/^NoLaneError ERR_NO_LANE/);
    const locks = LockFile.open(lock, false);
    expect([locks.isTaken(ticket), locks.read(ticket)]).toEqual([false, 0]);
    expect([locks.isTaken(rest[0].holder), locks.read(rest[0].holder)]).toEqual([true, locks.read(1)]);
    locks.close();
    rest[0].close();
    attach().close();
    heap.unmap();
  });

  test("is not asked of a file that has none, nor made by asking", () => {
    const heap = new NativeSharedAllocator({ capacity: MiB, file });
    expect(said(() => heap.reclaimDead(lock))).toBe(`SystemCallError ERR_SYSTEM_CALL: can't open "${lock}": ENOENT`);
    expect(existsSync(lock)).toBe(false);
    heap.unmap();
  });

  test.skipIf(process.platform === "win32")("wants an ordinary file that can be written", () => {
    const refused = (lock: unknown) => said(() => new NativeSharedAllocator({ capacity: MiB, file, lock } as never));
    const invalid = "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid lock:";
    expect(refused("/dev/null")).toBe(`${invalid} "/dev/null" is no ordinary file`);
    expect(refused(7)).toBe(`${invalid} descriptor 7 is not the path of a file`);
    expect(refused("")).toBe(`${invalid} "" is not the path of a file`);
    expect(refused("a\0b")).toBe(`${invalid} "a\\u0000b" is not the path of a file`);
    expect(refused(folder)).toBe(`SystemCallError ERR_SYSTEM_CALL: can't open "${folder}": EISDIR`);
    expect(refused(join(folder, "none", "locks"))).toMatch(/^SystemCallError ERR_SYSTEM_CALL: can't open .*: ENOENT$/);
    // Nothing has come to be of the heap.
    expect(existsSync(file)).toBe(false);
  });

  test("of a heap that was there before proves nothing of the one that is there now", () => {
    const before = make();
    const region = Region.map({ file });
    const ticket = before.ticket();
    holdLock(region, { ticket, lock });
    before.unmap();
    // Of the old heap's thread the lock is free, as it would be after a restart.
    const locks = LockFile.open(lock, false);
    const id = locks.read(ticket);
    locks.write(3, id);
    const heap = make();
    heap.ticket();
    const other = NativeSharedAllocator.attach(heap.region!, { ticket: heap.ticket() });
    expect(other.holder).toBe(3);
    expect(reclaimDead(heap, lock)).toEqual(new Map());
    expect(said(() => watchLock(heap, 3, lock))).toMatch(/^TicketError .* attached without a lock/);
    locks.close();
    other.verifyLane();
    heap.unmap();
    region.unmap();
  });

  test("in a file that was removed is proven by nobody who has another one, and still by who has that one", async () => {
    const heap = make();
    const ticket = heap.ticket();
    const peer = worker(ticket);
    await once(peer, "message");
    const then = vi.fn();
    const dead = new Promise<Lost>((resolve) => void watchLock(heap, ticket, lock, resolve, { interval: 1 }));
    if (process.platform !== "win32") {
      rmSync(lock);
      writeFileSync(lock, "");
      // Nor does anybody reclaim by it, whose own death it could not prove.
      expect(said(() => watchLock(heap, ticket, lock, then))).toMatch(/^TicketError .* own, has no lock/);
      expect(said(() => reclaimDead(heap, lock))).toMatch(/^TicketError .* own, has no lock/);
    }
    void peer.terminate();
    expect(await dead).toMatchObject({ lanes: 1 });
    heap.verify();
    heap.unmap();
  });

  function worker(ticket: number): Worker {
    return new Worker(child("lock-worker"), { workerData: { file, lock, ticket } });
  }

  test("tells threads of one process apart: one is terminated, another goes on", async () => {
    const heap = make();
    const [a, b] = [heap.ticket(), heap.ticket()];
    const [one, two] = [worker(a), worker(b)];
    await Promise.all([once(one, "message"), once(two, "message")]);
    const live = vi.fn();
    watchLock(heap, b, lock, live, { interval: 1 });
    const dead = new Promise<Lost>((resolve) => void watchLock(heap, a, lock, resolve, { interval: 1 }));
    expect(reclaimDead(heap, lock)).toEqual(new Map());
    void one.terminate();
    expect(await dead).toMatchObject({ lanes: 1 });
    expect(live).not.toHaveBeenCalled();
    expect(reclaimDead(heap, lock)).toEqual(new Map());
    await two.terminate();
    while (live.mock.calls.length === 0) await setImmediate();
    expect(live.mock.calls[0][0]).toMatchObject({ lanes: 1 });
    heap.verify();
    heap.unmap();
  });

  test("is not held by what a process has started, once that process is killed", async () => {
    const heap = make();
    const peer = spawn(process.execPath, [child("lock-holder"), file, lock], { stdio: ["ignore", "pipe", "inherit"] });
    const { value } = await linesOf(peer).next();
    const [ticket, , other] = (value as string).split(" ").map(Number);
    const dead = new Promise<Lost>((resolve) => void heap.watchLock(ticket, lock, resolve, { interval: 1 }));
    peer.kill("SIGKILL");
    expect(await dead).toMatchObject({ lanes: 1, blocks: 1 });
    expect(process.kill(other, 0)).toBe(true);
    process.kill(other, "SIGKILL");
    heap.unmap();
  });

  test("stays held when what holds it is garbage", async () => {
    const heap = make();
    const ticket = heap.ticket();
    holdLock(heap.region!, { ticket, lock });
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    for (let i = 0; i < 3; i++) {
      gc();
      await setImmediate();
    }
    const locks = LockFile.open(lock, false);
    expect(locks.isTaken(ticket)).toBe(true);
    locks.close();
    expect(said(() => locks.isTaken(ticket))).toMatch(/^InvalidArgumentError .* invalid locks: not of an open file$/);
    heap.unmap();
  });

  test("a thread that died is reclaimed by who looks, once, with what is still known", async () => {
    const heap = make();
    const peer = spawn(process.execPath, [child("lock-holder"), file, lock], { stdio: ["ignore", "pipe", "inherit"] });
    const { value } = await linesOf(peer).next();
    const [ticket, , other] = (value as string).split(" ").map(Number);
    peer.kill("SIGKILL");
    await once(peer, "exit");
    process.kill(other, "SIGKILL");
    const refuses = () => {
      throw new Error("not now");
    };
    expect(() => heap.reclaimDead(lock, { keep: refuses })).toThrow("not now");
    // What it was is repaired by then, and its record stays for who looks next.
    expect(said(() => NativeSharedAllocator.attach(heap.region!, { ticket, lock }))).toBe(
      `TicketError ERR_TICKET: ticket: ticket ${ticket} is of a thread that died: reclaim it, and draw another one`,
    );
    const then = vi.fn();
    watchLock(heap, ticket, lock, then);
    await Promise.resolve();
    expect(then).toHaveBeenCalledOnce();
    expect(heap.reclaimDead(lock)).toEqual(new Map());
    heap.verify();
    heap.unmap();
  });

  test("a watch ends with the heap that looks, and with its memory", async () => {
    for (const close of ["close", "unmap"] as const) {
      const heap = make();
      const ticket = heap.ticket();
      const then = vi.fn();
      await heap.watchLock(ticket, lock, then, { interval: 1 });
      const region = Region.map({ file });
      const other = new NativeSharedAllocator({ capacity: MiB, lanes: 2 });
      holdLock(region, { ticket, lock }).release();
      heap[close]();
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 1));
      expect(then).not.toHaveBeenCalled();
      other.unmap();
      region.unmap();
      if (close === "close") heap.region!.unmap();
    }
  });

  test("what is no ticket, file, callback or time is refused", () => {
    const heap = make();
    const invalid = "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid";
    const watch = (...args: unknown[]) => said(() => (watchLock as (...args: unknown[]) => unknown)(heap, ...args));
    expect(watch(99, lock)).toBe(`${invalid} ticket: 99 was not drawn by heap.ticket(), which drew 1`);
    expect(watch(1, lock)).toBe(`${invalid} ticket: 1 is this thread's own`);
    const ticket = heap.ticket();
    expect(watch(ticket, 7)).toMatch(`${invalid} lock: `);
    expect(watch(ticket, lock, 7)).toMatch(`${invalid} then`);
    expect(watch(ticket, lock, undefined, { interval: 0 })).toMatch(`${invalid} interval`);
    expect(watch(ticket, lock, undefined, { often: 1 })).toMatch(/^InvalidArgumentError .*often/);
    expect(said(() => holdLock(heap.region!, { ticket: 99, lock }))).toMatch(`${invalid} ticket: 99`);
    expect(said(() => holdLock(new ArrayBuffer(MiB), { ticket: 1, lock }))).toMatch(/^CorruptionError ERR_CORRUPTED/);
    heap.unmap();
  });

  test.skipIf(process.platform === "win32")("makes a file no longer than the system lets it: it would kill", () => {
    const heap = make();
    const ticket = heap.ticket();
    const program = `
      import { holdLock, Region } from ${JSON.stringify(import.meta.resolve("../src/index.ts"))};
      const region = Region.map({ file: ${JSON.stringify(file)} });
      try { holdLock(region, { ticket: ${ticket}, lock: ${JSON.stringify(lock)} }); } catch ({ message }) { console.log(message); }`;
    const script = 'ulimit -f 0; exec "$0" --input-type=module -e "$1"';
    const { stdout } = spawnSync("sh", ["-c", script, process.execPath, program], { encoding: "utf8" });
    expect(stdout).toBe(`can't lock "${lock}": EFBIG\n`);
    heap.unmap();
  });
});
