/** Run with `FLAGS` of `scripts/lib/garbage.ts`: a million verbs on a pager, of those that scheduling calls for tokens and blocks, and what they did to the heap, as JSON. */
import { rounds } from "../../../scripts/lib/garbage.ts";
import { EVENT_WORDS, KvPager, type Sequence } from "../src/index.ts";

const pager = new KvPager({ blocks: 600, blockTokens: 4, seed: "garbage", events: true, tenants: 2, sequences: 64 });
const prompt = Array.from({ length: 101 }, (_, i) => i);
const waiting = Array.from({ length: 8 }, (_, i) => pager.open({ tokens: prompt, tenant: i % 2 === 0 ? "a" : "b" }));
const large = pager.open({ tokens: Array.from({ length: 4000 }, (_, i) => i + 1000) });
const out = new Int32Array(EVENT_WORDS * 64);
const table = new Int32Array(64);
const nothing = () => {};
/** What is read, so that it is not left out. */
let sum = 0;

/** A whole hit; then tokens, some of them speculative, and new blocks for them, in two sequences that share the beginning. */
function serve(prototype: Sequence, token: number): number {
  const first = pager.fork(prototype); // which waits, and so does this one: it has no blocks yet
  const computed = pager.computed(first);
  if (!pager.allocateSlots(first, prompt.length - computed, 2)) throw new Error("no slots");
  sum += pager.readTable(first, table);
  const second = pager.fork(first);
  for (let k = 0; k < 12; k++) {
    decode(first, token);
    decode(second, k);
  }
  pager.moves(nothing);
  pager.close(first);
  pager.close(second);
  return 6 + 12 * 2 * 5;
}

function decode(sequence: Sequence, token: number): void {
  for (let i = 0; i < 3; i++) pager.append(sequence, token + i);
  pager.rewind(sequence, 1);
  pager.commit(sequence, 2);
}

function churn(verbs: number): void {
  for (let done = 0; done < verbs; ) {
    for (let i = 0; i < waiting.length; i++) done += serve(waiting[i], done);
    // Refused, as it is too large.
    if (pager.allocateSlots(large, 4000)) throw new Error("600 blocks are not 1000");
    while (pager.events.take(out) > 0) sum += out[0];
    pager.advance();
  }
}

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(20_000);
const { lost } = pager.events;
console.log(JSON.stringify(await rounds(() => churn(200_000))));
if (lost > 0 || sum === 0) throw new Error(`${lost} events were lost`);
pager.verify();
