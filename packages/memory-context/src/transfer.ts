/** A block that goes from one context to another. */
import { InvalidBlockError, NULL, type Offset } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";
import { freeBlock, live } from "./lookup.ts";
import { refusal, take, untake } from "./quota.ts";

/**
 * The block's first `bytes` in a new block of another context, whose quota it counts in, and the old one freed. Where this throws,
 * both contexts are as they were. What it left is zeroed, if the context it leaves does that. O(bytes).
 */
export function transfer(from: Core, offset: Offset, to: Core, bytes: number | undefined): Offset {
  const room = live(from, offset);
  const size = bytes === undefined ? room : checkInteger("bytes", bytes, 0, room);
  to.ready();
  // To where it is? Then there is nothing to do.
  if (from === to) return offset;
  const moved = take(to, size, undefined, false);
  if (moved === NULL) throw refusal(to, size);
  try {
    // The user's code, told that a soft limit is crossed, may have ended the block, or made it shorter.
    if (live(from, offset) < size) throw new InvalidBlockError(offset);
  } catch (error) {
    untake(to, moved);
    throw error;
  }
  const start = offset - from.base;
  to.ownBytes().set(from.ownBytes().subarray(start, start + size), moved - to.base);
  if (from.zero) from.ownBytes().fill(0, start, start + from.roomAt(offset));
  freeBlock(from, offset);
  return moved;
}
