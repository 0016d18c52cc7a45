// Reads one byte of a region, from C, at the offset in the first argument: beyond an end there is the guard page.
import { addon } from "../../src/addon.ts";

const handle = addon().map(8192, process.argv[3] !== "unguarded", false);
const buffer = addon().buffer(handle);
process.stdout.write(`mapped ${buffer?.byteLength}\n`);
process.stdout.write(`read ${addon().peek(handle, Number(process.argv[2]))}\n`);
