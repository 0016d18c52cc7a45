/** The engine in C: its module, compiled once, and an instance of it for each memory. */
import { InvalidArgumentError } from "@ariax/allocator";
import { isShared } from "@ariax/allocator/implement";
import type { WasmMemory } from "@ariax/slab";
import { BASE64, LIMITS } from "./module.ts";
import { compile, compileSync, exportNames, instantiate, type WasmModule } from "./webassembly.ts";

// The global function, which TypeScript knows of in its library "DOM" only.
declare const atob: (base64: string) => string;

/** What the module exports: the functions of ariax.h. Each takes the address of the heap first. */
export interface EngineExports {
  readonly allocate: (heap: number, size: number) => number;
  readonly allocate_aligned: (heap: number, size: number, alignment: number) => number;
  readonly free: (heap: number, offset: number) => number;
  readonly size_of: (heap: number, offset: number) => number;
  readonly resize: (heap: number, offset: number, size: number) => number;
  readonly reallocate: (heap: number, offset: number, size: number) => number;
  readonly why: (heap: number, offset: number) => number;
}

/** Their names, sorted: what a module is known by. */
const NAMES = "allocate,allocate_aligned,free,reallocate,resize,size_of,why";

/**
 * The limits that the module's import of its memory declares. A shared memory must be imported as one, with a maximum; an
 * import with a maximum refuses a memory without. The engine is the same for both, so these bytes are all that differs
 * between the two modules.
 */
const UNSHARED = [0x00, 0x80, 0x80, 0x80, 0x00]; // at least 0 pages, in as many bytes as …
const SHARED = [0x03, 0x00, 0x80, 0x80, 0x04]; // … shared, 0 to 65,536 pages

/** Bytes as the compiler wants them: TypeScript before 5.7 has no `Uint8Array<ArrayBuffer>`. */
export type ModuleBytes = Uint8Array & { readonly buffer: ArrayBuffer };

/** The module's bytes, for a memory that is shared or not: to be compiled once, and sent to workers, say. */
export function moduleBytes(shared: boolean): ModuleBytes {
  const bytes = Uint8Array.from(atob(BASE64), (byte) => byte.charCodeAt(0));
  bytes.set(shared ? SHARED : UNSHARED, LIMITS);
  return bytes;
}

/** The modules that were compiled: [0] for memory that is not shared, [1] for shared. */
const modules: (WasmModule | undefined)[] = [];
/** The instances, by their memory. */
const instances: WeakMap<WasmMemory, EngineExports> = /* @__PURE__ */ new WeakMap();

/**
 * The engine over a memory, which is checked; `module`, where it is given, is that of this package for this kind of memory.
 * Throws `UnsupportedError` where nothing is compiled.
 */
export async function engineOver(memory: WasmMemory, module?: WasmModule): Promise<EngineExports> {
  const shared = isShared(memory.buffer);
  if (module === undefined) modules[+shared] ??= await compile(moduleBytes(shared));
  return engineOverSync(memory, module);
}

/** The same, compiled here and now if it must be. */
export function engineOverSync(memory: WasmMemory, module?: WasmModule): EngineExports {
  const shared = isShared(memory.buffer);
  const code = module ?? (modules[+shared] ??= compileSync(moduleBytes(shared)));
  let engine = instances.get(memory);
  if (engine === undefined) {
    engine = instantiate(code, memory) as unknown as EngineExports | undefined;
    if (engine === undefined) {
      throw new InvalidArgumentError(
        shared
          ? "invalid module: for shared memory it must be that of heap-shared.wasm"
          : "invalid module: for memory that is not shared it must be that of heap.wasm",
      );
    }
    instances.set(memory, engine);
  }
  return engine;
}

/** `module`, if it is not given, or is that of this package; else throws `InvalidArgumentError`. */
export function checkEngine(module: WasmModule | undefined): WasmModule | undefined {
  if (module !== undefined && exportNames(module).sort().join() !== NAMES) {
    throw new InvalidArgumentError("invalid module: not that of this version of @ariax/wasm");
  }
  return module;
}
