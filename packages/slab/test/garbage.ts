/** Run with `FLAGS` of `scripts/lib/garbage.ts`: one million allocate+free pairs, and what they did to JavaScript's heap, as JSON. */
import { rounds } from "../../../scripts/lib/garbage.ts";
import { SlabAllocator } from "../src/index.ts";
import { churn } from "./churn.ts";

const heap = new SlabAllocator({ capacity: 16 << 20 });

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(heap, 100_000);
console.log(JSON.stringify(await rounds(() => churn(heap, 1_000_000))));
