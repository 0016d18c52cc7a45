/**
 * A row for each of AriaX's parts, with a figure or two that show what is said of it; and for what V8's engineers say of pools. Each is measured in a process of its
 * own; to add one, a line here and a file in `parts/`.
 */
import type { Figure } from "./parts/figure.ts";

export interface Part {
  readonly name: string;
  /** What there is to show. */
  readonly claim: string;
  /** Where it comes from. */
  readonly package: string;
  /** `quick`: for as short as still means something. */
  readonly load: () => Promise<(quick: boolean) => readonly Figure[] | Promise<readonly Figure[]>>;
}

/** Ways to have a record, each in a process of its own: V8's engineers advise against the second. */
const ADVISED = ["objects", "object pool", "records"] as const;

export const PARTS: readonly Part[] = [
  {
    name: "BitSet",
    claim: "the first free slot in the same time at any size",
    package: "@ariax/bitset",
    load: async () => (await import("./parts/bitset.ts")).measure,
  },
  {
    name: "metadata pool",
    claim: "one acquisition for all records; none, and no garbage, afterwards",
    package: "@ariax/metadata-pool",
    load: async () => (await import("./parts/metadata-pool.ts")).measure,
  },
  {
    name: "bulk slab initialisation",
    claim: "a fresh slab is ready in the same time, whatever its number of blocks",
    package: "@ariax/slab",
    load: async () => (await import("./parts/bulk-slab.ts")).measure,
  },
  {
    name: "Phase 2.1 allocator",
    claim: "blocks and phase 2's records below a microsecond, without a system call",
    package: "@ariax/slab, @ariax/metadata-pool",
    load: async () => (await import("./parts/phases.ts")).measure,
  },
  {
    name: "consciousness state pool",
    claim: "states by handle, and by frequency without looking at all of them",
    package: "@ariax/consciousness",
    load: async () => (await import("./parts/state-pool.ts")).measure,
  },
  {
    name: "Tesla consciousness pool",
    claim: "a tick takes as long, whatever was allocated",
    package: "@ariax/consciousness, @ariax/arena",
    load: async () => (await import("./parts/tesla-pool.ts")).measure,
  },
  {
    name: "mini-VM memory context",
    claim: "teardown in the same time; a gain that is measured",
    package: "@ariax/consciousness, @ariax/memory-context",
    load: async () => (await import("./parts/mini-vm.ts")).measure,
  },
  {
    name: "consciousness scenarios",
    claim: "memory patterns like AriaX's, the same for a seed on every machine",
    package: "@ariax/trace",
    load: async () => (await import("./parts/scenarios.ts")).measure,
  },
  {
    name: "optimisation guide",
    claim: "from phase 2 to phase 2.1 in steps, each with the command that measures it",
    package: "docs/ariax-optimisation-guide.md",
    load: async () => (await import("./parts/guide.ts")).measure,
  },
  ...ADVISED.map(
    (way): Part => ({
      name: `V8's advice: ${way}`,
      claim: "a short-lived object is cheaper than one of a pool",
      package: way === "records" ? "@ariax/metadata-pool" : "",
      load: async () => {
        const { measurePooling } = await import("./parts/pooling.ts");
        return (quick) => measurePooling(way, quick);
      },
    }),
  ),
];

export async function measurePart(name: string, quick: boolean): Promise<readonly Figure[]> {
  const part = PARTS.find((one) => one.name === name);
  if (part === undefined) throw new Error(`there is no part ${name}`);
  return (await part.load())(quick);
}
