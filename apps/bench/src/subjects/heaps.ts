/**
 * Heaps. To add one of ours: an entry. A rival: an entry, and an adapter in `../../rivals`. Modules are imported in
 * `create`, so that a worker loads the one that it measures and no other.
 */
import type { CSubject, HeapSubject } from "./subject.ts";

type Create = HeapSubject["create"];
type More = Partial<Omit<HeapSubject, "kind" | "name" | "create">>;

const heap = (name: string, what: string, create: Create, more: More = {}): HeapSubject => ({
  ...{ kind: "heap", handles: "offsets", origin: "ours", name, what, create },
  ...more,
});
const rival = (name: string, what: string, create: Create, more: More = {}) =>
  heap(name, what, create, { origin: "rival", ...more });
const collected = (name: string, what: string, create: Create, more: More = {}) =>
  rival(name, what, create, { handles: "objects", collected: true, ...more });
const inC = (name: string, what: string, more: Partial<CSubject> = {}): CSubject => ({
  ...{ kind: "heap", handles: "pointers", origin: "c", name, what },
  ...more,
});
const unhurried = { unhurried: true } as const;
const onRequest = { onRequest: true } as const;

export const HEAPS: readonly (HeapSubject | CSubject)[] = [
  heap("slab", "general-purpose heap, on an ArrayBuffer", async ({ capacity }) => {
    const { SlabAllocator } = await import("@ariax/slab");
    return new SlabAllocator({ capacity });
  }),
  heap(
    "slab-shared",
    "the same heap on a SharedArrayBuffer",
    async ({ capacity }) => {
      const { SlabAllocator } = await import("@ariax/slab");
      return new SlabAllocator({ buffer: new SharedArrayBuffer(capacity) });
    },
    unhurried,
  ),
  heap("arena", "bump allocation: nothing is used again before a reset, so it gets room for all", async ({ total }) => {
    const { Arena } = await import("@ariax/arena");
    return new Arena({ capacity: total });
  }),
  heap("wasm", "the same heap, its engine in C, as WASM", async ({ capacity }) => {
    const { WasmAllocator } = await import("@ariax/wasm");
    return WasmAllocator.create({ capacity });
  }),
  heap("native", "the same heap in TypeScript, over memory mapped from the operating system", async ({ capacity }) => {
    const { NativeAllocator } = await import("@ariax/native");
    return new NativeAllocator({ capacity });
  }),
  heap(
    "native-c",
    "the same, its engine in C: every call crosses into the addon",
    async ({ capacity }) => {
      const { NativeAllocator } = await import("@ariax/native");
      return new NativeAllocator({ capacity, engine: "c" });
    },
    unhurried,
  ),
  inC("engine-c", "the same heap, its engine in C, called from C", { origin: "ours", engine: true }),
  inC("mimalloc", "C: mimalloc, where its library is installed", {
    libraries: ["libmimalloc.so.2", "libmimalloc.so.3", "libmimalloc.so", "libmimalloc.dylib"],
  }),
  inC("jemalloc", "C: jemalloc, where its library is installed", {
    libraries: ["libjemalloc.so.2", "libjemalloc.so", "libjemalloc.dylib"],
    ...unhurried,
  }),
  inC("glibc", "C: malloc of the GNU C library"),
  rival("thi.ng", "@thi.ng/malloc 6.1.150, realloc by malloc, copy and free", async ({ capacity }) =>
    (await import("../../rivals/thi-ng-malloc.ts")).create(capacity),
  ),
  rival(
    "thi.ng-realloc",
    "@thi.ng/malloc 6.1.150, its own realloc",
    async ({ capacity }) => (await import("../../rivals/thi-ng-malloc.ts")).createWithOwnRealloc(capacity),
    onRequest,
  ),
  rival("malloc", "malloc 1.1.0 (codemix), realloc by alloc, copy and free", async ({ capacity }) =>
    (await import("../../rivals/codemix-malloc.ts")).create(capacity),
  ),
  rival("assemblyscript", "TLSF of AssemblyScript 0.28.20, WASM, grows as it needs", async () =>
    (await import("../../rivals/assemblyscript.ts")).create(),
  ),
  collected("uint8array", "new Uint8Array(size), freed by the garbage collector", async () =>
    (await import("../../rivals/garbage-collected.ts")).uint8array(),
  ),
  collected(
    "buffer",
    "Buffer.allocUnsafe(size), freed by the garbage collector",
    async () => (await import("../../rivals/garbage-collected.ts")).bufferAllocUnsafe(),
    unhurried,
  ),
  rival(
    "playcanvas",
    "BlockAllocator of PlayCanvas 2.23.3, internal API, offsets only",
    async ({ capacity }) => (await import("../../rivals/playcanvas.ts")).create(capacity),
    { handles: "objects", ...onRequest },
  ),
  rival("phase-1", "AriaX's phase 1: one region, first fit, headers in band", phase("phase-1"), onRequest),
  rival("phase-2", "AriaX's phase 2: a mapping of its own for each block's record", phase("phase-2"), onRequest),
  heap(
    "phase-2.1",
    "AriaX's phase 2.1: phase 2's records, over slab and metadata pools",
    phase("phase-2.1"),
    onRequest,
  ),
  heap("nothing", "the loop alone, over offsets", async () => new (await import("./nothing.ts")).Nothing(), {
    origin: "loop",
  }),
  heap(
    "nothing-objects",
    "the loop alone, over objects",
    async () => new (await import("./nothing.ts")).NothingObjects(),
    { origin: "loop", handles: "objects" },
  ),
  inC("nothing-c", "the loop alone, in C", { origin: "loop" }),
];

function phase(name: "phase-1" | "phase-2" | "phase-2.1"): Create {
  return async ({ capacity }) => (await import("./phases/phases.ts")).createPhase(name, capacity);
}
