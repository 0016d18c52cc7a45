/** The module of the engine with lanes, from its C sources. */
import { ARGS, compile, hashOf, type Program } from "./compile.ts";
import { ENGINE } from "./heap.ts";
import { moduleOf, SECTION, sectionsOf } from "./sections.ts";

const program: Program = {
  files: ENGINE,
  args: [
    "wasm/lanes.c",
    "-Iengine/include",
    "-Iengine/src",
    ...ARGS,
    "-matomics",
    "-Oz",
    // As in heap.ts.
    "-mllvm",
    "-inline-threshold=0",
    "-mllvm",
    "-disable-lsr",
    "-Wl,--no-entry,--import-memory,--shared-memory,--strip-all,--initial-memory=0,--max-memory=4294967296,-z,stack-size=0",
  ],
};

export const lanesHash = (): string => hashOf(program);

export async function buildLanes(): Promise<{ readonly hash: string; readonly bytes: Uint8Array<ArrayBuffer> }> {
  // As in heap.ts: a module that uses the stack pointer is none without it. Here a stack would be that of all threads.
  const bytes = moduleOf(sectionsOf(await compile(program)).filter(({ id }) => id !== SECTION.global));
  await WebAssembly.compile(bytes);
  return { hash: lanesHash(), bytes };
}
