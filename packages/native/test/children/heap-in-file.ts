// Makes a heap in a file, uses it, tells what is in it, and ends; in one of two ways.
import { writeSync } from "node:fs";
import { NativeAllocator, type NativeEngine } from "../../src/index.ts";
import { type Inventory, takeTurn } from "../inventory.ts";

const [file, engine, die] = process.argv.slice(2);
const heap = new NativeAllocator({ capacity: 1 << 22, file, engine: engine as NativeEngine });
let inventory: Inventory = [];
for (let turn = 0; turn < 10; turn++) inventory = takeTurn(heap, inventory, turn);
writeSync(1, JSON.stringify(inventory));
if (die) process.kill(process.pid, "SIGKILL");
else heap.unmap();
