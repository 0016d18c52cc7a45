// Maps until the system refuses, which the caller has made sure of by a limit; then tells what was thrown, and that all is well.
import { MAX_REGION, Region, systemCalls } from "../../src/index.ts";

const regions: Region[] = [];
let error: { name: string; code: string; message: string } | undefined;
let calls = 0;
while (error === undefined && regions.length < 1000) {
  calls = systemCalls();
  try {
    regions.push(Region.map({ bytes: MAX_REGION }));
  } catch (caught) {
    const { name, code, message } = caught as typeof error & object;
    error = { name, code, message };
    calls = systemCalls() - calls;
  }
}
const most = regions.length;
for (const region of regions) region.unmap();
// As much room as before: nothing has leaked.
for (let i = 0; i < most; i++) regions[i] = Region.map({ bytes: MAX_REGION });
process.stdout.write(JSON.stringify({ ...error, calls, some: most > 0 && most < 1000 }));
