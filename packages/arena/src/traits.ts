import type { Allocator, Traits } from "@ariax/allocator";
import { allocatorWords, type Words } from "@ariax/allocator/implement";

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

/** What arenas say where they are printed or sent. */
export const WORDS: Words<Allocator> = /* @__PURE__ */ allocatorWords(
  "an arena",
  "post arena.memory.buffer, in the transfer list unless it is shared, and the offsets of blocks",
);
