// The other side of shared memory: opens it, adds to what it finds by Atomics, and tells what it saw, a line for each step.
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { Region } from "../../src/index.ts";

const [how, where] = process.argv.slice(2);
const region =
  how === "name" ? Region.open({ name: where }) : Region.map({ file: how === "descriptor" ? Number(where) : where });
const words = new Int32Array(region.buffer);
const saw = words[0];
words[1] = saw + 1;
process.stdout.write("begins\n");
for (let i = 0; i < 10_000; i++) Atomics.add(words, 2, 1);
process.stdout.write("has added\n");
// Until the parent's answer is seen, or it is gone. There is no Atomics.wait for memory that is no SharedArrayBuffer.
let alone = false;
void once(process.stdin.resume(), "end").then(() => (alone = true));
while (Atomics.load(words, 3) === 0 && !alone) await setImmediate();
process.stdout.write(`${JSON.stringify({ saw, bytes: region.byteLength, answer: Atomics.load(words, 3) })}\n`);
region.unmap();
process.stdin.destroy();
