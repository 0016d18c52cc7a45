/**
 * A row for each of AriaX's parts, with a figure or two that show what is said of it; and for what V8's engineers say of
 * pools. Each is measured in a process of its own. To add one: an entry here and a file beside it.
 */
import type { Figure } from "./figure.ts";

export interface Part {
  readonly name: string;
  /** What there is to show. */
  readonly claim: string;
  /** Where it comes from. */
  readonly package: string;
  /** `quick`: for as short as still means something. */
  readonly load: () => Promise<{ measure(quick: boolean): readonly Figure[] | Promise<readonly Figure[]> }>;
}

/** Ways to have a record, each in a process of its own: V8's engineers advise against the second. */
const ADVISED = ["objects", "object pool", "records"] as const;

export const PARTS: readonly Part[] = [
  {
    name: "BitSet",
    claim: "the first free slot in the same time at any size",
    package: "@ariax/bitset",
    load: () => import("./bitset.ts"),
  },
  {
    name: "metadata pool",
    claim: "one acquisition for all records; none, and no garbage, afterwards",
    package: "@ariax/metadata-pool",
    load: () => import("./metadata-pool.ts"),
  },
  {
    name: "bulk slab initialisation",
    claim: "a fresh slab is ready in the same time, whatever its number of blocks",
    package: "@ariax/slab",
    load: () => import("./bulk-slab.ts"),
  },
  {
    name: "Phase 2.1 allocator",
    claim: "blocks and phase 2's records below a microsecond, without a system call",
    package: "@ariax/slab, @ariax/metadata-pool",
    load: () => import("./phases.ts"),
  },
  {
    name: "consciousness state pool",
    claim: "states by handle, and by frequency without looking at all of them",
    package: "@ariax/consciousness",
    load: () => import("./state-pool.ts"),
  },
  {
    name: "Tesla consciousness pool",
    claim: "a tick takes as long, whatever was allocated",
    package: "@ariax/consciousness, @ariax/arena",
    load: () => import("./tesla-pool.ts"),
  },
  {
    name: "mini-VM memory context",
    claim: "teardown in the same time; a gain that is measured",
    package: "@ariax/consciousness, @ariax/memory-context",
    load: () => import("./mini-vm.ts"),
  },
  {
    name: "consciousness scenarios",
    claim: "memory patterns like AriaX's, the same for a seed on every machine",
    package: "@ariax/trace",
    load: () => import("./scenarios.ts"),
  },
  {
    name: "optimisation guide",
    claim: "from phase 2 to phase 2.1 in steps, each with the command that measures it",
    package: "docs/ariax-optimisation-guide.md",
    load: () => import("./guide.ts"),
  },
  ...ADVISED.map(
    (way): Part => ({
      name: `V8's advice: ${way}`,
      claim: "a short-lived object is cheaper than one of a pool",
      package: way === "records" ? "@ariax/metadata-pool" : "",
      load: async () => {
        const { measurePooling } = await import("./pooling.ts");
        return { measure: (quick) => measurePooling(way, quick) };
      },
    }),
  ),
];
