/** The engine with lanes: its module, compiled once, and an instance of it for each memory. As engine.ts, for shared memory alone. */
import { InvalidArgumentError } from "@ariax/allocator";
import type { WasmMemory } from "@ariax/slab";
import type { ModuleBytes } from "./engine.ts";
import { BASE64 } from "./lanes-module.ts";
import { compile, compileSync, exportNames, instantiate, type WasmModule } from "./webassembly.ts";

// The global function, which TypeScript knows of in its library "DOM" only.
declare const atob: (base64: string) => string;

/** What the module exports: functions of ariax.h. Each takes the address of the heap, a lane and its ticket first. */
export interface LaneExports {
  readonly allocate: (heap: number, lane: number, ticket: number, size: number) => number;
  readonly allocate_aligned: (heap: number, lane: number, ticket: number, size: number, alignment: number) => number;
  readonly free: (heap: number, lane: number, ticket: number, offset: number) => number;
  readonly resize: (heap: number, lane: number, ticket: number, offset: number, size: number) => number;
  readonly reallocate: (heap: number, lane: number, ticket: number, offset: number, size: number) => number;
}

/** Their names, sorted: what a module is known by. */
const NAMES = "allocate,allocate_aligned,free,reallocate,resize";

/** The module's bytes: to be compiled once, and sent to workers, say. */
export function laneModuleBytes(): ModuleBytes {
  return Uint8Array.from(atob(BASE64), (byte) => byte.charCodeAt(0));
}

let compiled: WasmModule | undefined;
/** The instances of this thread, by their memory. */
const instances: WeakMap<WasmMemory, LaneExports> = /* @__PURE__ */ new WeakMap();

/** The engine over a shared memory, which is checked, as `module`, where it is given. Throws `UnsupportedError` where nothing is compiled. */
export async function lanesOver(memory: WasmMemory, module?: WasmModule): Promise<LaneExports> {
  if (module === undefined) compiled ??= await compile(laneModuleBytes());
  return lanesOverSync(memory, module);
}

/** The same, compiled here and now if it must be. */
export function lanesOverSync(memory: WasmMemory, module?: WasmModule): LaneExports {
  const code = module ?? (compiled ??= compileSync(laneModuleBytes()));
  let engine = instances.get(memory);
  if (engine === undefined) {
    engine = instantiate(code, memory) as unknown as LaneExports | undefined;
    if (engine === undefined) throw new InvalidArgumentError(NOT_OURS);
    instances.set(memory, engine);
  }
  return engine;
}

/** `module`, if it is not given, or is that of this package; else throws `InvalidArgumentError`. */
export function checkLanes(module: WasmModule | undefined): WasmModule | undefined {
  if (module !== undefined && exportNames(module).sort().join() !== NAMES) throw new InvalidArgumentError(NOT_OURS);
  return module;
}

const NOT_OURS = "invalid module: for a heap with lanes it must be heap-lanes.wasm of this version of @ariax/wasm";
