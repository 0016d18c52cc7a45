/** Processes on one heap in shared memory, of which some are killed: their parent has waited for them, and reclaims. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { SharedSlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { random } from "../../slab/test/heaps.ts";
import { STOP, SWAPS, seatAt, swapAt } from "../../slab/test/threads/board.ts";
import { takeHand } from "../../slab/test/threads/juggler.ts";
import { Stamped } from "../../slab/test/threads/stamped.ts";
import { Region } from "../src/index.ts";
import { child, describeNative, temporary } from "./native.ts";
import { ALL, HEAP, PROCESSES, parts } from "./parts.ts";

const KILLS = 10;

interface Peer {
  readonly ticket: number;
  readonly process: ChildProcess;
  /** The signal that ended it: the system says that after all of its threads are gone. */
  readonly ended: Promise<NodeJS.Signals | null>;
}

describeNative("a heap in memory that processes share", () => {
  test(`goes on when ${KILLS} of them are killed, wherever that is`, async () => {
    const file = join(temporary("killed"), "heap");
    using region = Region.map({ file, bytes: ALL });
    const { buffer, ledger, board } = parts(region);
    const heap = new SharedSlabAllocator({ buffer, byteLength: HEAP, lanes: PROCESSES + 2 });
    const stamped = new Stamped(heap, ledger, 127);
    const next = random(10);
    let started = 0;
    const peers: Peer[] = [];
    const sit = (seat: number): void => {
      const ticket = heap.ticket();
      const args = [child("juggler"), file, `${ticket}`, `${seat}`, `${started++}`];
      const process_ = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
      const ended = once(process_, "exit").then(([code, signal]) => {
        // It has found something wrong.
        if (code !== 0 && signal === null) throw new Error(`process ${seat} ended with ${code}`);
        return signal as NodeJS.Signals | null;
      });
      ended.catch(() => {});
      peers[seat - 1] = { ticket, process: process_, ended };
    };
    for (let seat = 1; seat <= PROCESSES; seat++) sit(seat);
    /** Until a process has taken so many steps: no event says what lies in shared memory. Its end is looked at meanwhile. */
    const worked = async (seat: number, count: number): Promise<void> => {
      const { steps } = seatAt(seat);
      let isOver = false;
      const over = () => void (isOver = true);
      peers[seat - 1].ended.then(over, over);
      while (Atomics.load(board, steps) < count && !isOver) await setImmediate();
      if (isOver) await Promise.reject(new Error(`process ${seat} ended: ${await peers[seat - 1].ended}`));
    };
    let lanes = 0;
    let most = 0;
    try {
      // One that is stopped, wherever that is, is in nobody's way. (Windows does not stop processes.)
      if (process.platform !== "win32") {
        await worked(1, 1 + next(5000));
        peers[0].process.kill("SIGSTOP");
        const then = Atomics.load(board, seatAt(2).steps);
        await worked(2, then + 10_000);
        for (let i = 0; i < 2000; i++) heap.free(heap.allocate(next(30_000)));
        heap.verifyLane();
        peers[0].process.kill("SIGCONT");
      }
      for (let kill = 0; kill < KILLS; kill++) {
        const seat = 1 + next(PROCESSES);
        const { moves, intent, steps } = seatAt(seat);
        const { ended, ticket, process: process_ } = peers[seat - 1];
        if (kill > 0) await worked(seat, 1 + next(10_000));
        process_.kill("SIGKILL");
        expect(await ended).toBe("SIGKILL");
        lanes += heap.reclaim(ticket).lanes;
        most += 1 + board[moves];
        for (const offset of takeHand(board, seat)) stamped.give(offset);
        board.fill(0, intent, steps);
        sit(seat);
      }
      Atomics.store(board, STOP, 1);
      for (const { ended, ticket } of peers) {
        expect(await ended).toBe(null);
        heap.reclaim(ticket);
      }
    } finally {
      for (const peer of peers) peer.process.kill("SIGKILL");
    }
    for (let seat = 1; seat <= PROCESSES; seat++) for (const offset of takeHand(board, seat)) stamped.give(offset);
    for (const offset of board.subarray(swapAt(0), swapAt(SWAPS))) if (offset !== 0) stamped.give(offset >>> 0);
    heap.verify();
    expect(lanes).toBeGreaterThan(5);
    expect(heap.stats().blocks).toBeLessThanOrEqual(most);
    expect(heap.lateDoubleFrees).toBe(0);
  });
});
