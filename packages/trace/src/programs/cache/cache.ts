/**
 * A cache of values of many sizes within a budget of bytes: what was asked for least recently goes first. Few keys are asked for
 * often, most seldom; some values grow, some are deleted.
 *
 *     entry   20 + its length   key │ the newer one, the older one │ length, room │ the value
 */
import { beginProgram, programOf } from "../begin.ts";
import type { Program, ProgramKind, ProgramOptions } from "../program.ts";
import { cacheInHeap } from "./heap.ts";
import { cacheInMap } from "./map.ts";
import { type CacheStore, MISSED } from "./store.ts";

export interface CacheOptions extends ProgramOptions {
  /** Different keys, at most 2²⁴. */
  keys?: number | undefined;
  /** KiB of values that the cache may hold, at most 2²⁰. */
  kib?: number | undefined;
}

/** Bytes of a value: as they are loaded, and what is appended at a time; none is longer than `MOST`. */
const LEAST = 64;
const LARGE = 4096;
const APPENDED = 64;
const MOST = 8192;
/** The part of requests that are not only reads: that append, and that delete. */
const APPEND = 0.08;
const DELETE = 0.04;

/** A step is a request. */
function serve(makeStore: (keys: number) => CacheStore, options: CacheOptions): Program {
  const { random, tally, keys, kib } = beginProgram(options, { keys: [1 << 16, 2 ** 24], kib: [2048, 2 ** 20] });
  const store = makeStore(keys);
  const budget = 1024 * kib;
  let held = 0;

  const evict = (): void => {
    const length = store.oldestLength();
    held -= length;
    tally.end(store.evict());
  };
  /** One of eight for half of the requests, and so on. */
  const key = (): number => {
    const draw = random.unit();
    return Math.floor(draw * draw * draw * keys);
  };
  const step = (): void => {
    const asked = key();
    const draw = random.unit();
    const read = store.get(asked);
    if (read === MISSED) {
      const length = 4 * (random.inverseSquare(LEAST, LARGE) >> 2);
      store.put(asked, length);
      held += length;
      tally.made++;
    } else {
      tally.read(read);
      if (draw < DELETE) {
        held -= store.lengthOf(asked);
        tally.end(store.remove(asked));
      } else if (draw < DELETE + APPEND && store.lengthOf(asked) <= MOST - APPENDED) {
        // By half of its room at least, as buffers grow: most appends find some.
        if (store.append(asked, APPENDED)) tally.resized++;
        held += APPENDED;
      }
    }
    while (held > budget) evict();
  };
  const end = (): void => {
    while (tally.ended < tally.made) evict();
  };
  return programOf(tally, step, end, store.follow);
}

export const cacheProgram: ProgramKind<CacheOptions> = {
  name: "cache",
  what: "a cache of values of many sizes within a budget: the least recently used goes first",
  step: "a request",
  capacity: 2 ** 23,
  over: (heap, options = {}) => serve((keys) => cacheInHeap(heap, keys), options),
  collected: (options = {}) => serve(cacheInMap, options),
};
