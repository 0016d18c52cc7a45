/**
 * Are the bytes still there? A buffer can be transferred away or shrunk, and memory that has grown leaves a detached buffer
 * behind. The length of a buffer is a call for V8; that of a typed array is a load. So an arena keeps a view of its last
 * byte, whose length is 1, and 0 from the moment on at which that byte is gone:
 *
 *     if (this.lastByte.length === 0) this.lastByte = lastByteOf(this.memory, end);
 *
 * Given the view that was right before, that is returned while it still is: no garbage.
 *
 * A buffer that is long enough again makes it 1 again. Where contents are read or written, the second half is done without
 * the first: a memory may have another buffer, though the old one is still there.
 */
import { CorruptionError, DetachedError, type Memory, type Offset } from "@ariax/allocator";
import { isBuffer } from "@ariax/allocator/implement";

/**
 * The byte below `end`, in the memory as it is now; `before`: that of an earlier call. Throws `DetachedError` where the memory is gone, and `CorruptionError`
 * where it is shorter than that. O(1).
 */
export function lastByteOf(memory: Memory, end: Offset, before?: Uint8Array): Uint8Array {
  const { buffer } = memory;
  if (before !== undefined && before.length !== 0 && before.buffer === buffer) return before;
  const length = isBuffer(buffer) ? buffer.byteLength : 0;
  if (length === 0) throw new DetachedError();
  if (length < end) throw new CorruptionError(`truncated: the arena ends at byte ${end}, its buffer at ${length}`);
  return new Uint8Array(buffer, end - 1, 1);
}
