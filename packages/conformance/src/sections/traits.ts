/** Each claim in `traits` is true. What is not claimed is not tested, but `shared`, which is a fact either way. */
import { type Allocator, DEFAULT_ALIGNMENT, InvalidAlignmentError, NULL, type Offset } from "@ariax/allocator";
import { check, fail, refuses } from "../fail.ts";
import { fillUp } from "../limits.ts";
import { Shadow } from "../shadow.ts";
import { ROOMY, type Suite, TIGHT } from "../suite.ts";

export function traits({ test, create, attach, traits: claims }: Suite): void {
  test("name is a name", () => {
    check(typeof claims.name === "string" && claims.name !== "", () => `traits.name is ${String(claims.name)}`);
  });

  test("maxAlignment can be had, and no more", () => {
    const { maxAlignment } = claims;
    check(maxAlignment >= DEFAULT_ALIGNMENT, () => `traits.maxAlignment is ${maxAlignment}, less than the default`);
    const heap = new Shadow(create(Math.max(ROOMY, 8 * maxAlignment)));
    for (let i = 0; i < 2; i++) heap.allocate(1, maxAlignment);
    refuses(
      `allocate(1, ${maxAlignment * 2})`,
      () => heap.allocate(1, maxAlignment * 2),
      new InvalidAlignmentError(maxAlignment * 2, maxAlignment),
    );
    heap.check();
  });

  test("shared says whether the memory is a SharedArrayBuffer", () => {
    const kind = Object.prototype.toString.call(create(TIGHT).memory.buffer).slice(8, -1);
    const shared = kind === "SharedArrayBuffer";
    check(shared === claims.shared, () => `traits.shared is ${claims.shared}, but memory.buffer is of kind ${kind}`);
  });

  if (claims.reuse) {
    test("reuse: what was freed is allocated again, many times over", () => {
      const heap = new Shadow(create(TIGHT));
      for (const size of [8, 100, 1024, 10_000, TIGHT / 4]) {
        for (let bytes = 0; bytes < 3 * TIGHT; bytes += Math.max(64, size)) heap.free(heap.allocate(size));
      }
      heap.check();
    });
  }

  if (claims.resize) {
    test("resize: some block becomes larger in place", () => {
      const heap = new Shadow(create(ROOMY));
      const grows = [8, 64, 1000, 4096, 16384, 65536].some((size) => {
        const p = heap.allocate(size);
        const usable = heap.sizeOf(p);
        return [1, 8, size, 4096].some((more) => heap.resize(p, usable + more));
      });
      check(grows, () => "traits.resize is true, but no block of 8 to 65536 bytes could be made larger");
      heap.check();
    });
  }

  if (claims.returnsMemory) {
    test("returnsMemory: stats().committed falls when all is freed", () => {
      const heap = new Shadow(create(ROOMY));
      const blocks = fillUp(heap, 4096);
      const full = heap.stats().committed;
      for (const p of blocks) heap.free(p);
      const { committed } = heap.stats();
      check(committed < full, () => `stats().committed was ${full} in a full heap and is ${committed} in an empty one`);
      heap.check();
    });
  }

  if (claims.attachable) {
    test("attachable: a copy of the memory is the whole heap", () => {
      const heap = create(ROOMY);
      const blocks = [0, 8, 64, 1000, 20_000].map((size) => heap.allocate(size));
      const gone = heap.allocate(64);
      heap.free(gone);
      const other = attacher(heap, attach)(heap.memory.buffer.slice(0));
      for (const p of blocks) sameSize(heap, other, p);
      const { blocks: count, live } = other.stats();
      check(count === blocks.length, () => `${blocks.length} blocks are live, the attached heap has ${count}`);
      check(live === heap.stats().live, () => `${heap.stats().live} bytes are live, the attached heap has ${live}`);
      other.verify();
      // What the attached heap makes must not touch what it found.
      const made = Array.from({ length: 20 }, (_, i) => other.tryAllocate(i * 16));
      for (const p of [...blocks, ...made]) if (p !== NULL) other.free(p);
      check(other.stats().blocks === 0, () => `all was freed, the attached heap has ${other.stats().blocks} blocks`);
      other.verify();
      heap.verify();
    });
  }
}

function attacher(heap: Allocator, attach: Suite["attach"]): (buffer: ArrayBufferLike) => Allocator {
  if (attach !== undefined) return attach;
  const type = heap.constructor as { attach?: (buffer: ArrayBufferLike) => Allocator };
  if (typeof type.attach === "function") return (buffer) => type.attach!(buffer);
  return fail("traits.attachable is true: give conformance({ attach }), or the class a static attach(buffer)");
}

function sameSize(heap: Allocator, other: Allocator, p: Offset): void {
  const [a, b] = [heap.sizeOf(p), other.sizeOf(p)];
  check(a === b, () => `sizeOf(${p}) is ${a}, in the attached heap ${b}`);
}
