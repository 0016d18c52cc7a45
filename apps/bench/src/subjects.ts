/**
 * Everything that can be measured. To add an allocator of ours: one line. To add a rival: one line, and an adapter in
 * `../rivals`. Modules are imported in `create`, so that a worker loads the one it measures and no other.
 */
import type { BitAdapter } from "../rivals/adapter.ts";
import type { Target } from "./target.ts";
import type { Records } from "./workloads/records.ts";

/** How much memory a heap gets, in bytes. */
export interface Room {
  /** Twice the peak of the workload and a MiB: the same for every heap of fixed capacity. */
  readonly capacity: number;
  /** All bytes the workload ever allocates: for those that never use memory again. */
  readonly total: number;
}

/** What a subject is measured on. */
export type Kind = "heap" | "bits" | "records";

interface Named {
  readonly name: string;
  /** One line for `--list` and the page. */
  readonly what: string;
  /** `c`: an allocator of another world, which ours are held against. */
  readonly origin: "ours" | "rival" | "c" | "loop";
  /** Measured only when asked for by name. */
  readonly onRequest?: true;
  /** Not in `--quick` runs, unless named. */
  readonly unhurried?: true;
}

export interface HeapSubject extends Named {
  readonly kind: "heap";
  readonly handles: "offsets" | "objects";
  /** Blocks end when the collector finds them. */
  readonly collected?: true;
  /** It may not be here, for a reason that it gives: asked before the run. */
  readonly optional?: true;
  readonly create: (room: Room) => unknown;
}

/** A heap in C, whose worker is a C program (`../native`): the same programs, the same arrays, pointers for handles. */
export interface CSubject extends Named {
  readonly kind: "heap";
  readonly handles: "pointers";
  /** Names of its shared library, in the order they are tried. */
  readonly libraries?: readonly string[];
  /** It is our own, compiled in. */
  readonly engine?: true;
}

export interface BitSubject extends Named {
  readonly kind: "bits";
  /** It can claim a free bit, but not only find it. */
  readonly claimsOnly?: true;
  readonly create: (length: number) => BitAdapter | Promise<BitAdapter>;
}

export interface RecordSubject extends Named {
  readonly kind: "records";
  readonly collected?: true;
  readonly create: (capacity: number) => Records | Promise<Records>;
}

export type Subject = HeapSubject | CSubject | BitSubject | RecordSubject;

export const isInC = (subject: Subject): subject is CSubject =>
  subject.kind === "heap" && subject.handles === "pointers";

export const SUBJECTS: readonly Subject[] = [
  heap("slab", "ours", "general-purpose heap, on an ArrayBuffer", async ({ capacity }) => {
    const { SlabAllocator } = await import("@ariax/slab");
    return new SlabAllocator({ capacity });
  }),
  unhurried(
    heap("slab-shared", "ours", "the same heap on a SharedArrayBuffer", async ({ capacity }) => {
      const { SlabAllocator } = await import("@ariax/slab");
      return new SlabAllocator({ buffer: new SharedArrayBuffer(capacity) });
    }),
  ),
  heap(
    "arena",
    "ours",
    "bump allocation: nothing is used again before a reset, so it gets room for all",
    async ({ total }) => {
      const { Arena } = await import("@ariax/arena");
      return new Arena({ capacity: total });
    },
  ),
  optional(
    heap("wasm", "ours", "the same heap, its engine in C, as WASM", async ({ capacity }) => {
      const { WasmAllocator } = await import("@ariax/wasm");
      return WasmAllocator.create({ capacity });
    }),
  ),
  optional(
    heap(
      "native",
      "ours",
      "the same heap in TypeScript, over memory mapped from the operating system",
      async (room) => {
        const { NativeAllocator } = await import("@ariax/native");
        return new NativeAllocator({ capacity: room.capacity });
      },
    ),
  ),
  unhurried(
    optional(
      heap("native-c", "ours", "the same, its engine in C: every call crosses into the addon", async ({ capacity }) => {
        const { NativeAllocator } = await import("@ariax/native");
        return new NativeAllocator({ capacity, engine: "c" });
      }),
    ),
  ),
  { ...inC("engine-c", "ours", "the same heap, its engine in C, called from C"), engine: true },
  {
    ...inC("mimalloc", "c", "C: mimalloc, where its library is installed"),
    libraries: ["libmimalloc.so.2", "libmimalloc.so.3", "libmimalloc.so", "libmimalloc.dylib"],
  },
  {
    ...inC("jemalloc", "c", "C: jemalloc, where its library is installed"),
    libraries: ["libjemalloc.so.2", "libjemalloc.so", "libjemalloc.dylib"],
    unhurried: true,
  },
  inC("glibc", "c", "C: malloc of the GNU C library"),
  heap("thi.ng", "rival", "@thi.ng/malloc 6.1.150, realloc by malloc, copy and free", async ({ capacity }) =>
    (await import("../rivals/thi-ng-malloc.ts")).create(capacity),
  ),
  onRequest(
    heap("thi.ng-realloc", "rival", "@thi.ng/malloc 6.1.150, its own realloc", async ({ capacity }) =>
      (await import("../rivals/thi-ng-malloc.ts")).createWithOwnRealloc(capacity),
    ),
  ),
  heap("malloc", "rival", "malloc 1.1.0 (codemix), realloc by alloc, copy and free", async ({ capacity }) =>
    (await import("../rivals/codemix-malloc.ts")).create(capacity),
  ),
  heap("assemblyscript", "rival", "TLSF of AssemblyScript 0.28.20, WASM, grows as it needs", async () =>
    (await import("../rivals/assemblyscript.ts")).create(),
  ),
  collected("uint8array", "new Uint8Array(size), freed by the garbage collector", async () =>
    (await import("../rivals/garbage-collected.ts")).uint8array(),
  ),
  unhurried(
    collected("buffer", "Buffer.allocUnsafe(size), freed by the garbage collector", async () =>
      (await import("../rivals/garbage-collected.ts")).bufferAllocUnsafe(),
    ),
  ),
  onRequest({
    ...heap(
      "playcanvas",
      "rival",
      "BlockAllocator of PlayCanvas 2.23.3, internal API, offsets only",
      async ({ capacity }) => (await import("../rivals/playcanvas.ts")).create(capacity),
    ),
    handles: "objects",
  }),
  onRequest(
    heap("phase-1", "rival", "AriaX's phase 1: one region, first fit, headers in band", async ({ capacity }) =>
      (await import("./phases/phases.ts")).createPhase("phase-1", capacity),
    ),
  ),
  onRequest(
    optional(
      heap("phase-2", "rival", "AriaX's phase 2: a mapping of its own for each block's record", async ({ capacity }) =>
        (await import("./phases/phases.ts")).createPhase("phase-2", capacity),
      ),
    ),
  ),
  onRequest(
    heap("phase-2.1", "ours", "AriaX's phase 2.1: phase 2's records, over slab and metadata pools", async (room) =>
      (await import("./phases/phases.ts")).createPhase("phase-2.1", room.capacity),
    ),
  ),
  heap("nothing", "loop", "the loop alone, over offsets", async () => new (await import("./nothing.ts")).Nothing()),
  {
    ...heap(
      "nothing-objects",
      "loop",
      "the loop alone, over objects",
      async () => new (await import("./nothing.ts")).NothingObjects(),
    ),
    handles: "objects",
  },
  inC("nothing-c", "loop", "the loop alone, in C"),

  bits("bitset", "ours", "BitSet: takeFirst, set", async (length) =>
    (await import("./subjects/bits.ts")).bitSet(length),
  ),
  {
    ...bits("atomic-bitset", "ours", "AtomicBitSet: the same, safe between threads", async (length) =>
      (await import("./subjects/bits.ts")).atomicBitSet(length),
    ),
    claimsOnly: true,
  },
  bits("roaring-wasm", "rival", "roaring-wasm 1.1.0: shift, add", async () =>
    (await import("../rivals/bits/roaring-wasm.ts")).create(),
  ),
  bits("bitset.js", "rival", "bitset 5.3.0: lsb, set", async (length) =>
    (await import("../rivals/bits/bitset.ts")).create(length),
  ),
  bits("typedfastbitset", "rival", "typedfastbitset 0.8.0: first of its iterator", async (length) =>
    (await import("../rivals/bits/typedfastbitset.ts")).create(length),
  ),
  bits("fastbitset", "rival", "fastbitset 0.5.2: first of its iterator", async (length) =>
    (await import("../rivals/bits/fastbitset.ts")).create(length),
  ),
  bits("thi.ng-bitfield", "rival", "@thi.ng/bitfield 2.4.38: firstOne, setAt", async (length) =>
    (await import("../rivals/bits/thi-ng-bitfield.ts")).create(length),
  ),
  {
    ...bits("structurae-pool", "rival", "structurae 4.0.2, Pool: any free index, not the lowest", async (length) =>
      (await import("../rivals/bits/structurae-pool.ts")).create(length),
    ),
    claimsOnly: true,
  },
  bits("nothing-bits", "loop", "the loop alone", async () => (await import("./subjects/bits.ts")).nothing()),

  records("metadata-pool", "ours", "MetadataPool: generational handles, fields set and get by name", async (capacity) =>
    (await import("./subjects/records.ts")).metadataPool(capacity),
  ),
  records("metadata-columns", "ours", "MetadataPool, fields written and read through its columns", async (capacity) =>
    (await import("./subjects/records.ts")).metadataColumns(capacity),
  ),
  records("object-pool", "rival", "a free list of ordinary objects, no check of handles", async (capacity) =>
    (await import("./subjects/records.ts")).objectPool(capacity),
  ),
  {
    ...records("objects", "rival", "a new object each, freed by the garbage collector", async () =>
      (await import("./subjects/records.ts")).objects(),
    ),
    collected: true,
  },
  records("nothing-records", "loop", "the loop alone", async () => (await import("./subjects/records.ts")).nothing()),
];

/** The subject whose result is taken off, for the loop's own cost. */
export function loopOf(subject: Subject): string {
  if (isInC(subject)) return "nothing-c";
  if (subject.kind === "heap") return subject.handles === "offsets" ? "nothing" : "nothing-objects";
  return subject.kind === "bits" ? "nothing-bits" : "nothing-records";
}

function heap(name: string, origin: Named["origin"], what: string, create: HeapSubject["create"]): HeapSubject {
  return { kind: "heap", handles: "offsets", name, origin, what, create };
}
function collected(name: string, what: string, create: HeapSubject["create"]): HeapSubject {
  return { kind: "heap", handles: "objects", collected: true, name, origin: "rival", what, create };
}
function inC(name: string, origin: Named["origin"], what: string): CSubject {
  return { kind: "heap", handles: "pointers", name, origin, what };
}
function optional(subject: HeapSubject): HeapSubject {
  return { ...subject, optional: true };
}
function bits(name: string, origin: Named["origin"], what: string, create: BitSubject["create"]): BitSubject {
  return { kind: "bits", name, origin, what, create };
}
function records(name: string, origin: Named["origin"], what: string, create: RecordSubject["create"]): RecordSubject {
  return { kind: "records", name, origin, what, create };
}
function unhurried(subject: HeapSubject): HeapSubject {
  return { ...subject, unhurried: true };
}
function onRequest(subject: HeapSubject): HeapSubject {
  return { ...subject, onRequest: true };
}

/** What a heap subject creates, as the loops see it: adapters and our allocators have the same verbs. */
export const makeTarget = async (subject: HeapSubject, room: Room): Promise<Target> =>
  (await subject.create(room)) as Target;
