// A worker thread: opens shared memory by name, maps some of its own and leaves that mapped.
import { parentPort, workerData } from "node:worker_threads";
import { Region } from "../../src/index.ts";

const { name, file } = workerData as { name: string; file: string };
const words = new Int32Array(Region.open({ name }).buffer);
for (let i = 0; i < 10_000; i++) Atomics.add(words, 0, 1);
const own = Region.map({ file, bytes: 8192 });
new Uint8Array(own.buffer)[0] = 9;
parentPort?.postMessage({ first: new Uint8Array(own.buffer)[0] });
