import { type Allocator, CorruptionError, DEFAULT_ALIGNMENT, NULL, type Offset } from "@ariax/allocator";
import { isRefusal } from "@ariax/allocator/implement";
import { newArray } from "./arrays.ts";
import { checkMethods, checkTrace } from "./check.ts";
import { Pattern } from "./pattern.ts";
import { clear, freeLive, type ReplaySummary, summarise } from "./replay.ts";
import { ALLOCATE, FREE, type Trace } from "./trace.ts";

/**
 * `replay` with suspicion: every block is filled with a pattern of its own when it is made, and the pattern is looked for when the block is
 * reallocated or freed, and at the end of the trace. So blocks that overlap, contents lost by a reallocation and writes into blocks by the
 * allocator are noticed; so are blocks that are unaligned, outside of the memory or smaller than asked for. `verify` runs at the end.
 *
 * What the trace leaves live is freed, unless `live` is given, as in `replay`. Cost: O(bytes allocated).
 *
 * @throws `CorruptionError` naming event and block.
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 */
export function replayChecked(trace: Trace, allocator: Allocator, live?: Uint32Array): ReplaySummary {
  const read = checkTrace(trace);
  const { op, slot, size, events, slots } = read;
  checkMethods("allocator", allocator, ["tryAllocate", "free", "reallocate", "sizeOf", "verify"]);
  const offsets = live === undefined ? newArray(Uint32Array, slots) : live;
  const bytesOf = newArray(Uint32Array, slots);
  const seedOf = newArray(Int32Array, slots);
  const pattern = new Pattern(allocator.memory);
  const refused: number[] = [];
  clear(offsets, slots);

  const intact = (e: number, s: number, offset: Offset, bytes: number): void => {
    const at = pattern.check(offset, bytesOf[s], seedOf[s], bytes);
    if (at >= 0) throw new CorruptionError(`byte ${at} of ${block(e, s, offset)} was overwritten`);
  };
  const block = (e: number, s: number, offset: Offset): string =>
    `the block of ${bytesOf[s]} bytes at offset ${offset} (event ${e}, slot ${s})`;
  const made = (e: number, s: number, offset: Offset): void => {
    const room = allocator.sizeOf(offset);
    if (room < bytesOf[s]) throw new CorruptionError(`${block(e, s, offset)} has room for only ${room}`);
    if (offset % DEFAULT_ALIGNMENT !== 0) throw new CorruptionError(`${block(e, s, offset)} is not aligned`);
    const end = allocator.memory.buffer.byteLength;
    if (offset + bytesOf[s] > end) throw new CorruptionError(`${block(e, s, offset)} ends outside of ${end} bytes`);
    pattern.fill(offset, bytesOf[s], seedOf[s]);
  };

  for (let e = 0; e < events; e++) {
    const s = slot[e];
    let offset = offsets[s];
    if (op[e] === ALLOCATE) {
      offset = offsets[s] = attempt(() => allocator.tryAllocate(size[e]));
      if (offset === NULL) {
        refused.push(e);
        continue;
      }
      seedOf[s] = e;
      bytesOf[s] = size[e];
      made(e, s, offset);
    } else if (offset === NULL) {
      // The block was never made.
    } else if (op[e] === FREE) {
      intact(e, s, offset, bytesOf[s]);
      allocator.free(offset);
      offsets[s] = NULL;
    } else {
      intact(e, s, offset, bytesOf[s]);
      const moved = attempt(() => allocator.reallocate(offset, size[e]));
      if (moved === NULL) {
        refused.push(e);
        intact(e, s, offset, bytesOf[s]);
        continue;
      }
      offsets[s] = moved;
      intact(e, s, moved, Math.min(bytesOf[s], size[e]));
      bytesOf[s] = size[e];
      made(e, s, moved);
    }
  }
  for (let s = 0; s < slots; s++) {
    if (offsets[s] !== NULL) intact(events, s, offsets[s], bytesOf[s]);
  }
  allocator.verify();
  if (live === undefined) freeLive(allocator, offsets);
  return summarise(read, refused);
}

/** `NULL` where `call` throws for want of room. */
function attempt(call: () => Offset): Offset {
  try {
    return call();
  } catch (error) {
    if (isRefusal(error)) return NULL;
    throw error;
  }
}
