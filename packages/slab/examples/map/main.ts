/**
 * Four threads count words in one hash map. Each entry is a block of one heap: whichever thread meets a word first allocates it, all of them
 * find it and count in it, and in the end the main thread frees what the others made. Nobody ever waits for anybody.
 *
 *     table   a word a bucket: the first entry's offset ──→ entry ──→ entry ──→ 0
 *     entry   next, count, length, letters, a word each
 *
 * The same file in Node, Bun and Deno, and, bundled, in a page.
 */
import { SharedSlabAllocator } from "@ariax/slab";

const THREADS = 4;
const WORDS = 50_000; // in each thread's part of the text
const BUCKETS = 1024;
const [NEXT, COUNT, LENGTH, LETTERS] = [0, 1, 2, 3];

/** What a thread is given. */
interface Task {
  readonly buffer: SharedArrayBuffer;
  readonly ticket: number;
  readonly table: number;
  readonly part: number;
}

// A page has threads built in; Node, Bun and Deno have them in a module.
const node = "process" in globalThis ? await import("node:worker_threads") : undefined;

if (node?.isMainThread ?? "document" in globalThis) await main();
else if (node !== undefined) node.parentPort?.once("message", (task) => node.parentPort?.postMessage(count(task)));
else globalThis.onmessage = ({ data }) => postMessage(count(data));

async function main(): Promise<void> {
  const heap = new SharedSlabAllocator({ capacity: 4 << 20, lanes: THREADS + 1 });
  const buffer = heap.memory.buffer as SharedArrayBuffer;
  const w = new Int32Array(buffer);
  const table = heap.allocate(4 * BUCKETS) / 4;
  w.fill(0, table, table + BUCKETS);
  const parts = Array.from({ length: THREADS }, (_, part) => part);
  const made = await Promise.all(parts.map((part) => start(heap, { buffer, ticket: heap.ticket(), table, part })));
  // Their last messages are here: so all that they have written is seen.

  const expected = new Map<string, number>(); // what one thread counts
  for (const part of parts) for (const word of text(part)) expected.set(word, (expected.get(word) ?? 0) + 1);
  for (let bucket = table; bucket < table + BUCKETS; bucket++) {
    for (let entry = w[bucket]; entry !== 0; ) {
      const at = entry / 4;
      const word = String.fromCharCode(...w.subarray(at + LETTERS, at + LETTERS + w[at + LENGTH]));
      if (w[at + COUNT] !== expected.get(word)) throw new Error(`${word}: ${w[at + COUNT]} of ${expected.get(word)}`);
      const next = w[at + NEXT];
      heap.free(entry); // whoever allocated it
      entry = next;
    }
  }
  heap.free(table * 4);
  heap.verify();
  const entries = made.reduce((sum, n) => sum + n);
  const { blocks } = heap.stats();
  if (entries !== expected.size || blocks !== 0) throw new Error(`${entries} entries were made, ${blocks} blocks left`);
  console.log(
    `${THREADS} threads counted ${THREADS * WORDS} words, ${entries} different ones: all right, nothing left.`,
  );
}

/** Starts a thread. Resolves to what it says in the end. */
function start(heap: SharedSlabAllocator, task: Task): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(import.meta.url);
    if (node === undefined) {
      const worker = new Worker(url, { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(task);
    } else {
      const worker = new node.Worker(url);
      worker.once("message", resolve);
      worker.once("error", reject);
      heap.watch(worker, task.ticket); // whatever becomes of it, the heap is in order
      worker.postMessage(task);
    }
  });
}

/** What a thread does. Returns how many entries it has made. */
function count({ buffer, ticket, table, part }: Task): number {
  const heap = SharedSlabAllocator.attach(buffer, { ticket });
  const w = new Int32Array(buffer);
  let made = 0;
  for (const word of text(part)) made += add(heap, w, table + (hash(word) % BUCKETS), word);
  heap.close(); // the entries stay
  return made;
}

/** Counts a word in its entry: 0. Had it none, in a new one: 1. */
function add(heap: SharedSlabAllocator, w: Int32Array, bucket: number, word: string): number {
  let own = 0;
  for (let first = Atomics.load(w, bucket); ; ) {
    const found = find(w, first, word);
    if (found !== 0) {
      Atomics.add(w, found / 4 + COUNT, 1);
      if (own !== 0) heap.free(own); // another thread was quicker
      return 0;
    }
    own ||= makeEntry(heap, w, word);
    w[own / 4 + NEXT] = first;
    // By this the entry is handed over: who finds it here sees all that was written to it before.
    const now = Atomics.compareExchange(w, bucket, first, own);
    if (now === first) return 1;
    first = now;
  }
}

/** The entry of a word, from one on, or 0. What is read plainly was written before the entry was handed over, and stays. */
function find(w: Int32Array, first: number, word: string): number {
  for (let entry = first; entry !== 0; entry = w[entry / 4 + NEXT]) {
    const at = entry / 4;
    let same = w[at + LENGTH] === word.length;
    for (let i = 0; same && i < word.length; i++) same = w[at + LETTERS + i] === word.charCodeAt(i);
    if (same) return entry;
  }
  return 0;
}

function makeEntry(heap: SharedSlabAllocator, w: Int32Array, word: string): number {
  const entry = heap.allocate(4 * (LETTERS + word.length));
  w[entry / 4 + COUNT] = 1;
  w[entry / 4 + LENGTH] = word.length;
  for (let i = 0; i < word.length; i++) w[entry / 4 + LETTERS + i] = word.charCodeAt(i);
  return entry;
}

function hash(word: string): number {
  let sum = 0;
  for (let i = 0; i < word.length; i++) sum = (Math.imul(sum, 31) + word.charCodeAt(i)) >>> 0;
  return sum;
}

/** A part of the text, the same each time: some of its words come often, most seldom. */
function* text(part: number): Generator<string> {
  for (let i = 0, state = part; i < WORDS; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield `word ${Math.floor(2000 * (state / 2 ** 32) ** 3)}`;
  }
}
