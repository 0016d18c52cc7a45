/** The example's module, from its C sources and the engine's. */
import { ARGS, compile, hashOf, type Program } from "./compile.ts";
import { ENGINE, folder } from "./heap.ts";

const program: Program = {
  files: { ...ENGINE, words: folder("../examples/words"), "malloc.c": folder("../c")["malloc.c"] },
  args: [
    "words/words.c",
    "malloc.c",
    "-DARIAX_LIMIT_PAGES=4096",
    "-Iengine/include",
    "-Iengine/src",
    "-Iwasm",
    ...ARGS,
    "-O2",
    // Its memory: a stack of 64 KiB, data, and from __heap_base on the heap.
    "-Wl,--no-entry,--stack-first,--strip-all,-z,stack-size=65536",
  ],
};

export const exampleHash = (): string => hashOf(program);

export const buildExample = (): Promise<Uint8Array> => compile(program);
