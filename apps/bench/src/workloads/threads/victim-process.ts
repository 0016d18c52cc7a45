/** A process of `stopped-process.ts`: it works until it is killed. */
import { holdLock, Region } from "@ariax/native";
import { SharedSlabAllocator } from "@ariax/slab";
import { partsOf } from "./mapped.ts";
import { stepOf, workOn } from "./steps.ts";

const [file, lock, drawn, number] = process.argv.slice(2) as [string, string, string, string];
const [ticket, thread] = [Number(drawn), Number(number)];
const region = Region.map({ file });
const { control, callOf, ring } = partsOf(region);
holdLock(region, { ticket, lock });
const heap = SharedSlabAllocator.attach(region.buffer, { ticket });
const step = stepOf({ heap, thread, ring, call: callOf(thread) });
for (let i = 0; i < 1000; i++) step();
process.stdout.write("ready\n", () => {
  if (thread === 0) workOn(step, control);
  for (;;) step();
});
