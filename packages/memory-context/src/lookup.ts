/** From an offset to the live block there, and, where it is none of this context, to whose it is. */
import { ForeignBlockError, InvalidBlockError, InvalidFreeError, type Offset, type Offsets } from "@ariax/allocator";
import { isUint32 } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";
import { isBlocks } from "./room.ts";

/**
 * The room of the live block at `offset`. O(1). Else throws `InvalidBlockError`, or `ForeignBlockError` where it lies in another
 * context; the bytes of a child are no block.
 */
export function live(core: Core, offset: Offset): number {
  core.check();
  if (isChild(core, offset)) throw new InvalidBlockError(offset);
  try {
    return core.slab.sizeOf(offset);
  } catch (error) {
    throw explained(core, offset, error);
  }
}

/** Frees a block, and gives its charge back. */
export function freeBlock(core: Core, offset: Offset): void {
  core.check();
  if (isChild(core, offset)) throw new InvalidFreeError(offset);
  const room = typeof offset === "number" ? core.roomAt(offset) : 0;
  try {
    core.slab.free(offset);
  } catch (error) {
    throw explained(core, offset, error);
  }
  core.charge(-room);
}

/** Do a child's bytes begin at `offset`? To the heap they are a block; to the user they are none. */
export function isChild(core: Core, offset: Offset): boolean {
  return core.inside.size !== 0 && core.inside.has(offset);
}

/** `error`, which the heap threw because of `offset`; or, where that belongs to another context, one that names it. */
export function explained(core: Core, offset: Offset, error: unknown): unknown {
  const owner = ownerOf(core, offset);
  return owner === undefined || owner === core ? error : new ForeignBlockError(offset, owner.name, core.name);
}

/** The same of a list, of which the first that is no live block of the context counts. O(n). */
export function explainedMany(core: Core, offsets: Offsets, n: number, error: unknown): unknown {
  for (let i = 0; i < n; i++) {
    try {
      core.slab.sizeOf(offsets[i] >>> 0);
    } catch {
      return explained(core, offsets[i] >>> 0, error);
    }
  }
  return error;
}

/** The context of the same tree, or over the same allocator, that has blocks in the page of `offset`. O(contexts). */
function ownerOf(core: Core, offset: Offset): Core | undefined {
  if (!isUint32(offset)) return undefined;
  let found: Core | undefined;
  for (let level: Iterable<Core> | undefined = roots(core); level !== undefined; ) {
    const next = within(level, offset);
    level = next?.inside.values();
    found = next ?? found;
  }
  // Bytes set aside have no page in the heap's table.
  const isHeaps = found !== undefined && offset - found.base < found.place.bytes - found.aside;
  return isHeaps && isBlocks(found!.current(), found!.base, offset) ? found : undefined;
}

/** The contexts of a core's memory that lie in no other one. */
function roots(core: Core): Iterable<Core> {
  let top = core;
  while (top.parent !== undefined && !top.place.separate) top = top.parent;
  return top.place.separate ? [top] : top.siblings.values();
}

function within(contexts: Iterable<Core>, offset: Offset): Core | undefined {
  for (const core of contexts) if (offset >= core.base && offset - core.base < core.place.bytes) return core;
  return undefined;
}
