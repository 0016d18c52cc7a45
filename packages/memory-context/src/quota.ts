/** Charging: the quota that no block gets past, and the soft limit that gives notice before. */
import {
  DEFAULT_ALIGNMENT,
  InvalidArgumentError,
  NULL,
  type Offset,
  type OutOfMemoryError,
  QuotaExceededError,
} from "@ariax/allocator";
import { checkInteger, outOfMemory } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";
import { roomFor } from "./room.ts";

/**
 * Gives notice where so many bytes more would take `used` above `soft`. That runs the user's code, after which nothing is
 * as it was: only the context is known to be still there, else this throws. What the user's code throws comes out.
 */
export function press(core: Core, bytes: number): void {
  const crosses = core.used <= core.soft && core.used + bytes > core.soft;
  if (!crosses || core.pressing) return;
  // Of memory that is gone, or too short, nothing is announced.
  core.heap.checkLength();
  core.pressures++;
  const { onPressure } = core;
  if (onPressure === undefined) return;
  core.pressing = true;
  try {
    onPressure(core.context as never, bytes);
  } finally {
    core.pressing = false;
  }
  core.check();
}

/** Does the quota allow so many bytes more? If not, that is counted. */
export function allows(core: Core, bytes: number): boolean {
  if (core.used + bytes <= core.quota) return true;
  core.refused++;
  core.shortage = bytes;
  return false;
}

/** The same for a block. Where the quota is as large as the heap, what is above it finds no room there: that is what is short. */
export function allowsBlock(core: Core, bytes: number): boolean {
  const fits = core.used + bytes <= core.quota;
  if (fits || core.quota < core.room || bytes <= heapFree(core)) return allows(core, bytes);
  core.shortage = 0;
  return false;
}

/** Bytes of the heap that are in no block, and in no child. */
export function heapFree({ room, used, granted, inner }: Core): number {
  return room - (used - granted + inner);
}

/**
 * A block, charged; or `NULL`, and `core.shortage` says why. With `quiet` it runs no code of the user's. What is charged is the
 * room that the block has, which is more than was foreseen where no slab of its class can be made any more.
 */
export function take(core: Core, size: number, alignment: number | undefined, quiet: boolean): Offset {
  const { slab } = core;
  for (let room = roomFor(size, alignment); ; ) {
    if (!quiet) press(core, room);
    if (!allowsBlock(core, room)) return NULL;
    const offset = slab.tryAllocate(size, alignment);
    if (offset === NULL) {
      core.shortage = 0;
      return NULL;
    }
    const got = core.roomAt(offset);
    // Does the larger room cross a limit that the one foreseen did not?
    if (got === room || core.used + got <= (quiet || core.used + room > core.limit ? core.quota : core.limit)) {
      core.charge(got);
      return offset;
    }
    slab.free(offset);
    room = got;
  }
}

/** Takes a block back that `take` gave, as if it had never been: no peak is left of it. */
export function untake(core: Core, offset: Offset): void {
  core.used -= core.roomAt(offset);
  core.slab.free(offset);
  core.refresh();
}

/** Why `take` gave no block. */
export function refusal(
  core: Core,
  size: number,
  alignment: number = DEFAULT_ALIGNMENT,
): QuotaExceededError | OutOfMemoryError {
  if (core.shortage === 0) return outOfMemory(core.slab, size, alignment);
  return new QuotaExceededError(core.name, core.shortage, core.used, core.quota);
}

/**
 * Not below what is used, nor above what is reserved; and the parent is charged the difference. A soft limit above it is
 * lowered to it.
 */
export function setQuota(core: Core, quota: number): void {
  checkQuota(core, quota);
  const { parent } = core;
  if (parent !== undefined) {
    press(parent, quota - core.quota);
    // The user's code may have run.
    checkQuota(core, quota);
    const more = quota - core.quota;
    if (!allows(parent, more)) throw refusal(parent, more);
    parent.granted += more;
    parent.charge(more);
  }
  core.quota = quota;
  if (core.follows || core.soft > quota) core.soft = quota;
  core.refresh();
}

function checkQuota(core: Core, quota: number): void {
  core.check();
  const { most, borrowed } = core.place;
  if (Number.isInteger(quota) && quota > most && !borrowed) {
    throw new InvalidArgumentError(
      `invalid quota: ${quota} is more than ${most}, where its run ends: make it with a larger reserve`,
    );
  }
  checkInteger("quota", quota, Math.max(1, core.used), most);
}

export function setSoft(core: Core, soft: number): void {
  core.check();
  core.soft = checkInteger("soft", soft, 0, core.quota);
  core.follows = false;
  core.refresh();
}

/** What a context holds. See `MemoryContext.usage`. */
export interface ContextUsage {
  readonly name: string;
  readonly quota: number;
  readonly soft: number;
  /** Bytes charged: the room of each live block, the quota of each child, and what is set aside. */
  readonly used: number;
  /** Those of children among them. */
  readonly granted: number;
  /** Those set aside among them. */
  readonly aside: number;
  /** The most that ever was. */
  readonly peak: number;
  /** quota − used. */
  readonly available: number;
  /** Bytes of its run, control block and slack included. */
  readonly reserved: number;
  readonly children: number;
  /** Calls that the quota refused. */
  readonly refused: number;
  /** How often a call was about to take `used` above `soft`. */
  readonly pressures: number;
}

export function usageOf(core: Core): ContextUsage {
  core.check();
  const { name, quota, soft, used, aside, refused, pressures } = core;
  return {
    ...{ name, quota, soft, used, aside, refused, pressures },
    granted: core.granted - aside,
    peak: Math.max(core.peak, used),
    available: quota - used,
    reserved: core.place.bytes,
    children: core.children.size,
  };
}
