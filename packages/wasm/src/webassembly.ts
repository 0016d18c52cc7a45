/**
 * The little of the WebAssembly API that is used, with its types: TypeScript has them in its library "DOM" only, which
 * not every user of this package has. Theirs are assignable to these.
 */
import { InvalidArgumentError, tagOf } from "@ariax/allocator";
import type { WasmMemory } from "@ariax/slab";

/** A `WebAssembly.Module`. */
export type WasmModule = object;

type Exports = Readonly<Record<string, unknown>>;
type Imports = Readonly<Record<string, Exports>>;

// No value of this module: the global one, for which the compiler has no types.
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    exports(module: WasmModule): readonly { readonly name: string }[];
  };
  readonly Instance: new (module: WasmModule, imports: Imports) => { readonly exports: Exports };
  compile(bytes: Uint8Array): Promise<WasmModule>;
};

/** Bytes of a page of WebAssembly's: sixteen of a heap's. */
export const WASM_PAGE = 65536;

/** A new memory of whole pages. */
export function makeMemory(bytes: number, maxBytes: number, shared: boolean): WasmMemory {
  const [initial, maximum] = [bytes, maxBytes].map((n) => Math.ceil(n / WASM_PAGE));
  return new WebAssembly.Memory({ initial, maximum, shared });
}

export function compileSync(bytes: Uint8Array): WasmModule {
  return new WebAssembly.Module(bytes);
}

export function compile(bytes: Uint8Array): Promise<WasmModule> {
  return WebAssembly.compile(bytes);
}

/** Instantiation of a module is a few allocations: there is nothing in it to wait for. */
export function instantiate(module: WasmModule, memory: WasmMemory): Exports {
  return new WebAssembly.Instance(module, { env: { memory: memory as unknown as Exports } }).exports;
}

export function exportNames(module: WasmModule): string[] {
  return WebAssembly.Module.exports(module).map(({ name }) => name);
}

/** Throws `InvalidArgumentError` for what is no `WebAssembly.Memory`, of this realm or another. */
export function checkMemory(memory: WasmMemory): WasmMemory {
  if (tagOf(memory) !== "WebAssembly.Memory") {
    throw new InvalidArgumentError("invalid memory: not a WebAssembly.Memory");
  }
  return memory;
}

/** The same for a `WebAssembly.Module`. */
export function checkModule(module: WasmModule): WasmModule {
  if (tagOf(module) !== "WebAssembly.Module") {
    throw new InvalidArgumentError("invalid module: not a WebAssembly.Module");
  }
  return module;
}
