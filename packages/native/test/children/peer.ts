// The other side of shared memory: opens it, adds to what it finds by Atomics, and tells what it saw.
import { Region } from "../../src/index.ts";

const [how, where] = process.argv.slice(2);
const region =
  how === "name" ? Region.open({ name: where }) : Region.map({ file: how === "descriptor" ? Number(where) : where });
const words = new Int32Array(region.buffer);
const saw = words[0];
words[1] = saw + 1;
for (let i = 0; i < 10_000; i++) Atomics.add(words, 2, 1);
Atomics.store(words, 3, 1);
// Until the parent's answer is seen: it writes while both are alive.
const deadline = Date.now() + 10_000;
while (Atomics.load(words, 4) === 0 && Date.now() < deadline) Atomics.add(words, 5, 1);
process.stdout.write(JSON.stringify({ saw, bytes: region.byteLength, answer: Atomics.load(words, 4) }));
region.unmap();
