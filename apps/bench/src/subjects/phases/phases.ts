/** The three phases, as the story and the bench's subjects make them. */
import type { Allocator } from "@ariax/allocator";

/** A phase as the story runs it. `systemCalls` is what its own code has counted; phase 1 has none that could make one. */
export type Phase = Allocator & { systemCalls?(): number };

export interface PhaseSpec {
  readonly name: "phase-1" | "phase-2" | "phase-2.1";
  readonly title: string;
  readonly what: string;
  /** What AriaX gives, in ns per allocation; of phase 2.1 the target that it set. */
  readonly original: number;
  /** System calls that it reports of a run, or aims at. */
  readonly originalCalls?: number;
  /** Throws `NoAddonError` where phase 2 can't be built. */
  readonly create: (capacity: number) => Promise<Phase>;
}

export const PHASES: readonly PhaseSpec[] = [
  {
    name: "phase-1",
    title: "Phase 1",
    what: "the simple original: one region, first fit, headers between the blocks",
    original: 120,
    create: async (capacity) => new (await import("@ariax/consciousness/phase-1")).PhaseOne({ capacity }),
  },
  {
    name: "phase-2",
    title: "Phase 2",
    what: "phase 1, and each block's record an mmap and a munmap of its own",
    original: 6457,
    originalCalls: 6685,
    create: async (capacity) => {
      const records = (await import("./addon.ts")).loadMappedRecords();
      return new (await import("./phase-2.ts")).PhaseTwo({ capacity }, records);
    },
  },
  {
    name: "phase-2.1",
    title: "Phase 2.1",
    what: "the same records from metadata pools, blocks from the slab heap",
    original: 50,
    originalCalls: 0,
    create: async (capacity) => {
      const { SlabAllocator } = await import("@ariax/slab");
      return new (await import("./phase-2.1.ts")).PhaseTwoOne(new SlabAllocator({ capacity }));
    },
  },
];

/** As a subject of the bench. */
export const createPhase = (name: PhaseSpec["name"], capacity: number): Promise<Phase> =>
  PHASES.find((phase) => phase.name === name)!.create(capacity);
