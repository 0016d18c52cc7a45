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
    let lanes = 0;
    let most = 0;
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const seat = 1 + next(PROCESSES);
        const { steps, moves, intent } = seatAt(seat);
        // No event says what lies in shared memory; the others' ends are looked at meanwhile.
        const until = kill === 0 ? 0 : 1 + next(20_000);
        let isOver = false;
        const { ended, ticket, process: process_ } = peers[seat - 1];
        const over = () => void (isOver = true);
        ended.then(over, over);
        while (Atomics.load(board, steps) < until && !isOver) await setImmediate();
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
