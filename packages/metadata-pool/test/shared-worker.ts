/**
 * One thread of `shared-workers.test.ts`: acquires, releases and hands over records at random, and checks its stamp in each that it
 * releases. It begins once all have come, and works until it has done its operations, or `stop` is set; or until it is terminated.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type Handle, SharedMetadataPool } from "../src/index.ts";

export const FIELDS = { owner: "u32", serial: "u32", sum: "f64" } as const;

export interface Job {
  readonly buffer: SharedArrayBuffer;
  readonly ticket: number;
  /** Handles on their way from one thread to another, or 0. */
  readonly mail: Int32Array;
  /** How many are here; whether to stop. */
  readonly control: Int32Array;
  readonly threads: number;
  readonly operations: number;
  readonly hold: number;
  readonly seed: number;
}

export interface Report {
  readonly done: number;
  readonly faults: string[];
  /** Records got from another, and those that were gone, as that had died. */
  readonly adopted: number;
  readonly stale: number;
}

type H = Handle<typeof FIELDS>;

const { buffer, ticket, mail, control, threads, operations, hold, seed } = workerData as Job;
const pool = SharedMetadataPool.attach(buffer, { ticket, fields: FIELDS });
const { owner, serial, sum } = pool.fields;
const held: H[] = [];
const faults: string[] = [];
let [done, adopted, stale, state] = [0, 0, 0, seed];

function random(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}

function stamp(h: H): void {
  owner.set(h, ticket);
  serial.set(h, ++done);
  sum.set(h, ticket * 2 ** 32 + done);
}

/** Whether what is in the record was written as one, by `by`. */
function check(h: H, by?: number): void {
  const [o, s] = [owner.get(h), serial.get(h)];
  if (sum.get(h) !== o * 2 ** 32 + s || (by !== undefined && o !== by)) faults.push(`${h} is ${o}'s, ${s}`);
}

function drop(): H {
  const at = random(held.length);
  const h = held[at];
  held[at] = held[held.length - 1];
  held.pop();
  check(h, ticket);
  return h;
}

function take(h: H): void {
  if (h === 0) return;
  try {
    pool.adopt(h);
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_STALE_HANDLE") throw error;
    stale++;
    return;
  }
  adopted++;
  check(h);
  stamp(h);
  held.push(h);
}

Atomics.add(control, 0, 1);
Atomics.notify(control, 0);
for (let here = 0; here < threads; here = Atomics.load(control, 0)) Atomics.wait(control, 0, here);

try {
  for (let n = 1; n !== operations && Atomics.load(control, 1) === 0; n++) {
    const kind = random(10);
    if (held.length > 0 && (held.length >= hold || kind < 4)) pool.release(drop());
    else if (held.length > 0 && kind === 4) take(Atomics.exchange(mail, random(mail.length), drop()) as H);
    else if (kind === 5) take(Atomics.exchange(mail, random(mail.length), 0) as H);
    else {
      const h = pool.tryAcquire();
      if (h === 0) continue;
      stamp(h);
      held.push(h);
    }
    if (n % 1000 === 0) parentPort!.postMessage(n);
  }
  while (held.length > 0) pool.release(drop());
  pool.close();
} catch (error) {
  faults.push(String(error));
}
parentPort!.postMessage({ done, faults, adopted, stale } satisfies Report);
