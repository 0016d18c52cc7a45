/** The feature table of the README, from the traits that the allocators themselves declare. */
import { TRAIT_LABELS } from "../../packages/allocator/src/implement.ts";
import type { Traits } from "../../packages/allocator/src/index.ts";
import { Arena } from "../../packages/arena/src/index.ts";
import { MemoryContext } from "../../packages/memory-context/src/index.ts";
import { NativeAllocator, NativeSharedAllocator } from "../../packages/native/src/index.ts";
import { SharedSlabAllocator, SlabAllocator } from "../../packages/slab/src/index.ts";
import { SharedWasmAllocator, WasmAllocator } from "../../packages/wasm/src/index.ts";

const CAPACITY = 1 << 20;

interface Subject {
  readonly name: string;
  /** Over memory of its own, over shared memory, and over memory that grows, as far as it can. */
  readonly variants: readonly Traits[];
}

const subjects = (): readonly Subject[] => [
  {
    name: "`SlabAllocator`",
    variants: [
      new SlabAllocator({ capacity: CAPACITY }).traits,
      new SlabAllocator({ buffer: new SharedArrayBuffer(CAPACITY) }).traits,
      new SlabAllocator({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY }).traits,
    ],
  },
  {
    name: "`SharedSlabAllocator`",
    variants: [
      new SharedSlabAllocator({ capacity: CAPACITY }).traits,
      new SharedSlabAllocator({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY }).traits,
    ],
  },
  {
    name: "`Arena`",
    variants: [new Arena({ capacity: CAPACITY }).traits, new Arena({ buffer: new SharedArrayBuffer(CAPACITY) }).traits],
  },
  {
    name: "`WasmAllocator`",
    variants: [
      WasmAllocator.createSync({ capacity: CAPACITY }).traits,
      WasmAllocator.createSync({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY }).traits,
      WasmAllocator.createSync({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY, shared: true }).traits,
    ],
  },
  {
    name: "`SharedWasmAllocator`",
    variants: [
      SharedWasmAllocator.createSync({ capacity: CAPACITY }).traits,
      SharedWasmAllocator.createSync({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY }).traits,
    ],
  },
  { name: "`NativeAllocator`", variants: [nativeTraits("typescript"), nativeTraits("c")] },
  { name: "`NativeSharedAllocator`", variants: nativeSharedTraits() },
  {
    name: "`MemoryContext`",
    variants: [
      new MemoryContext(null, { name: "own", quota: CAPACITY }).traits,
      new MemoryContext(null, { name: "shared", quota: CAPACITY, shared: true }).traits,
    ],
  },
];

function nativeTraits(engine: "typescript" | "c"): Traits {
  using heap = new NativeAllocator({ capacity: CAPACITY, engine });
  return heap.traits;
}

function nativeSharedTraits(): readonly Traits[] {
  using heap = new NativeSharedAllocator({ capacity: CAPACITY });
  const { buffer } = new SharedSlabAllocator({ capacity: CAPACITY }).memory;
  return [heap.traits, NativeSharedAllocator.attach(buffer as SharedArrayBuffer).traits];
}

/** One cell: the value that all variants share, or that it is the caller's choice. */
function cell(values: readonly (boolean | number | string)[]): string {
  const [value] = values;
  if (values.some((other) => other !== value)) return "if you ask";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return value >= 1024 ? `${value / 1024} KiB` : `${value} B`;
}

/** Needs the native addon. */
export function featureTable(): string {
  const all = subjects();
  const fields = Object.keys(TRAIT_LABELS) as (keyof typeof TRAIT_LABELS)[];
  const rows = fields.map((field) => [
    TRAIT_LABELS[field],
    ...all.map(({ variants }) => cell(variants.map((traits) => traits[field]))),
  ]);
  const lines = [["", ...all.map(({ name }) => name)], ["---", ...all.map(() => "---")], ...rows];
  return lines.map((row) => `| ${row.join(" | ")} |\n`.replace("|  |", "| |")).join("");
}
