/** Run by a host: heaps over the resizable buffer of a WebAssembly program grow. Prints "ok"; "none" where there is no such buffer. */
import { SlabAllocator } from "../../src/index.ts";

const PAGE = 65536;
type Resizable = WebAssembly.Memory & { toResizableBuffer?(): ArrayBuffer };

function grows(shared: boolean): boolean {
  const limits = { initial: 2, maximum: 100, shared };
  const [memory, other]: Resizable[] = [new WebAssembly.Memory(limits), new WebAssembly.Memory(limits)];
  if (memory.toResizableBuffer === undefined) return false;
  const buffer = memory.toResizableBuffer();
  const given = new SlabAllocator({ buffer, byteOffset: 100, byteLength: 60 * PAGE });
  const offset = given.allocate(1_000_001);
  const same = SlabAllocator.attach(buffer, 100);
  if (!same.resize(offset, 2_000_001) || memory.buffer.byteLength < 2_000_001) throw new Error("it did not grow");
  // The memory itself, whose buffer does not become another one by growing now.
  const there = other.toResizableBuffer?.();
  const whole = new SlabAllocator({ memory: other, byteLength: 100 * PAGE });
  whole.free(whole.allocate(1 << 20));
  if (other.buffer !== there) throw new Error("it is another buffer");
  for (const heap of [given, same, whole]) heap.verify();
  return true;
}

const done = [false, true].map(grows);
console.log(done.includes(false) ? "none" : "ok");
