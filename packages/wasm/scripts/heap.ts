/** The engine's module, from its C sources. */
import { fileURLToPath } from "node:url";
import { ARGS, compile, hashOf, type Program, readTree, type Tree } from "./compile.ts";
import { moduleOf, SECTION, sectionsOf } from "./sections.ts";

/** C sources, from a path relative to this file. */
export const folder = (path: string): Tree => readTree(fileURLToPath(new URL(path, import.meta.url)));

/** The same as what `src/module.ts` and the files hold. */
export interface Built {
  readonly hash: string;
  /** For a memory that is not shared. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the five bytes lie that a module for shared memory has others in. */
  readonly limits: number;
}

/** The engine's sources, by the names that the arguments below use. */
export const ENGINE = {
  engine: { include: folder("../../engine-c/include"), src: folder("../../engine-c/src") },
  wasm: folder("../src-c"),
};

const program: Program = {
  files: ENGINE,
  args: [
    "wasm/heap.c",
    "-Iengine/include",
    "-Iengine/src",
    ...ARGS,
    "-Oz",
    // Both make code smaller here.
    "-mllvm",
    "-inline-threshold=0",
    "-mllvm",
    "-disable-lsr",
    "-Wl,--no-entry,--import-memory,--strip-all,--initial-memory=0,--max-memory=4294967296,-z,stack-size=0",
  ],
};

export const sourceHash = (): string => hashOf(program);

/** How the linker imports the memory: one import, env.memory, with the limits 0x01, 0, 65536 pages. */
const IMPORT = [1, 3, ...Buffer.from("env"), 6, ...Buffer.from("memory"), 0x02];
const LINKED_LIMITS = [0x01, 0x00, 0x80, 0x80, 0x04];
const LIMITS = [0x00, 0x80, 0x80, 0x80, 0x00];

export async function build(): Promise<Built> {
  const sections = sectionsOf(await compile(program))
    // The linker always makes a stack pointer. Is it used? Then what is left is no valid module.
    .filter(({ id }) => id !== SECTION.global)
    .map(({ id, body }) => ({ id, body: id === SECTION.import ? importOf(body) : body }));
  const bytes = moduleOf(sections);
  const limits = Buffer.from(bytes).indexOf(Buffer.from([...IMPORT, ...LIMITS])) + IMPORT.length;
  await WebAssembly.compile(bytes);
  return { hash: sourceHash(), bytes, limits };
}

/** The import of the memory as `src/engine.ts` wants it. */
function importOf(body: Uint8Array): Uint8Array {
  if (Buffer.compare(body, Buffer.from([...IMPORT, ...LINKED_LIMITS])) !== 0) {
    throw new Error(`the module imports ${Buffer.from(body).toString("hex")}: something else than one memory`);
  }
  return Uint8Array.from([...IMPORT, ...LIMITS]);
}
