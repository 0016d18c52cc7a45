/** Processes on one heap in a file that are nobody's children here, of which some are killed: the locks that they held prove it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type Lost, SharedSlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { random } from "../../slab/test/heaps.ts";
import { STOP, SWAPS, seatAt, swapAt } from "../../slab/test/threads/board.ts";
import { takeHand } from "../../slab/test/threads/juggler.ts";
import { Stamped } from "../../slab/test/threads/stamped.ts";
import { holdLock, Region, reclaimDead, watchLock } from "../src/index.ts";
import { child, describeUnless, temporary } from "./native.ts";
import { ALL, HEAP, PROCESSES, parts, seatOf } from "./parts.ts";

const KILLS = times(6, 60);
const why = process.platform === "win32" ? "there is no shell that leaves its children" : undefined;

/** Starts a process by a shell that ends at once: it is the system's then, and nobody is told of its end. */
function leave(script: string, args: readonly string[]): void {
  const line = '"$@" >/dev/null 2>&1 </dev/null &';
  const { status } = spawnSync("sh", ["-c", line, "sh", process.execPath, child(script), ...args]);
  if (status !== 0) throw new Error("the shell has failed");
}

describeUnless(why, "a heap in a file that unrelated processes share", () => {
  test(`goes on when ${KILLS} of them are killed, wherever that is: whoever looks, reclaims`, async () => {
    const folder = temporary("locks");
    const [file, lock] = [join(folder, "heap"), join(folder, "locks")];
    using region = Region.map({ file, bytes: ALL });
    const { buffer, ledger, board } = parts(region);
    const heap = new SharedSlabAllocator({ buffer, byteLength: HEAP, lanes: PROCESSES + 2 });
    holdLock(heap, { lock });
    const stamped = new Stamped(heap, ledger, 127);
    const next = random(11);
    let started = 0;
    const deaths: Promise<Lost>[] = [];
    const sit = (seat: number): void => {
      const [ticketAt, pidAt] = seatOf(seat);
      const ticket = heap.ticket();
      Atomics.store(board, pidAt, 0);
      Atomics.store(board, ticketAt, ticket);
      deaths[seat] = new Promise((resolve) => void watchLock(heap, ticket, lock, resolve, { interval: 1 }));
      leave("lock-juggler", [file, lock, seat % 2 === 0 ? "c" : "typescript", `${seat}`, `${started++}`]);
    };
    const seats = Array.from({ length: PROCESSES }, (_, i) => i + 1);
    for (const seat of seats) sit(seat);
    /** Until a process has taken so many steps: no event says what lies in shared memory. Its end is looked at meanwhile. */
    const worked = async (seat: number, count: number): Promise<void> => {
      const { steps } = seatAt(seat);
      let isOver = false;
      void deaths[seat].then(() => void (isOver = true));
      while (Atomics.load(board, steps) < count && !isOver) await setImmediate();
      if (isOver) throw new Error(`the process of seat ${seat} has ended by itself`);
    };
    const kill = (seat: number, signal: NodeJS.Signals) => process.kill(Atomics.load(board, seatOf(seat)[1]), signal);
    let most = 0;
    try {
      // One that is stopped lives, whoever asks, and is in nobody's way.
      await worked(1, 1 + next(5000));
      kill(1, "SIGSTOP");
      const then = Atomics.load(board, seatAt(2).steps);
      await worked(2, then + 5000);
      expect([...reclaimDead(heap, lock).keys()]).toEqual([]);
      kill(1, "SIGCONT");
      for (let n = 0; n < KILLS; n++) {
        const seat = 1 + next(PROCESSES);
        const { moves, intent, steps } = seatAt(seat);
        await worked(seat, 1 + next(3000));
        kill(seat, "SIGKILL");
        await deaths[seat];
        most += 1 + board[moves];
        for (const offset of takeHand(board, seat)) stamped.give(offset);
        board.fill(0, intent, steps);
        sit(seat);
      }
      for (const seat of seats) await worked(seat, 1);
      Atomics.store(board, STOP, 1);
      await Promise.all(deaths);
    } finally {
      Atomics.store(board, STOP, 1);
      for (const seat of seats) if (Atomics.load(board, seatOf(seat)[1]) !== 0) ended(() => kill(seat, "SIGKILL"));
    }
    for (const seat of seats) for (const offset of takeHand(board, seat)) stamped.give(offset);
    for (const offset of board.subarray(swapAt(0), swapAt(SWAPS))) if (offset !== 0) stamped.give(offset >>> 0);
    heap.verify();
    expect(heap.stats().blocks).toBeLessThanOrEqual(most);
    expect(heap.lateDoubleFrees).toBe(0);
    expect([...reclaimDead(heap, lock).keys()]).toEqual([]);
  });
});

/** It may have ended. */
function ended(call: () => void): void {
  try {
    call();
  } catch {}
}
