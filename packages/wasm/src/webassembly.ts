/**
 * The little of the WebAssembly API that is used, with its types: TypeScript has them in its library "DOM" only, which
 * not every user of this package has. Theirs are assignable to these.
 */
import { HostMemoryError, InvalidArgumentError, UnsupportedError } from "@ariax/allocator";
import type { WasmMemory } from "@ariax/slab";
import { growable } from "@ariax/slab/engine";

/** A `WebAssembly.Module`. */
export type WasmModule = object;

type Exports = Readonly<Record<string, unknown>>;
type Imports = Readonly<Record<string, Exports>>;

// No value of this module: the global one, for which the compiler has no types. Some hosts have none.
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

/** Throws `UnsupportedError` where the host has no WebAssembly. */
export function checkHost(): void {
  if (typeof WebAssembly === "undefined") throw unsupported("no WebAssembly here", "");
}

/** A new memory of whole pages. Throws `HostMemoryError`, or `UnsupportedError` where the host has none that is shared. */
export function makeMemory(bytes: number, maxBytes: number, shared: boolean): WasmMemory {
  const [initial, maximum] = [bytes, maxBytes].map((n) => Math.ceil(n / WASM_PAGE));
  try {
    return new WebAssembly.Memory({ initial, maximum, shared });
  } catch (error) {
    if (nameOf(error) === "RangeError") throw new HostMemoryError(maxBytes);
    throw unsupported("no such WebAssembly.Memory here", "", error);
  }
}

export function compileSync(bytes: Uint8Array): WasmModule {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw refused(error);
  }
}

export async function compile(bytes: Uint8Array): Promise<WasmModule> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw refused(error);
  }
}

/** What is thrown where the engine's bytes, which are right, are not compiled: by a page's policy, by a host that compiles none. */
function refused(error: unknown): UnsupportedError {
  return unsupported("WebAssembly is not compiled here", "pass the option `module`, or ", error);
}

function unsupported(what: string, instead: string, cause?: unknown): UnsupportedError {
  const error = new UnsupportedError(`${what}: ${instead}use SlabAllocator of @ariax/slab, which needs none`);
  if (cause !== undefined) error.cause = cause;
  return error;
}

const nameOf = (error: unknown): unknown => (error as { name?: unknown } | null | undefined)?.name;

/**
 * Instantiation of a module is a few allocations: there is nothing in it to wait for. Undefined where the module wants another
 * kind of memory.
 */
export function instantiate(module: WasmModule, memory: WasmMemory): Exports | undefined {
  try {
    return new WebAssembly.Instance(module, { env: { memory: memory as unknown as Exports } }).exports;
  } catch (error) {
    if (nameOf(error) === "LinkError") return undefined;
    throw unsupported("no instance of the engine is made here", "", error);
  }
}

/** Throws `InvalidArgumentError` for what is no `WebAssembly.Memory`, of this realm or another, with 32-bit addresses. */
export function checkMemory(memory: WasmMemory): WasmMemory {
  const buffer = bufferOf(memory);
  if (buffer === undefined || memory.buffer !== buffer) {
    throw new InvalidArgumentError("invalid memory: not a WebAssembly.Memory");
  }
  growable(memory);
  return memory;
}

/** The buffer that a memory really has: a proxy of one, and what only looks like one, has none. */
function bufferOf(memory: WasmMemory): ArrayBufferLike | undefined {
  try {
    return Reflect.get(WebAssembly.Memory.prototype, "buffer", memory);
  } catch {
    return undefined;
  }
}

/** The names of what a `WebAssembly.Module`, of this realm or another, exports; throws `InvalidArgumentError` for anything else. */
export function exportNames(module: WasmModule): string[] {
  try {
    return WebAssembly.Module.exports(module).map(({ name }) => name);
  } catch {
    throw new InvalidArgumentError("invalid module: not a WebAssembly.Module");
  }
}
