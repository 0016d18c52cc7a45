// A process that nobody here has started: it finds a heap in a file, draws a ticket, says who it is, and works until it is killed. Now and then it looks
// whether others are dead.
import { SharedSlabAllocator } from "@ariax/slab";
import { STOP } from "../../../slab/test/threads/board.ts";
import { Juggler } from "../../../slab/test/threads/juggler.ts";
import { holdLock, NativeSharedAllocator, Region, reclaimDead } from "../../src/index.ts";
import { parts, seatOf } from "../parts.ts";

const [file, lock, engine, seat, seed] = process.argv.slice(2);
const region = Region.map({ file });
const { buffer, ledger, board } = parts(region);
const [ticketAt, pidAt] = seatOf(Number(seat));
const ticket = Atomics.load(board, ticketAt);
let heap: SharedSlabAllocator;
if (engine === "c") {
  heap = NativeSharedAllocator.attach(region, { ticket, lock });
} else {
  holdLock(region, { ticket, lock });
  heap = SharedSlabAllocator.attach(buffer, { ticket });
}
const juggler = new Juggler(heap, ledger, board, Number(seat), Number(seed));
Atomics.store(board, pidAt, process.pid);
for (let i = 1; Atomics.load(board, STOP) === 0; i++) {
  juggler.step();
  if (i % 200 === 0) reclaimDead(heap, lock);
}
juggler.end();
