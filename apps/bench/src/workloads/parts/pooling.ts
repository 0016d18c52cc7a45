/**
 * What V8's engineers say of pooling (immersive-web/webxr#128), measured: a short-lived object is cheap, or never made; a pool of objects
 * keeps them old, and each write of a reference has a barrier. Three ways to have a record of three numbers:
 *
 *     objects       { x, y, z }, dropped when it is over
 *     object pool   the same objects, kept in an array and used again
 *     records       numbers in columns, by handle: @ariax/metadata-pool
 *
 * for three lives: within one function; for 1,000 others; among 500,000 that stay, one at random replaced each time.
 */
import { MetadataPool } from "@ariax/metadata-pool";
import { observePauses } from "../../worker/pauses.ts";
import { type Figure, figure } from "./figure.ts";

/** What the loops call: `make` and `sum` are what a program does with a record, `end` is its end. */
interface Way<R> {
  readonly make: (i: number) => R;
  readonly sum: (record: R) => number;
  readonly end: (record: R) => void;
  /** Where records are kept: the field is written, with its barrier where there is one. */
  readonly keep: (count: number) => { [index: number]: R };
}

interface Vector {
  x: number;
  y: number;
  z: number;
}

const [SHORT, LONG] = [1000, 500_000];

const objects = (): Way<Vector> => ({
  make: (i) => ({ x: i, y: i + 1, z: i + 2 }),
  sum: (v) => v.x + v.y + v.z,
  end: () => {},
  keep: (count) => new Array<Vector>(count),
});

function objectPool(): Way<Vector> {
  const spare: Vector[] = [];
  return {
    make(i) {
      const v = spare.pop() ?? { x: 0, y: 0, z: 0 };
      v.x = i;
      v.y = i + 1;
      v.z = i + 2;
      return v;
    },
    sum: (v) => v.x + v.y + v.z,
    end: (v) => void spare.push(v),
    keep: (count) => new Array<Vector>(count),
  };
}

function records(): Way<number> {
  const pool = new MetadataPool({ capacity: LONG + SHORT + 1, fields: { x: "i32", y: "i32", z: "i32" } });
  const { x, y, z } = pool.columns;
  type H = ReturnType<typeof pool.acquire>;
  return {
    make(i) {
      const h = pool.acquire();
      const slot = pool.slot(h);
      x[slot] = i;
      y[slot] = i + 1;
      z[slot] = i + 2;
      return h;
    },
    sum(h) {
      const slot = pool.slot(h as H);
      return x[slot]! + y[slot]! + z[slot]!;
    },
    end: (h) => pool.release(h as H),
    keep: (count) => new Int32Array(count),
  };
}

export const WAYS = { objects, "object pool": objectPool, records } as const;

/** One way, for the three lives: ns a record, and what the collector stopped the program for, in ms a million records. */
export async function measurePooling(name: keyof typeof WAYS, quick: boolean): Promise<readonly Figure[]> {
  const way = WAYS[name]() as Way<unknown>;
  // Made when their turn comes: what lives is work for the collector.
  const lives = {
    "in one function": () => within(way),
    "for 1,000 others": () => among(way, SHORT),
    "among 500,000": () => among(way, LONG),
  };
  const figures: Figure[] = [];
  for (const [life, begin] of Object.entries(lives)) {
    const run = begin();
    const rounds = quick ? 2 : 20;
    run(quick ? 100_000 : 2_000_000); // warm
    const pauses = observePauses();
    const start = performance.now();
    // In turns of the loop, so that it is compiled as a function that is called.
    for (let round = 0; round < rounds; round++) run(RECORDS);
    const each = (performance.now() - start) / (rounds * RECORDS);
    const { total, max } = await pauses.stop();
    // The mean: the pauses are in it.
    figures.push(figure(`${life}: a record`, 1e6 * each, "ns"));
    figures.push(figure(`${life}: pauses for 1,000,000`, (1e9 * total) / (rounds * RECORDS), "µs"));
    figures.push(figure(`${life}: longest pause`, 1e3 * max, "µs"));
  }
  return figures;
}

/** Records of one round. */
const RECORDS = 500_000;

/** Made, used and ended at once. Each life has a loop of its own: two kinds of record never meet in a process. */
function within<R>({ make, sum, end }: Way<R>): (records: number) => number {
  return (records) => {
    let total = 0;
    for (let i = 0; i < records; i++) {
      const record = make(i & 1023);
      total = (total + sum(record)) | 0;
      end(record);
    }
    return total;
  };
}

/** One of `count` is read, ended and replaced: the next one, or, of many, one at random. */
function among<R>({ make, sum, end, keep }: Way<R>, count: number): (records: number) => number {
  const live = keep(count);
  for (let i = 0; i < count; i++) live[i] = make(i);
  let at = 0;
  return (records) => {
    let total = 0;
    for (let i = 0; i < records; i++) {
      // A full period of 2³², of which the high bits are good enough.
      at = (Math.imul(at, 1_664_525) + 1_013_904_223) | 0;
      const index = count === SHORT ? i % SHORT : (at >>> 1) % count;
      const old = live[index]!;
      total = (total + sum(old)) | 0;
      end(old);
      live[index] = make(i & 1023);
    }
    return total;
  };
}
