/**
 * Threads are killed while they work, and others come: who starts them looks on, and keeps account. A thread is killed once all have taken
 * so many steps, wherever it is in that moment.
 */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { type Lost, SharedSlabAllocator } from "../../src/index.ts";
import { random } from "../heaps.ts";
import { HAND, PAUSE, STEPS, STOP, SWAPS, seatAt, swapAt, TARGET, tell } from "./board.ts";
import { takeHand } from "./juggler.ts";
import { Stamped } from "./stamped.ts";
import { bundled, start, teamOf } from "./team.ts";

export interface Storm {
  readonly kills: number;
  readonly threads: number;
  readonly seed: number;
  /** Others rest while one is reclaimed, so that it can be said which blocks are known: none is lost then. */
  readonly keep: boolean;
}

export interface Account {
  /** Threads that had a lane when they were killed; others were on their way to it. */
  readonly lanes: number;
  /** Blocks that nobody knows of at the end. */
  readonly lost: number;
  /** As many may be: one for each thread that was killed, two where it was moving one. */
  readonly most: number;
}

/** Runs it; throws where a thread finds something wrong, or the heap is not in order at the end. */
export async function storm({ kills, threads, seed, keep }: Storm): Promise<Account> {
  const heap = new SharedSlabAllocator({ capacity: 2 ** 20, maxCapacity: 2 ** 26, lanes: threads + 2 });
  const { hand: words } = seatAt(threads + 1);
  const team = teamOf(heap, threads, 0, words);
  const { board } = team;
  const stamped = new Stamped(heap, new Int32Array(team.ledger), 127);
  const next = random(seed);
  const code = await bundled("storm.ts");
  let lanes = 0;
  let most = 0;
  let inbox: (said: unknown) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => {});

  /** What the threads that live know, while they rest. */
  const known = (): Set<number> => {
    const all = new Set(board.subarray(swapAt(0), swapAt(SWAPS)));
    for (let thread = 1; thread <= threads; thread++) {
      for (const offset of board.subarray(seatAt(thread).hand, seatAt(thread).hand + HAND)) all.add(offset);
    }
    return new Set([...all].map((offset) => offset >>> 0));
  };

  const reclaimKept = async (ticket: number, thread: number): Promise<Lost> => {
    const pause = Atomics.load(board, PAUSE) + 1;
    const resting = new Promise<void>((resolve) => {
      let others = threads - 1;
      inbox = (said) => void (said === `paused ${pause}` && --others === 0 && resolve());
    });
    Atomics.store(board, PAUSE, pause);
    await Promise.race([resting, failed]);
    const { intent } = seatAt(thread);
    const mine = [...takeHand(board, thread), board[intent] >>> 0, board[intent + 1] >>> 0];
    const all = known();
    const lost = heap.reclaim(ticket, {
      keep: (offset) => {
        if (!all.has(offset)) stamped.ledger[offset >>> 3] = 0;
        return all.has(offset);
      },
    });
    // Of other lanes' blocks: what it held, and what it was about to free, or to get.
    for (const offset of [...mine, lost.inFlight]) {
      if (offset === 0 || all.has(offset)) continue;
      stamped.ledger[offset >>> 3] = 0;
      try {
        heap.free(offset);
      } catch (error) {
        if (!/^ERR_(DOUBLE|INVALID)_FREE$/.test((error as { code: string }).code)) throw error;
      }
    }
    heap.verifyLane();
    tell(board, PAUSE, pause + 1);
    return lost;
  };

  interface Seat {
    readonly worker: Worker;
    /** Its lane was reclaimed. */
    readonly ended: Promise<Lost>;
    /** It has said something: it is not only on its way. */
    readonly works: () => boolean;
  }
  let started = 0;
  const sit = (thread: number): Seat => {
    const ticket = heap.ticket();
    const worker = start(team, code, { thread, ticket, seed: seed * 1000 + started++ });
    let works = false;
    worker.on("message", (said) => {
      works = true;
      inbox(said);
    });
    worker.on("error", fail);
    const ended = keep
      ? once(worker, "exit").then(() =>
          Atomics.load(board, STOP) === 0 ? reclaimKept(ticket, thread) : heap.reclaim(ticket),
        )
      : new Promise<Lost>((resolve) => heap.watch(worker, ticket, resolve));
    return { worker, ended, works: () => works };
  };
  const seats = Array.from({ length: threads }, (_, i) => sit(i + 1));

  try {
    for (let kill = 0; kill < kills; kill++) {
      const target = Atomics.load(board, STEPS) + 1 + next(20_000);
      const there = new Promise<void>((resolve) => {
        inbox = (said) => void (said === target && resolve());
      });
      Atomics.store(board, TARGET, target);
      await Promise.race([there, failed]);
      // At times one that has yet to attach.
      const among = seats.filter(({ works }) => next(5) === 0 || works());
      const thread = 1 + seats.indexOf(among[next(among.length)]);
      const { worker, ended } = seats[thread - 1];
      void worker.terminate();
      const lost = await Promise.race([ended, failed]);
      lanes += lost.lanes;
      most += 1 + Atomics.exchange(board, seatAt(thread).moves, 0);
      // What it is known to have held is somebody else's now.
      for (const offset of takeHand(board, thread)) stamped.give(offset);
      board.fill(0, seatAt(thread).intent, seatAt(thread).moves);
      seats[thread - 1] = sit(thread);
    }
    tell(board, STOP, 1);
    await Promise.race([Promise.all(seats.map(({ ended }) => ended)), failed]);
  } finally {
    await Promise.all(seats.map(({ worker }) => worker.terminate()));
  }
  for (let thread = 1; thread <= threads; thread++) for (const offset of takeHand(board, thread)) stamped.give(offset);
  for (const offset of board.subarray(swapAt(0), swapAt(SWAPS))) if (offset !== 0) stamped.give(offset >>> 0);
  heap.verify();
  if (heap.lateDoubleFrees !== 0) throw new Error(`${heap.lateDoubleFrees} blocks were freed twice`);
  return { lanes, lost: heap.stats().blocks, most };
}
