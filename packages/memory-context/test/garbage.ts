/** Run with `FLAGS` of `scripts/lib/garbage.ts`: what 300,000 rounds of the hot verbs did to JavaScript's heap, as JSON. */
import { rounds } from "../../../scripts/lib/garbage.ts";
import { MemoryContext } from "../src/index.ts";

const root = new MemoryContext(null, { name: "root", quota: 8 << 20 });
const context = new MemoryContext(root, { name: "child", quota: 4 << 20, soft: 4 << 20 });
const held = new Uint32Array(500);

function churn(rounds: number): void {
  for (let i = 0; i < held.length; i++) held[i] = context.allocate(sizeAt(i));
  let state = 1;
  for (let i = 0; i < rounds; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const at = (state >>> 8) % held.length;
    const p = held[at];
    context.store("u32", p, 8, i);
    if (context.load("u32", p, 8) !== i) throw new Error("not what was stored");
    context.fill(p, 7, 0, 8);
    context.check(context.ref(p));
    context.free(p);
    const q = context.tryAllocate(sizeAt(i));
    held[at] = i % 8 === 0 ? context.reallocate(q, sizeAt(i + 1)) : q;
    if (context.used > context.quota || context.sizeOf(held[at]) < 16) throw new Error("above the quota");
    if (i % 16 === 0) context.resize(held[at], sizeAt(i + 2));
  }
  for (const p of held) context.free(p);
}

function sizeAt(i: number): number {
  const dice = Math.imul(i, 0x9e3779b1) >>> 20;
  return i % 16 !== 0 ? dice & 255 : i % 256 !== 0 ? dice : dice * 8;
}

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 10; i++) churn(50_000);
console.log(JSON.stringify(await rounds(() => churn(300_000))));
