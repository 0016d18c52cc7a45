/**
 * Every error of the family: a stable `code` for programs, one lower-case line with the numbers in it for people.
 *
 * A wrong argument is also a `RangeError` or a `TypeError`, as a JavaScript programmer expects. So that all of them are
 * an `AllocatorError` too, that class recognises its instances by a brand, not by the prototype chain; the brand is a
 * registered symbol, so errors of a second copy of this package are recognised as well.
 *
 * `name` is a literal, as a minifier shortens the classes', and a field, which is defined, not assigned: assigning fails
 * where `Error.prototype` is frozen. A subclass that gives itself no name has its parent's.
 */
import { show } from "./show.ts";

const BRAND = /* @__PURE__ */ Symbol.for("@ariax/allocator.error");

/** The codes in use. A code never changes its meaning; new ones may be added. */
export type ErrorCode =
  | "ERR_OUT_OF_MEMORY"
  | "ERR_INVALID_SIZE"
  | "ERR_INVALID_ALIGNMENT"
  | "ERR_INVALID_ARGUMENT"
  | "ERR_INVALID_BLOCK"
  | "ERR_INVALID_FREE"
  | "ERR_DOUBLE_FREE"
  | "ERR_CORRUPTED"
  | "ERR_POOL_EXHAUSTED"
  | "ERR_STALE_HANDLE"
  | "ERR_QUOTA_EXCEEDED"
  | "ERR_FRAME_EXPIRED"
  | "ERR_NESTED_TICK"
  | "ERR_FOREIGN_BLOCK"
  | "ERR_CONTEXT_DISPOSED"
  | "ERR_CONTEXT_LENT"
  | "ERR_DETACHED"
  | "ERR_UNSUPPORTED"
  | "ERR_REGION_UNMAPPED"
  | "ERR_NATIVE_UNAVAILABLE"
  | "ERR_INVALID_TRACE"
  | "ERR_CONTRACT_BROKEN"
  | "ERR_TICKET"
  | "ERR_NO_LANE"
  | "ERR_LANE_LOST"
  | "ERR_CLOSED"
  | "ERR_PIN_LIMIT"
  | "ERR_NO_SLOTS"
  | "ERR_BLOCK_MOVING";

/** What every error of the family has. `error instanceof AllocatorError` holds for all of them. */
export class AllocatorError extends Error {
  override readonly name: string = "AllocatorError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = brand(this, code);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass asks for its own instances, in the ordinary way.
    if (this !== AllocatorError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

function brand(error: Error, code: ErrorCode): ErrorCode {
  Object.defineProperty(error, BRAND, { value: true });
  return code;
}

/** A number that no allocator could serve. */
abstract class ArgumentRangeError extends RangeError {
  abstract override readonly name: string;
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = brand(this, code);
  }
}

/** A size that is no whole number of bytes from 0 to the capacity; `limit` and `remedy` name what is exceeded, and what would help. */
export class InvalidSizeError extends ArgumentRangeError {
  override readonly name: string = "InvalidSizeError";

  constructor(size: unknown, capacity: number, limit = "capacity", remedy = "") {
    const isAbove = Number.isInteger(size) && (size as number) > capacity;
    const why = isAbove
      ? `exceeds the ${limit} of ${capacity} bytes${remedy}`
      : `is not a whole number of bytes from 0 to ${capacity}`;
    super("ERR_INVALID_SIZE", `invalid size: ${show(size)} ${why}`);
  }
}

/** An alignment that is no power of two, or is above what the allocator can do; `why` says what sets the maximum. */
export class InvalidAlignmentError extends ArgumentRangeError {
  override readonly name: string = "InvalidAlignmentError";

  constructor(alignment: unknown, maximum: number, why = "") {
    super(
      "ERR_INVALID_ALIGNMENT",
      `invalid alignment: ${show(alignment)} is not a power of two from 1 to ${maximum}${why}`,
    );
  }
}

/** Any other argument out of its range: the message says which, and what would do. */
export class InvalidArgumentError extends ArgumentRangeError {
  override readonly name: string = "InvalidArgumentError";

  constructor(message: string) {
    super("ERR_INVALID_ARGUMENT", message);
  }
}

/** What there is, in bytes: of `AllocatorStats`. */
export interface Room {
  readonly free: number;
  readonly largestFree: number;
  /** Said where it is less than the capacity: the rest can still be grown by. */
  readonly committed?: number;
  /** What will be free, and when: "4096 bytes wait for …". */
  readonly waiting?: string;
}

/** A block that does not fit. Nothing changed; freeing, or a smaller size, may help. */
export class OutOfMemoryError extends AllocatorError {
  override readonly name: string = "OutOfMemoryError";
  /** The bytes asked for. */
  readonly requested: number;
  /** The bytes that no block has, and those of them that lie in one piece, when it was thrown. An alignment may leave less. */
  readonly free: number | undefined;
  readonly largestFree: number | undefined;

  constructor(size: number, alignment: number, capacity: number, room?: Room) {
    const there = room === undefined ? "" : `: ${room.free} are free, at most ${room.largestFree} of them in one piece`;
    const { committed = capacity, waiting: later } = room ?? {};
    const waiting = later ? `; ${later}` : "";
    const part = committed < capacity ? `, of which ${committed} are committed` : "";
    super(
      "ERR_OUT_OF_MEMORY",
      `out of memory: no room for ${size} bytes aligned to ${alignment} in a capacity of ${capacity} bytes${part}${there}${waiting}`,
    );
    this.requested = size;
    this.free = room?.free;
    this.largestFree = room?.largestFree;
  }
}

/** Memory that the host does not have. Nothing changed; less, or freeing something else, may help. Code `ERR_OUT_OF_MEMORY`. */
export class HostMemoryError extends AllocatorError {
  override readonly name: string = "HostMemoryError";
  /** The bytes asked for. What the host has, it does not say. */
  readonly requested: number;

  constructor(bytes: number) {
    super("ERR_OUT_OF_MEMORY", `out of memory: the host has no buffer of ${bytes} bytes`);
    this.requested = bytes;
  }
}

/** Something that this host does not have, or does not allow: the message says what, and what would help. */
export class UnsupportedError extends AllocatorError {
  override readonly name: string = "UnsupportedError";

  constructor(what: string) {
    super("ERR_UNSUPPORTED", `unsupported: ${what}`);
  }
}

/** A call for a block that is not live: `sizeOf`, `resize`, `reallocate`, a view; `what` says it of what is no offset. */
export class InvalidBlockError extends AllocatorError {
  override readonly name: string = "InvalidBlockError";

  constructor(offset: unknown, what = `no live block begins at offset ${show(offset)}`) {
    super("ERR_INVALID_BLOCK", `invalid block: ${what}`);
  }
}

/** A free of what is no block: an interior or unaligned offset, or one that was never allocated; `what` says it of what is no offset. */
export class InvalidFreeError extends AllocatorError {
  override readonly name: string = "InvalidFreeError";

  constructor(offset: unknown, what = `no block begins at offset ${show(offset)}`) {
    super("ERR_INVALID_FREE", `invalid free: ${what}`);
  }
}

/** A free of a block that is free already; `what` names something else than a block, where that was freed. */
export class DoubleFreeError extends AllocatorError {
  override readonly name: string = "DoubleFreeError";

  constructor(offset: number, what = `the block at offset ${show(offset)}`) {
    super("ERR_DOUBLE_FREE", `double free: ${what} is free already`);
  }
}

/** Metadata that breaks an invariant: the heap must not be used any more. Code `ERR_CORRUPTED`. */
export class CorruptionError extends AllocatorError {
  override readonly name: string = "CorruptionError";

  constructor(what: string) {
    super("ERR_CORRUPTED", `corrupted: ${what}`);
  }
}

/** A fixed-capacity pool with no slot left, or too few; `what` names the pool, and `how` says how it is. */
export class PoolExhaustedError extends AllocatorError {
  override readonly name: string = "PoolExhaustedError";
  /** Records, or what else the pool has, that were asked for: one, unless it says how many. */
  readonly requested: number;
  /** Those that are free: none, unless more than one was asked for. They need not lie side by side. */
  readonly free: number;
  readonly largestFree: number;

  constructor(
    capacity: number,
    retired = 0,
    what = "pool",
    how = `all ${capacity - retired} slots are live${retired > 0 ? `, ${retired} are retired` : ""}`,
    requested = 1,
    free = 0,
  ) {
    super("ERR_POOL_EXHAUSTED", `${what} exhausted: ${how}`);
    this.requested = requested;
    this.free = this.largestFree = free;
  }
}

/** A handle whose slot was released, or given to someone else, since; `what` says whose it was. */
export class StaleHandleError extends AllocatorError {
  override readonly name: string = "StaleHandleError";

  constructor(handle: unknown, what = `${show(handle)} is not live`) {
    super("ERR_STALE_HANDLE", `stale handle: ${what}`);
  }
}

/** A context that would exceed its quota. */
export class QuotaExceededError extends AllocatorError {
  override readonly name: string = "QuotaExceededError";
  /** The bytes that were to be added. */
  readonly requested: number;
  /** The bytes that the quota still has. Where a block was asked for, its heap may have less of them in one piece. */
  readonly free: number;
  readonly largestFree: number;

  constructor(name: string, size: number, used: number, quota: number) {
    super(
      "ERR_QUOTA_EXCEEDED",
      `quota exceeded: ${size} bytes on top of ${used} exceed the ${quota} of ${JSON.stringify(name)}`,
    );
    this.requested = size;
    this.free = this.largestFree = Math.max(0, quota - used);
  }
}

/** A block used after the frame that it was allocated in. */
export class FrameExpiredError extends AllocatorError {
  override readonly name: string = "FrameExpiredError";

  constructor(offset: number, frame: number, now: number) {
    super(
      "ERR_FRAME_EXPIRED",
      `frame expired: the block at offset ${offset} lived in frame ${frame}, it is ${now} now`,
    );
  }
}

/** A tick from inside of a tick: the frames of the one that runs would end under its feet. */
export class NestedTickError extends AllocatorError {
  override readonly name: string = "NestedTickError";

  constructor(what: string) {
    super("ERR_NESTED_TICK", `nested tick: ${what} was called inside of a tick`);
  }
}

/** A block, or a reference to one, used through a context that it does not belong to; both are named. */
export class ForeignBlockError extends AllocatorError {
  override readonly name: string = "ForeignBlockError";

  constructor(offset: number, owner: string, context: string) {
    super(
      "ERR_FOREIGN_BLOCK",
      `foreign block: offset ${offset} lies in ${JSON.stringify(owner)}, not in ${JSON.stringify(context)}`,
    );
  }
}

/** A context that was disposed of, or a block of it. */
export class ContextDisposedError extends AllocatorError {
  override readonly name: string = "ContextDisposedError";

  constructor(name: string) {
    super("ERR_CONTEXT_DISPOSED", `context disposed: ${JSON.stringify(name)} and its blocks are gone`);
  }
}

/** A context used here while another thread has it. */
export class ContextLentError extends AllocatorError {
  override readonly name: string = "ContextLentError";

  constructor(name: string) {
    super("ERR_CONTEXT_LENT", `context lent: ${JSON.stringify(name)} is with another thread until it is reclaimed`);
  }
}

/** Memory that is gone: its buffer was transferred, its mapping undone, its WebAssembly.Memory has another; `what` says it in other words. */
export class DetachedError extends AllocatorError {
  override readonly name: string = "DetachedError";

  constructor(
    what = "the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown",
  ) {
    super("ERR_DETACHED", `detached: ${what}`);
  }
}

/** A thread's ticket that is in use, or over, or none are left. Nothing changed. */
export class TicketError extends AllocatorError {
  override readonly name: string = "TicketError";

  constructor(what: string) {
    super("ERR_TICKET", `ticket: ${what}`);
  }
}

/** No lane for one more thread; `remedy` is what makes one. Nothing changed. */
export class NoLaneError extends AllocatorError {
  override readonly name: string = "NoLaneError";

  constructor(lanes: number, remedy: string) {
    super("ERR_NO_LANE", `no lane: all ${lanes} are held; ${remedy}`);
  }
}

/** A thread whose lane was reclaimed though it lives: it must stop using what the lane is of; `loss` is why. */
export class LaneLostError extends AllocatorError {
  override readonly name: string = "LaneLostError";

  constructor(ticket: number, loss: string) {
    super("ERR_LANE_LOST", `lane lost: ticket ${ticket} was reclaimed while its thread lives; ${loss}`);
  }
}

/** A heap, or a pool, that was closed by this thread; `what` says which. */
export class ClosedError extends AllocatorError {
  override readonly name: string = "ClosedError";

  constructor(what: string) {
    super("ERR_CLOSED", `closed: this thread has closed the ${what}; attach again with a new ticket`);
  }
}
