/** Goes on with a pager that another thread has made: decodes, offloads, and says which blocks the sequence has. */
import { parentPort, workerData } from "node:worker_threads";
import { KvPager, type Sequence, type Ticket } from "../src/index.ts";

const { buffer, sequence } = workerData as { buffer: SharedArrayBuffer; sequence: Sequence };
const pager = KvPager.attach(buffer);
for (let i = 0; i < 4; i++) pager.append(sequence, i);
pager.commit(sequence);
pager.done(pager.offload([...pager.table(sequence)].slice(0, 2), "host") as Ticket);
pager.quota("b", 3);
parentPort!.postMessage([...pager.table(sequence)]);
