/**
 * What paths.ts steps through: a loop as the bench's replay, warmed up by bursts and replacement, then 64 events that
 * have all paths. `node stepped.ts HEAP WAY DETACHED`.
 */
import type { Offset } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";

const [heapName, way, isDetached] = process.argv.slice(2);

interface Heap {
  allocate(size: number): Offset;
  free(offset: Offset): void;
  reallocate(offset: Offset, size: number): Offset;
}

const op = new Uint8Array(2048);
const slot = new Int32Array(2048);
const size = new Int32Array(2048).fill(64);
// As the bench has it.
const live = new Int32Array(512);

class Nothing implements Heap {
  allocate(bytes: number): Offset {
    return bytes as Offset;
  }
  free(_: Offset): void {}
  reallocate(offset: Offset): Offset {
    return offset;
  }
}

/** The loops of src/worker, under a name by which step.py finds what V8 made of them. */
function inConst(target: Heap): (from: number, to: number) => void {
  const [heap, blocks, ops, slots, sizes] = [target, live, op, slot, size];
  return function stepped(from, to) {
    for (let i = from; i < to; i++) {
      const s = slots[i]!;
      const o = ops[i]!;
      if (o === 0) blocks[s] = heap.allocate(sizes[i]!);
      else if (o === 1) {
        heap.free(blocks[s] as Offset);
        blocks[s] = 0;
      } else blocks[s] = heap.reallocate(blocks[s] as Offset, sizes[i]!);
    }
  };
}

function byMethod(target: Heap): (from: number, to: number) => void {
  const [blocks, ops, slots, sizes] = [live, op, slot, size];
  class Caller {
    declare private readonly heap: Heap;
    constructor(heap: Heap) {
      this.heap = heap;
    }
    allocate(at: number, bytes: number): void {
      blocks[at] = this.heap.allocate(bytes);
    }
    free(at: number): void {
      this.heap.free(blocks[at] as Offset);
      blocks[at] = 0;
    }
    reallocate(at: number, bytes: number): void {
      blocks[at] = this.heap.reallocate(blocks[at] as Offset, bytes);
    }
  }
  const held = [new Caller(target)];
  function stepped(caller: Caller, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const o = ops[i]!;
      if (o === 0) caller.allocate(slots[i]!, sizes[i]!);
      else if (o === 1) caller.free(slots[i]!);
      else caller.reallocate(slots[i]!, sizes[i]!);
    }
  }
  return (from, to) => stepped(held[0]!, from, to);
}

const capacity = 16 << 20;
const own = heapName === "wasm" ? WasmAllocator.createSync({ capacity }) : new SlabAllocator({ capacity });
const gone = new ArrayBuffer(8);
if (isDetached === "detached") structuredClone(gone, { transfer: [gone] });
const heap: Heap = heapName === "nothing" ? new Nothing() : own;
const run = way === "method" ? byMethod(heap) : inConst(heap);

const set = (events: readonly (readonly [number, number])[]): void => {
  events.forEach(([o, s], i) => {
    op[i] = o;
    slot[i] = s;
  });
};
const places = Array.from({ length: 512 }, (_, i) => i);
/** Four bitmap words of a slab, and a stack that has room for one more: the last word is the cursor's. */
const begin = [...places.slice(0, 128).map((i) => [0, i] as const), ...places.slice(0, 30).map((i) => [1, i] as const)];
const round = [
  [1, 96],
  [0, 96],
  [1, 30],
  [0, 30],
] as const;
/** Of the cursor's word, and over the stack, eight times; then a word is freed, whose first block fills the stack. */
const steps = [...Array.from({ length: 8 }, () => round).flat(), ...places.slice(64, 96).map((i) => [1, i] as const)];

let state = 1;
for (let turn = 0; turn < 400; turn++) {
  const replaced = places.flatMap(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return [[1, state & 511] as const, [0, state & 511] as const];
  });
  set([...places.map((i) => [0, i] as const), ...replaced, ...places.map((i) => [1, i] as const)]);
  for (let i = 0; i < 2048; i += 64) run(i, i + 64);
  // The compiler works in another thread, and what it made is installed between two turns of the loop of events.
  if (turn % 50 === 49) await new Promise((done) => setTimeout(done, 100));
}
own.reset();
set(begin);
run(0, begin.length);
set(steps);
// gdb stops here, and at the next call of the loop.
process.kill(process.pid, "SIGUSR2");
run(0, 64);
