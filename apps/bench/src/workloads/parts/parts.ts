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

const part = (name: string, claim: string, from: string, load: Part["load"]): Part => ({
  ...{ name, claim, package: from, load },
});

/** Ways to have a record, each in a process of its own: V8's engineers advise against the second. */
const ADVISED = ["objects", "object pool", "records"] as const;

export const PARTS: readonly Part[] = [
  part("BitSet", "the first free slot in the same time at any size", "@ariax/bitset", () => import("./bitset.ts")),
  part(
    "metadata pool",
    "one acquisition for all records; none, and no garbage, afterwards",
    "@ariax/metadata-pool",
    () => import("./metadata-pool.ts"),
  ),
  part(
    "bulk slab initialisation",
    "a fresh slab is ready in the same time, whatever its number of blocks",
    "@ariax/slab",
    () => import("./bulk-slab.ts"),
  ),
  part(
    "Phase 2.1 allocator",
    "blocks and phase 2's records below a microsecond, without a system call",
    "@ariax/slab, @ariax/metadata-pool",
    () => import("./phases.ts"),
  ),
  part(
    "consciousness state pool",
    "states by handle, and by frequency without looking at all of them",
    "@ariax/consciousness",
    () => import("./state-pool.ts"),
  ),
  part(
    "Tesla consciousness pool",
    "a tick takes as long, whatever was allocated",
    "@ariax/consciousness, @ariax/arena",
    () => import("./tesla-pool.ts"),
  ),
  part(
    "mini-VM memory context",
    "teardown in the same time; a gain that is measured",
    "@ariax/consciousness, @ariax/memory-context",
    () => import("./mini-vm.ts"),
  ),
  part(
    "consciousness scenarios",
    "memory patterns like AriaX's, the same for a seed on every machine",
    "@ariax/trace",
    () => import("./scenarios.ts"),
  ),
  part(
    "optimisation guide",
    "from phase 2 to phase 2.1 in steps, each with the command that measures it",
    "docs/ariax-optimisation-guide.md",
    () => import("./guide.ts"),
  ),
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
