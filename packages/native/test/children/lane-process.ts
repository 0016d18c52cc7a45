// A process with a lane of a heap in shared memory, which works until it is killed: packages/wasm/test/board.ts.
import { SharedSlabAllocator } from "@ariax/slab";
import { Board, work } from "../../../wasm/test/board.ts";
import { NativeSharedAllocator, Region } from "../../src/index.ts";

const [name, board, engine, ticket] = process.argv.slice(2);
const region = Region.open({ name });
const options = { ticket: Number(ticket) };
const heap =
  engine === "c" ? NativeSharedAllocator.attach(region, options) : SharedSlabAllocator.attach(region.buffer, options);
work(heap, new Board(Region.open({ name: board }).buffer), { threads: 1, rounds: 1e9 });
