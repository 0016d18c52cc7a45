// A process that works on a heap in memory that others have mapped too, until it is killed or is to stop.
import { SharedSlabAllocator } from "@ariax/slab";
import { STOP } from "../../../slab/test/threads/board.ts";
import { Juggler } from "../../../slab/test/threads/juggler.ts";
import { Region } from "../../src/index.ts";
import { parts } from "../parts.ts";

const [file, ticket, process_, seed] = process.argv.slice(2);
const { buffer, ledger, board } = parts(Region.map({ file }));
const heap = SharedSlabAllocator.attach(buffer, { ticket: Number(ticket) });
const juggler = new Juggler(heap, ledger, board, Number(process_), Number(seed));
while (Atomics.load(board, STOP) === 0) juggler.step();
juggler.end();
