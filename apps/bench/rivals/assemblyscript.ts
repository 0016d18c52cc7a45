import { readFileSync } from "node:fs";
import type { Adapter } from "./adapter.ts";

/** The part of WebAssembly that is used: TypeScript has its types in the DOM library, which is not loaded here. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

/**
 * The heap that AssemblyScript 0.28.20 compiles into its programs: `assemblyscript/heap.wasm` is made of `heap.ts`
 * beside it by `pnpm --filter @ariax/bench-rivals build`, and a test compiles it again and compares the bytes.
 *
 * The module's exports are called as they are. It traps when memory is full, and grows its memory until then.
 */
export function create(): Adapter {
  const module = new WebAssembly.Module(readFileSync(new URL("assemblyscript/heap.wasm", import.meta.url)));
  const { exports } = new WebAssembly.Instance(module, { env: { abort } });
  return exports as unknown as Adapter;
}

function abort(): never {
  throw new Error("aborted");
}
