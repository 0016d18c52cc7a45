/**
 * Heaps. To add one of ours: an entry. A rival: an entry, and an adapter in `../../rivals`. Modules are imported in
 * `create`, so that a worker loads the one that it measures and no other.
 */
import { type CSubject, type HeapSubject, WAYS, type Way } from "./subject.ts";

type Create = HeapSubject["create"];
type Sort = Omit<HeapSubject, "kind" | "name" | "what" | "create">;

const heap = (name: string, what: string, sort: Sort, create: Create): HeapSubject => ({
  ...{ kind: "heap", name, what, ...sort, create },
});
const inC = (name: string, what: string, more: Partial<CSubject> = {}): CSubject => ({
  ...{ kind: "heap", handles: "pointers", origin: "c", name, what, ...more },
});
const ours: Sort = { origin: "ours", handles: "offsets" };
const rival: Sort = { origin: "rival", handles: "offsets" };
const collected: Sort = { origin: "rival", handles: "objects", collected: true };
const loop: Sort = { origin: "loop", handles: "offsets" };
const unhurried = { unhurried: true } as const;
const onRequest = { onRequest: true } as const;

/**
 * A process waits here while others have their turns, which its own program never would.
 * tried: the default, a second; measured: python's pages went back between turns, and came again in them: 30 instead of 8 ns.
 */
const NEVER = Number.POSITIVE_INFINITY;

const slab: Create = async ({ capacity }) => {
  const { SlabAllocator } = await import("@ariax/slab");
  return new SlabAllocator({ capacity });
};

const lanes: Create = async ({ capacity }) => {
  const { SharedSlabAllocator } = await import("@ariax/slab");
  return new SharedSlabAllocator({ capacity, lanes: 8 });
};

export const HEAPS: readonly (HeapSubject | CSubject)[] = [
  heap("slab", "general-purpose heap, on an ArrayBuffer", ours, slab),
  ...(Object.keys(WAYS) as Way[]).map((way) =>
    heap(`slab-${way}`, `the same heap, called in another way: ${WAYS[way]}`, { ...ours, ...unhurried, way }, slab),
  ),
  heap(
    "slab-transferred",
    "the same heap, in a process that has transferred a buffer",
    { ...ours, ...unhurried, afterTransfer: true },
    slab,
  ),
  heap("slab-shared", "the same heap on a SharedArrayBuffer", { ...ours, ...unhurried }, async ({ capacity }) => {
    const { SlabAllocator } = await import("@ariax/slab");
    return new SlabAllocator({ buffer: new SharedArrayBuffer(capacity) });
  }),
  heap("slab-lanes", "the heap of many threads, with 8 lanes, used by one", { ...ours, ...unhurried }, lanes),
  ...(Object.keys(WAYS) as Way[]).map((way) =>
    heap(`lanes-${way}`, `the same, called in another way: ${WAYS[way]}`, { ...ours, ...onRequest, way }, lanes),
  ),
  heap(
    "arena",
    "bump allocation: nothing is used again before a reset, so it gets room for all",
    ours,
    async (room) => {
      const { Arena } = await import("@ariax/arena");
      return new Arena({ capacity: room.total });
    },
  ),
  heap("wasm", "the same heap, its engine in C, as WASM", ours, async ({ capacity }) => {
    const { WasmAllocator } = await import("@ariax/wasm");
    return WasmAllocator.create({ capacity });
  }),
  heap("native", "the same heap in TypeScript, over memory mapped from the operating system", ours, async (room) => {
    const { NativeAllocator } = await import("@ariax/native");
    return new NativeAllocator({ capacity: room.capacity, purgeDelay: NEVER });
  }),
  heap(
    "native-c",
    "the same, its engine in C: every call crosses into the addon",
    { ...ours, ...unhurried },
    async (room) => {
      const { NativeAllocator } = await import("@ariax/native");
      return new NativeAllocator({ capacity: room.capacity, engine: "c", purgeDelay: NEVER });
    },
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
  heap("thi.ng", "@thi.ng/malloc 6.1.150, realloc by malloc, copy and free", rival, async ({ capacity }) =>
    (await import("../../rivals/thi-ng-malloc.ts")).create(capacity),
  ),
  heap("thi.ng-realloc", "@thi.ng/malloc 6.1.150, its own realloc", { ...rival, ...onRequest }, async ({ capacity }) =>
    (await import("../../rivals/thi-ng-malloc.ts")).createWithOwnRealloc(capacity),
  ),
  heap("npm-malloc", "malloc 1.1.0 (codemix), realloc by alloc, copy and free", rival, async ({ capacity }) =>
    (await import("../../rivals/codemix-malloc.ts")).create(capacity),
  ),
  heap("assemblyscript", "TLSF of AssemblyScript 0.28.20, WASM, grows as it needs", rival, async () =>
    (await import("../../rivals/assemblyscript.ts")).create(),
  ),
  heap("uint8array", "new Uint8Array(size), freed by the garbage collector", collected, async () =>
    (await import("../../rivals/garbage-collected.ts")).uint8array(),
  ),
  heap("buffer", "Buffer.allocUnsafe(size), freed by the garbage collector", { ...collected, ...unhurried }, async () =>
    (await import("../../rivals/garbage-collected.ts")).bufferAllocUnsafe(),
  ),
  heap(
    "playcanvas",
    "BlockAllocator of PlayCanvas 2.23.3, internal API, offsets only",
    { ...rival, handles: "objects", ...onRequest },
    async ({ capacity }) => (await import("../../rivals/playcanvas.ts")).create(capacity),
  ),
  phase("phase-1", "AriaX's phase 1: one region, first fit, headers in band", rival),
  phase("phase-2", "AriaX's phase 2: a mapping of its own for each block's record", rival),
  phase("phase-2.1", "AriaX's phase 2.1: phase 2's records, over slab and metadata pools", ours),
  heap("nothing", "the loop alone, over offsets", loop, async () => new (await import("./nothing.ts")).Nothing()),
  heap("nothing-objects", "the loop alone, over objects", { ...loop, handles: "objects" }, async () => {
    const { NothingObjects } = await import("./nothing.ts");
    return new NothingObjects();
  }),
  inC("nothing-c", "the loop alone, in C", { origin: "loop" }),
];

function phase(name: "phase-1" | "phase-2" | "phase-2.1", what: string, sort: Sort): HeapSubject {
  return heap(name, what, { ...sort, ...onRequest }, async ({ capacity }) =>
    (await import("./phases/phases.ts")).createPhase(name, capacity),
  );
}
