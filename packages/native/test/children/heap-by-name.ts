// The other of two processes that use a heap in turns: a line in is its turn, a line out is the other's.
import { createInterface } from "node:readline";
import { NativeAllocator, type NativeEngine, Region } from "../../src/index.ts";
import { type Inventory, takeTurn } from "../inventory.ts";

const [name, engine] = process.argv.slice(2);
const heap = NativeAllocator.attach(Region.open({ name }), 0, { engine: engine as NativeEngine });
for await (const line of createInterface({ input: process.stdin })) {
  const { inventory, seed } = JSON.parse(line) as { inventory: Inventory; seed: number };
  process.stdout.write(`${JSON.stringify(takeTurn(heap, inventory, seed))}\n`);
}
