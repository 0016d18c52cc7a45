/**
 * A C program whose heap JavaScript looks into. words.c counts words; its malloc and free are AriaX's (c/malloc.c), so the
 * same blocks can be allocated and freed from here, by the engine in TypeScript, or by that in WebAssembly.
 *
 *     node packages/wasm/examples/words/main.ts
 */
import { readFileSync } from "node:fs";
import { formatStats } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";

/** What words.c exports. A pointer is an offset into its memory. */
interface Program {
  readonly memory: WebAssembly.Memory;
  heap(): number;
  words_make(): number;
  words_add(words: number, text: number, length: number): number;
  words_count(words: number): number;
  words_report(words: number, top: number): number;
  words_free(words: number): void;
}

const bytes = readFileSync(new URL("words.wasm", import.meta.url));
const { instance } = await WebAssembly.instantiate(bytes);
const program = instance.exports as unknown as Program;

// The program makes its heap behind its own data and stack; the engine in TypeScript opens it there.
const heap = SlabAllocator.attach(program.memory, program.heap());
const words = program.words_make();

/** A string for the program: in a block that is allocated here. Its buffer is asked for behind the allocation, which may grow it. */
function passIn(text: string): { offset: number; length: number } {
  const utf8 = new TextEncoder().encode(text);
  const offset = heap.allocate(utf8.length);
  new Uint8Array(heap.memory.buffer, offset, utf8.length).set(utf8);
  return { offset, length: utf8.length };
}

/** A string of the program's, which is taken over: what C allocated is freed here. */
function takeOut(offset: number): string {
  const block = new Uint8Array(heap.memory.buffer, offset, heap.sizeOf(offset));
  const text = new TextDecoder().decode(block.slice(0, block.indexOf(0)));
  heap.free(offset);
  return text;
}

// Ten thousand different words, and a sentence: the program's memory grows, from there and from here.
const letters = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
for (let chapter = 0; chapter < 10; chapter++) {
  const names = Array.from({ length: 1000 }, (_, i) => letters(1000 * chapter + i));
  const text = passIn(`${names.join(" ")} The heap is one: the heap of the program, and the heap of its host.`);
  if (program.words_add(words, text.offset, text.length) === 0) throw new Error("the program's memory is full");
  heap.free(text.offset);
}
console.log(`${program.words_count(words)} words. The most frequent:`);
console.log(takeOut(program.words_report(words, 5)));

console.log(formatStats(heap.stats()));
heap.verify(); // every invariant of a heap that C and TypeScript have changed in turns

// A third engine, over the same heap: the one of this package.
const wasm = WasmAllocator.attachSync(program.memory, program.heap());
const before = wasm.stats().blocks;
program.words_free(words);
console.log(`\n${before} blocks were live; the program has freed all but ${wasm.stats().blocks}.`);
wasm.verify();

// What is free, C can't free again, and neither can we.
try {
  heap.free(words);
} catch (error) {
  console.log((error as Error).message);
}
