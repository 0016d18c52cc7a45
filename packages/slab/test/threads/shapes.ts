/**
 * What a thread of a team does: the shapes by which allocators for threads are compared, for a fixed number of blocks.
 *
 *     larson     blocks bleed: a thread replaces those of an array, one by one, and the next thread goes on with the array
 *     xmalloc    all frees are remote: each thread frees what the one before it has allocated
 *     mstress    blocks migrate through cells that all share; the threads end, and others come
 *     producer   allocates; and consumer frees
 *
 * Where a thread waits, it is for another's blocks: never in the heap.
 */
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "../../src/index.ts";
import { random } from "../heaps.ts";
import { CELLS, LOOKS, type Member, PRODUCED, RING, RING_WORDS, tell, waitFor, waitWhile } from "./board.ts";
import { Stamped } from "./stamped.ts";

const { shape, buffer, ledger, board: words, ticket, thread, threads, seed, rounds } = workerData as Member;
const board = new Int32Array(words);
const heap = SharedSlabAllocator.attach(buffer, { ticket });
const stamped = new Stamped(heap, new Int32Array(ledger), thread);
const next = random(seed);

/** Room for a stamp; mostly small, at times of pages. */
function size(): number {
  const dice = next(100);
  return 8 + next(dice < 70 ? 200 : dice < 95 ? 3000 : dice < 99 ? 20000 : 200_000);
}

/** As take, but that there must be room. */
function take(bytes: number): number {
  const offset = stamped.take(bytes);
  if (offset === 0) throw new Error(`thread ${thread} found no room for ${bytes} bytes`);
  return offset;
}

/** As many arrays as threads; words 0 … say how often each was gone through. In each round a thread has the array after its last one. */
function larson(): number {
  for (let round = 0; round < rounds; round++) {
    const array = (thread - 1 + round) % threads;
    waitFor(board, array, round);
    const cells = board.subarray(threads + array * CELLS, threads + (array + 1) * CELLS);
    for (let i = 0; i < 4 * CELLS; i++) {
      const at = next(CELLS);
      if (cells[at] !== 0 && next(8) === 0) {
        const moved = stamped.change(cells[at] >>> 0, size());
        if (moved !== 0) cells[at] = moved;
        continue;
      }
      if (cells[at] !== 0) stamped.give(cells[at] >>> 0);
      cells[at] = take(size());
    }
    heap.verifyLane();
    tell(board, array, round + 1);
  }
  return 0;
}

/** Puts a block into a ring; false where it is full. */
function put(ring: number, offset: number): boolean {
  const count = board[ring];
  if (count - Atomics.load(board, ring + 1) === RING) return false;
  board[ring + 2 + (count % RING)] = offset;
  tell(board, ring, count + 1);
  return true;
}

/** A block out of a ring, or 0 where it is empty. */
function get(ring: number): number {
  const count = board[ring + 1];
  if (count === Atomics.load(board, ring)) return 0;
  const offset = board[ring + 2 + (count % RING)] >>> 0;
  tell(board, ring + 1, count + 1);
  return offset;
}

/** A ring from each thread to the next one: of them all, one is always not full, or another one not empty. */
function xmalloc(): number {
  const out = (thread - 1) * RING_WORDS;
  const into = ((thread + threads - 2) % threads) * RING_WORDS;
  for (let made = 0, freed = 0, block = 0; made < rounds || freed < rounds; ) {
    let idle = true;
    const taken = board[out + 1];
    if (made < rounds) {
      if (block === 0) block = take(size());
      if (put(out, block)) {
        made++;
        block = 0;
        idle = false;
      }
    }
    const put_ = Atomics.load(board, into);
    const got = freed < rounds ? get(into) : 0;
    if (got !== 0) {
      stamped.give(got);
      freed++;
      idle = false;
    }
    if (idle) {
      // The ring out is full, and will be taken from; or all is made, and something is to come.
      if (made < rounds) waitWhile(board, out + 1, taken);
      else waitWhile(board, into, put_);
    }
  }
  return 0;
}

/** Blocks of its own, and blocks put into cells for what lies there; its own are freed at the end. */
function mstress(): number {
  const own: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const dice = next(100);
    if (dice < 40) own.push(take(size()));
    else if (dice < 75) {
      const got = Atomics.exchange(board, next(CELLS), own.pop() ?? 0) >>> 0;
      if (got !== 0) own.push(got);
    } else if (own.length > 0) {
      const at = next(own.length);
      [own[at], own[own.length - 1]] = [own[own.length - 1], own[at]];
      stamped.give(own.pop() as number);
    }
    if (i % 4096 === 0) heap.park();
  }
  for (const offset of own) stamped.give(offset);
  return 0;
}

/** Makes blocks of few sizes for the consumer, and looks what the heap needs for them. The most bytes it had. */
function producer(): number {
  let most = 0;
  for (let made = 0; made < rounds; ) {
    const taken = Atomics.load(board, 1);
    if (made - taken === RING) {
      waitWhile(board, 1, taken);
      continue;
    }
    put(0, take(PRODUCED[next(PRODUCED.length)]));
    made++;
    if (made % (rounds / LOOKS) === 0) most = Math.max(most, heap.stats().reserved);
  }
  return most;
}

function consumer(): number {
  for (let freed = 0; freed < rounds; ) {
    const there = Atomics.load(board, 0);
    const got = get(0);
    if (got === 0) waitWhile(board, 0, there);
    else {
      stamped.give(got);
      freed++;
    }
  }
  return 0;
}

const SHAPES = { larson, xmalloc, mstress, producer: () => (thread === 1 ? producer() : consumer()) };

const most = SHAPES[shape]();
heap.verifyLane();
const late = heap.lateDoubleFrees;
heap.close();
parentPort?.postMessage({ most, late });
