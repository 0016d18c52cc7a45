/**
 * How threads have a heap: one with lanes; one of one thread with a lock around it; a heap each. To add one: an entry. Modules are
 * imported when they are needed, as in `../heaps.ts`.
 */
import type { Target } from "../target.ts";
import { type Lock, Locked, SpinLock, WaitLock } from "./locks.ts";

/** What the first thread makes and the others get: it can be cloned. */
export interface Shared {
  readonly buffer: SharedArrayBuffer;
  /** The lock's word. */
  readonly lock?: Int32Array;
  readonly tickets?: readonly number[];
  readonly memory?: WebAssembly.Memory;
  readonly module?: WebAssembly.Module;
}

export interface Sharing {
  readonly name: string;
  /** One line for the page. */
  readonly what: string;
  readonly origin: "ours" | "rival" | "loop";
  /** A block may be freed by another thread. */
  readonly isOne: boolean;
  /** By the first thread, for so many others. */
  readonly make: (capacity: number, threads: number) => Shared | Promise<Shared>;
  /** By each of these. */
  readonly attach: (shared: Shared, thread: number) => Target<number> | Promise<Target<number>>;
}

const lockWord = (): Int32Array => new Int32Array(new SharedArrayBuffer(64));

/** A private heap of ours in shared memory. */
const makePrivate = async (capacity: number): Promise<Shared> => {
  const { SlabAllocator } = await import("@ariax/slab");
  const buffer = new SharedArrayBuffer(capacity);
  new SlabAllocator({ buffer });
  return { buffer, lock: lockWord() };
};
const attachPrivate = async ({ buffer }: Shared, by: Lock): Promise<Target<number>> => {
  const { SlabAllocator } = await import("@ariax/slab");
  return locked(() => SlabAllocator.attach(buffer), by);
};

/** A heap that is opened, which others may be changing, and used by a lock. */
function locked(open: () => Target<number>, by: Lock): Target<number> {
  by.lock();
  try {
    return new Locked(open(), by);
  } finally {
    by.unlock();
  }
}

export const SHARINGS: readonly Sharing[] = [
  {
    ...{ name: "lanes", what: "SharedSlabAllocator: a lane a thread", origin: "ours", isOne: true },
    async make(capacity, threads) {
      const { SharedSlabAllocator } = await import("@ariax/slab");
      const heap = new SharedSlabAllocator({ capacity, lanes: threads + 1 });
      const tickets = Array.from({ length: threads }, () => heap.ticket());
      heap.close();
      return { buffer: heap.memory.buffer as SharedArrayBuffer, tickets };
    },
    async attach({ buffer, tickets }, thread) {
      const { SharedSlabAllocator } = await import("@ariax/slab");
      return SharedSlabAllocator.attach(buffer, { ticket: tickets![thread]! });
    },
  },
  {
    ...{
      name: "wasm-lanes",
      what: "SharedWasmAllocator: a lane a thread, by the engine in C, as WASM",
      origin: "ours",
    },
    isOne: true,
    async make(capacity, threads) {
      const { SharedWasmAllocator } = await import("@ariax/wasm");
      const heap = SharedWasmAllocator.createSync({ capacity, maxCapacity: capacity, lanes: threads + 1 });
      const tickets = Array.from({ length: threads }, () => heap.ticket());
      heap.close();
      const { buffer } = heap.memory;
      return { buffer: buffer as SharedArrayBuffer, memory: heap.memory as unknown as WebAssembly.Memory, tickets };
    },
    async attach({ memory, tickets }, thread) {
      const { SharedWasmAllocator } = await import("@ariax/wasm");
      return SharedWasmAllocator.attachSync(memory!, { ticket: tickets![thread]! });
    },
  },
  {
    ...{ name: "private", what: "a SlabAllocator each: nothing is shared", origin: "ours", isOne: false },
    make: () => ({ buffer: new SharedArrayBuffer(0) }),
    async attach() {
      const { SlabAllocator } = await import("@ariax/slab");
      return new SlabAllocator({ buffer: new SharedArrayBuffer(64 << 20) });
    },
  },
  {
    ...{ name: "spin", what: "SlabAllocator behind a spin lock", origin: "rival", isOne: true },
    make: makePrivate,
    attach: (shared) => attachPrivate(shared, new SpinLock(shared.lock!)),
  },
  {
    ...{ name: "wait", what: "SlabAllocator behind a lock of Atomics.wait and notify", origin: "rival", isOne: true },
    make: makePrivate,
    attach: (shared) => attachPrivate(shared, new WaitLock(shared.lock!)),
  },
  {
    ...{
      name: "wasm-wait",
      what: "a heap in C, as WASM, behind such a lock, as emscripten's malloc is",
      origin: "rival",
    },
    isOne: true,
    async make(capacity) {
      const { WasmAllocator, moduleBytes } = await import("@ariax/wasm");
      const { memory } = WasmAllocator.createSync({ capacity, maxCapacity: capacity, shared: true });
      const module = new WebAssembly.Module(moduleBytes(true));
      return {
        ...{ memory: memory as unknown as WebAssembly.Memory, module, lock: lockWord() },
        buffer: memory.buffer as SharedArrayBuffer,
      };
    },
    async attach({ memory, module, lock }) {
      const { WasmAllocator } = await import("@ariax/wasm");
      return locked(() => WasmAllocator.attachSync(memory!, 0, { module: module! }), new WaitLock(lock!));
    },
  },
  {
    ...{
      name: "thi.ng-wait",
      what: "@thi.ng/malloc over shared memory, behind such a lock",
      origin: "rival",
      isOne: true,
    },
    async make(capacity) {
      const { createShared } = await import("../../../rivals/thi-ng-malloc.ts");
      const buffer = new SharedArrayBuffer(capacity);
      createShared(buffer, true);
      return { buffer, lock: lockWord() };
    },
    async attach({ buffer, lock }) {
      const { createShared } = await import("../../../rivals/thi-ng-malloc.ts");
      return locked(() => createShared(buffer, false) as Target<number>, new WaitLock(lock!));
    },
  },
  {
    ...{ name: "nothing", what: "the loop alone", origin: "loop", isOne: true },
    make: () => ({ buffer: new SharedArrayBuffer(0) }),
    async attach() {
      const { Nothing } = await import("../nothing.ts");
      return new Nothing();
    },
  },
];

/** Throws where there is none. */
export function sharingOf(name: string): Sharing {
  const found = SHARINGS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no way of sharing called ${name}`);
  return found;
}
