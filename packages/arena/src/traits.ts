import type { Traits } from "@ariax/allocator";

/** Bytes. */
export const MAX_ALIGNMENT = 65536;

/** What an arena promises. It does reuse the memory of its last blocks, but that is no promise for any block. */
export function arenaTraits(name: string, shared: boolean): Traits {
  return {
    name,
    maxAlignment: MAX_ALIGNMENT,
    reuse: false,
    resize: true,
    grows: false,
    shared,
    threadSafe: false,
    returnsMemory: false,
    attachable: false,
  };
}
