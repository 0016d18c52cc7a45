/**
 * What a package adds to a web page: bundled with all it needs, minified, brotli. The bytes are the same on every machine,
 * so they are gated; raise a ceiling only with a reason beside it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { rolldown } from "rolldown";

/** What is imported, and the most bytes it may take. */
export interface Budget {
  /** Or an entry of one. */
  readonly package: string;
  readonly names: string;
  readonly ceiling: number;
}

export const BUDGETS: readonly Budget[] = [
  // Of each that stands on the contract, 90 say what a size exceeds, what waits, and that a WebAssembly.Memory has grown.
  // Some 500 of each are what it says when it is printed or sent, and the numbers of out-of-memory errors.
  // 450 of it say by code what was refused: any value, words that are gone, a host without memory. Then 80: strings quoted, and how many
  // words were too few.
  { package: "@ariax/bitset", names: "{ BitSet }", ceiling: 2430 },
  // The goal was 4,000. Verify with its messages is 1,150 of it, opening and checking a heap 1,000, stats 570, all kinds of
  // memory 500, errors and argument checks of the contract 1,100: all of them methods of the class, or thrown by them. Since then 1,200:
  // options that are read once and refused by name, what a host lacks or refuses, buffers that shrink, grow in steps or are none,
  // stats that are none. Then 1,400: classes' stacks with their checks 500, many blocks at once 400, runs that fit best 400. Then 360, as
  // all of that is given the lane it works for: a heap without lanes has the same code, not a copy.
  // Then 110: which class opens a heap that this one does not, and in all of them, how much of a capacity is committed, and a range that is empty.
  // Then 80 of its own: which allocator has lanes, what it is attached to.
  { package: "@ariax/slab", names: "{ SlabAllocator }", ceiling: 11_430 },
  // 7,800 of it are SlabAllocator's as well. Of its own are the verbs, opening and growing it 1,500, stats and verify of lanes 1,000, what
  // they send and give each other 1,200, the repair 550, states and tickets 600, proofs of death and errors. Then 650: taking from lanes that nobody
  // holds, reclaiming that another finishes, callbacks that throw. And 40: a ticket that a message has lost.
  { package: "@ariax/slab", names: "{ SharedSlabAllocator }", ceiling: 17_300 },
  // Private names that are not mangled, since proxies must work, are 700 of it; bytes that are gone, options and clocks that are
  // wrong, and their messages, another 1,000; options that are missing, 60.
  { package: "@ariax/arena", names: "{ TickArena }", ceiling: 10_300 },
  // 10,400 of it are the slab heap; what a size, a quota or a length exceeds, and a parent that is missing, 100.
  { package: "@ariax/memory-context", names: "{ MemoryContext }", ceiling: 20_320 },
  // What its parts have more, for the same reasons, is 2,600 of it; 1,000 are fields by accessors, a class for each type, and records whose
  // free slots are a list, with what verifies that; and 420 that the slab heap and the pools have more, for threads. Then 280: the slab heap's 110, and fields that are said by name. And 200: the
  // same words of contexts, and fields that are missing.
  { package: "@ariax/consciousness", names: "{ MiniVm, TeslaConsciousnessPool }", ceiling: 38_820 },
  // Opening, making and growing a control block 2,000, verify with its messages 1,400, moves with their gaps 1,500, arguments and errors of
  // the contract 1,400, bins, rows, handles and fences 1,700, what it says when it is printed or sent 500. Then 650: trees by length, in which
  // the longest gap is always found, and errors that say what is free. Then 110: what waits for a fence or a move, and what would do.
  { package: "@ariax/gpu", names: "{ RangeHeap }", ceiling: 10_150 },
  // 9,000 of it are RangeHeap, 730 the ring; the rest are pools, fences and defragmentation, with their checks.
  // Then RangeHeap's 110, and 230: a ring asks a block's pool before it writes, who limits a size, what waits for the GPU.
  { package: "@ariax/gpu/webgpu", names: "{ FencedQueue, vertexPool, StagingRing }", ceiling: 15_480 },
];

/** Bytes of `export <names> from "<package>"`, where `project` has it installed. */
export async function bundleBytes(project: string, { package: name, names }: Omit<Budget, "ceiling">): Promise<number> {
  const entry = join(project, `bundle-${name.replace("@ariax/", "").replace("/", "-")}.mjs`);
  writeFileSync(entry, `export ${names} from "${name}";\n`);
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    external: [/^node:/, "fast-check"],
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return output.reduce((sum, chunk) => sum + (chunk.type === "chunk" ? brotliCompressSync(chunk.code).length : 0), 0);
}
