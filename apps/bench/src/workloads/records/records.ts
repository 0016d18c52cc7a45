/** Small records of four fields: what making, filling and releasing one costs. A batch is `BATCH` units. */
import { random } from "../../base/random.ts";
import type { RecordWorkload } from "../workload.ts";

export const BATCH = 1000;
export const CAPACITY = 10_000;

type RecordWork = RecordWorkload["work"];

/** One record at a time: made, read, released. */
const pair: RecordWork = {
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
const churn: RecordWork = {
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

const records = (name: string, what: string, work: RecordWork): RecordWorkload => ({
  ...{ kind: "records", group: "records", level: "default", name, unit: "pair", what, work },
});

export const RECORD_WORKLOADS: readonly RecordWorkload[] = [
  records("record-pairs", "one record of four fields: made, filled, read, released", pair),
  records("record-churn", "10,000 live, replaced at random", churn),
];
