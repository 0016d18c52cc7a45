/** The feature table of the README, from the traits that the allocators themselves declare. */
import { TRAIT_LABELS, type Traits } from "../../packages/allocator/src/index.ts";
import { Arena } from "../../packages/arena/src/index.ts";
import { SlabAllocator } from "../../packages/slab/src/index.ts";

const CAPACITY = 1 << 20;

/** Each allocator over memory of its own, over shared memory that it is given, and over memory that grows. */
const SUBJECTS: readonly { name: string; variants: readonly Traits[] }[] = [
  {
    name: "`SlabAllocator`",
    variants: [
      new SlabAllocator({ capacity: CAPACITY }).traits,
      new SlabAllocator({ buffer: new SharedArrayBuffer(CAPACITY) }).traits,
      new SlabAllocator({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY }).traits,
    ],
  },
  {
    name: "`Arena`",
    variants: [new Arena({ capacity: CAPACITY }).traits, new Arena({ buffer: new SharedArrayBuffer(CAPACITY) }).traits],
  },
];

/** One cell: the value that all variants share, or that it is the caller's choice. */
function cell(values: readonly (boolean | number | string)[]): string {
  const [value] = values;
  if (values.some((other) => other !== value)) return "if you ask";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return value >= 1024 ? `${value / 1024} KiB` : `${value} B`;
}

export function featureTable(): string {
  const fields = Object.keys(TRAIT_LABELS) as (keyof typeof TRAIT_LABELS)[];
  const rows = fields.map((field) => [
    TRAIT_LABELS[field],
    ...SUBJECTS.map(({ variants }) => cell(variants.map((traits) => traits[field]))),
  ]);
  const all = [["", ...SUBJECTS.map(({ name }) => name)], ["---", ...SUBJECTS.map(() => "---")], ...rows];
  return all.map((row) => `| ${row.join(" | ")} |\n`.replace("|  |", "| |")).join("");
}
