/** Processes with a lane each of one heap in shared memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { Random } from "@ariax/trace";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { Board, takeOff } from "../../wasm/test/board.ts";
import { NativeSharedAllocator, Region } from "../src/index.ts";
import { MiB } from "./heaps.ts";
import { child, describeNative } from "./native.ts";

describeNative("a process of a heap with lanes", () => {
  test.each(["c", "typescript"])(
    "is killed anywhere, and its lane repaired by another (the engine in %s)",
    async (engine) => {
      const [name, boardName] = [`ariax-k-${process.pid}-${engine}`, `ariax-b-${process.pid}-${engine}`];
      for (const one of [name, boardName]) Region.unlink(one);
      const heap = new NativeSharedAllocator({ capacity: 16 * MiB, lanes: 3, name });
      const region = Region.share({ bytes: Board.BYTES, name: boardName });
      const board = new Board(region.buffer);
      const random = new Random(3);
      const kills = times(3, 10);
      try {
        for (let kill = 1; kill <= kills; kill++) {
          const ticket = heap.ticket();
          const peer = spawn(process.execPath, [child("lane-process"), name, boardName, engine, String(ticket)], {
            stdio: ["ignore", "inherit", "inherit"],
          });
          const ended = once(peer, "exit");
          const calls = board.counted + 1 + random.below(5000);
          while (board.counted < calls && peer.exitCode === null) await setImmediate();
          peer.kill("SIGKILL");
          // Node has waited for it by then: it is dead.
          await ended;
          const { lanes, blocks } = heap.reclaim(ticket);
          // It may have parked its lane just now.
          expect(lanes).toBeLessThanOrEqual(1);
          expect(blocks).toBeLessThanOrEqual(Board.SLOTS + 2 * kill);
          heap.verify();
        }
        for (const offset of board.offsets) takeOff(heap, offset);
        // Of what each had in its hands: a block not yet on the board; and one not yet freed.
        expect(heap.stats().blocks).toBeLessThanOrEqual(2 * kills);
        heap.verify();
      } finally {
        for (const one of [name, boardName]) Region.unlink(one);
      }
      heap.unmap();
      region.unmap();
    },
  );
});
