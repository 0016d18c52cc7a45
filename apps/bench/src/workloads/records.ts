/** Small records of four fields: what making, filling and releasing one costs. A batch is `BATCH` units. */
import { random } from "../random.ts";

export const BATCH = 1000;
export const CAPACITY = 10_000;

/** What every pool of records offers the loops. `H` is a handle or the record itself. */
export interface Records<H = unknown> {
  /** A record with its four fields written. */
  make(id: number): H;
  /** The sum of two of its fields. */
  read(handle: H): number;
  release(handle: H): unknown;
}

/** As `BitWork`: `prepare` returns the batch to time, and what a batch returns is checked to be `expected`. */
export interface RecordWork {
  readonly expected: number;
  prepare(records: Records): () => number;
}

/** One record at a time: made, read, released. */
export const pair: RecordWork = {
  expected: (BATCH * (BATCH - 1)) / 2 + BATCH,
  prepare: (records) => () => {
    let sum = 0;
    for (let i = 0; i < BATCH; i++) {
      const record = records.make(i);
      sum += records.read(record);
      records.release(record);
    }
    return sum;
  },
};

/** All 10,000 live, replaced at random. */
export const churn: RecordWork = {
  expected: (BATCH * (BATCH - 1)) / 2 + BATCH,
  prepare(records) {
    const next = random(2);
    const order = Int32Array.from({ length: 1 << 16 }, () => next(CAPACITY));
    const live: unknown[] = Array.from({ length: CAPACITY }, (_, i) => records.make(i));
    let at = 0;
    return () => {
      let sum = 0;
      for (let i = 0; i < BATCH; i++) {
        const s = order[(at = (at + 1) & 0xffff)]!;
        records.release(live[s]);
        const record = records.make(i);
        sum += records.read(record);
        live[s] = record;
      }
      return sum;
    };
  },
};
