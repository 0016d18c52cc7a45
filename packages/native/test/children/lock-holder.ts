// A process that holds a lock, and starts another one, which outlives it.
import { spawn } from "node:child_process";
import { NativeSharedAllocator, Region } from "../../src/index.ts";

const [file, lock] = process.argv.slice(2);
const heap = NativeSharedAllocator.attach(Region.map({ file }), { lock });
heap.allocate(100);
const other = spawn("sleep", ["60"], { stdio: "ignore", detached: true });
console.log(heap.holder, process.pid, other.pid);
setInterval(() => {}, 1000);
