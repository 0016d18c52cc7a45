/** The commands of the model: one for each verb, and for the two misuses that only a history can tell. */
import { DEFAULT_ALIGNMENT, DoubleFreeError, InvalidFreeError, type Offset } from "@ariax/allocator";
import fc from "fast-check";
import { isOutOfMemory, print, refuses } from "./fail.ts";
import type { Shadow, ShadowBlock } from "./shadow.ts";
import { nothingLost } from "./stats.ts";

/** A heap under test, and what was done to it. */
export interface World {
  readonly shadow: Shadow;
  /** Line by line. */
  readonly log: string[];
  /** Where a block has ever begun. */
  readonly begun: Set<Offset>;
}

type Call = fc.Command<World, World>;

/** A call for the log, and what it does. What it returns goes to the log as well. */
interface Act {
  readonly says: string;
  readonly does: () => unknown;
}

/** A command that plans its act when its turn comes: only then is it known which blocks are live. */
class Planned implements Call {
  private readonly needs: number;
  private readonly plan: (shadow: Shadow, begun: ReadonlySet<Offset>) => Act;

  constructor(needs: number, plan: (shadow: Shadow, begun: ReadonlySet<Offset>) => Act) {
    this.needs = needs;
    this.plan = plan;
  }

  check({ shadow }: World): boolean {
    return shadow.blocks.size >= this.needs;
  }

  run({ shadow, log, begun }: World): void {
    const { says, does } = this.plan(shadow, begun);
    const at = log.push(says) - 1;
    const before = shadow.stats();
    let result: unknown;
    try {
      result = does();
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      nothingLost(`${says}, which was out of memory,`, before, shadow.stats());
      result = "out of memory";
      // an arena would answer nothing else from here on
      if (!shadow.traits.reuse) shadow.reset();
    }
    if (result !== undefined) log[at] += ` → ${result}`;
    shadow.check();
    for (const offset of shadow.blocks.keys()) begun.add(offset);
  }
}

/** The commands for a heap of `capacity` bytes, weighted. */
export function calls(capacity: number, maxAlignment: number): fc.Arbitrary<Call>[] {
  const size = sizes(capacity);
  const alignment = fc.nat(12).map((n) => Math.min(2 ** n, maxAlignment));
  const which = fc.nat(0xff);
  const list = fc.oneof(...[12, 12, 12, 100].map((maxLength) => fc.array(which, { minLength: 1, maxLength })));
  const slots = fc.oneof(fc.nat(8), fc.nat(100));
  const nudge = fc.integer({ min: -40, max: 40 });

  const weighted: [number, fc.Arbitrary<Call>][] = [
    [4, size.map((n) => verb(`allocate(${n})`, (heap) => heap.allocate(n)))],
    [1, fc.tuple(size, alignment).map(([n, a]) => verb(`allocate(${n}, ${a})`, (heap) => heap.allocate(n, a)))],
    [1, size.map((n) => verb(`tryAllocate(${n})`, (heap) => heap.tryAllocate(n)))],
    [
      3,
      which.map((w) =>
        onBlock(
          w,
          ({ offset }) => `free(${offset})`,
          (heap, { offset }) => heap.free(offset),
        ),
      ),
    ],
    [3, fc.tuple(which, size).map(([w, n]) => resize(w, () => n))],
    [3, fc.tuple(which, nudge).map(([w, d]) => resize(w, ({ usable }) => clamp(usable + d, capacity / 2)))],
    [3, fc.tuple(which, size).map(([w, n]) => reallocate(w, () => n))],
    [3, fc.tuple(which, nudge).map(([w, d]) => reallocate(w, ({ usable }) => clamp(usable + d, capacity / 2)))],
    [2, fc.tuple(size, slots).map(([n, length]) => allocateMany(n, length))],
    [2, list.map(freeMany)],
    [1, fc.tuple(list, fc.constantFrom("twice", "interior", "stale")).map(([l, kind]) => badFreeMany(l, kind))],
    [1, which.map(doubleFree)],
    [1, fc.tuple(which, fc.nat()).map(([w, n]) => interiorFree(w, n))],
  ];
  const rare = fc.constant(verb("reset()", (heap) => heap.reset()));
  return [
    fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight: 4 * weight, arbitrary })), {
      weight: 1,
      arbitrary: rare,
    }),
  ];
}

/** Mostly small, sometimes a fair part of the heap, often beside a power of two. */
function sizes(capacity: number): fc.Arbitrary<number> {
  const nearPower = fc.tuple(fc.nat(14), fc.integer({ min: -1, max: 1 })).map(([n, d]) => Math.max(0, 2 ** n + d));
  return fc.oneof(
    { weight: 4, arbitrary: fc.nat(80) },
    { weight: 3, arbitrary: fc.nat(1100) },
    { weight: 3, arbitrary: nearPower },
    { weight: 2, arbitrary: fc.nat(capacity / 16) },
    { weight: 1, arbitrary: fc.nat(capacity / 2) },
  );
}

function verb(says: string, does: (heap: Shadow) => unknown): Call {
  return new Planned(0, (heap) => ({ says, does: () => does(heap) }));
}

function onBlock(
  which: number,
  says: (b: ShadowBlock) => string,
  does: (heap: Shadow, b: ShadowBlock) => unknown,
): Call {
  return new Planned(1, (heap) => {
    const block = nth(heap, which);
    return { says: says(block), does: () => does(heap, block) };
  });
}

function resize(which: number, size: (b: ShadowBlock) => number): Call {
  return onBlock(
    which,
    (b) => `resize(${b.offset}, ${size(b)})`,
    (heap, b) => heap.resize(b.offset, size(b)),
  );
}

function reallocate(which: number, size: (b: ShadowBlock) => number): Call {
  return onBlock(
    which,
    (b) => `reallocate(${b.offset}, ${size(b)})`,
    (heap, b) => heap.reallocate(b.offset, size(b)),
  );
}

function allocateMany(size: number, length: number): Call {
  return verb(`allocateMany(${size}, ${length} slots)`, (heap) => {
    const out = new Int32Array(length);
    const made = heap.allocateMany(size, out);
    const offsets = [...out.subarray(0, Math.min(made, 8))].map((word) => word >>> 0);
    return `${made}: ${print(offsets)}${made > 8 ? " …" : ""}`;
  });
}

function freeMany(list: readonly number[]): Call {
  return new Planned(1, (heap) => {
    const offsets = some(heap, list);
    return { says: `freeMany([${offsets.join(", ")}])`, does: () => heap.freeMany(Int32Array.from(offsets)) };
  });
}

/** A list with one bad offset in it, which must free none. */
function badFreeMany(list: readonly number[], kind: string): Call {
  return new Planned(1, (heap, begun) => {
    const offsets = some(heap, list);
    const block = heap.blocks.get(offsets[0])!;
    const bad = kind === "twice" ? block.offset : kind === "interior" ? block.offset + 1 : unused(heap, block);
    const errors = kind === "twice" ? [new DoubleFreeError(bad)] : freeErrors(bad, begun);
    offsets.splice(list[0] % (offsets.length + 1), 0, bad);
    const says = `freeMany([${offsets.join(", ")}])`;
    const does = () => refuses(says, () => heap.inner.freeMany(Int32Array.from(offsets)), ...errors);
    return { says, does };
  });
}

function doubleFree(which: number): Call {
  return new Planned(1, (heap) => {
    const { offset } = nth(heap, which);
    const does = () => {
      heap.free(offset);
      refuses(`free(${offset}) again`, () => heap.inner.free(offset), new DoubleFreeError(offset));
    };
    return { says: `free(${offset}), twice`, does };
  });
}

function interiorFree(which: number, at: number): Call {
  return new Planned(1, (heap, begun) => {
    const block = nth(heap, which);
    const bad = block.offset + 1 + (at % Math.max(1, block.usable - 1));
    const does = () => refuses(`free(${bad})`, () => heap.inner.free(bad), ...freeErrors(bad, begun));
    return { says: `free(${bad}), inside of the block at ${block.offset}`, does };
  });
}

/**
 * What a free of an offset may throw where no live block begins: see refusals.ts. Either, too, for a multiple of 8: where
 * memory is, or was, cut into cells of one size, each of them is a free block to the heap, whether it was handed out or not.
 */
function freeErrors(bad: Offset, begun: ReadonlySet<Offset>): (DoubleFreeError | InvalidFreeError)[] {
  const never = bad % DEFAULT_ALIGNMENT !== 0 && !begun.has(bad);
  return never ? [new InvalidFreeError(bad)] : [new InvalidFreeError(bad), new DoubleFreeError(bad)];
}

/** An offset behind `block` where no live block begins. */
function unused(heap: Shadow, { offset, usable }: ShadowBlock): Offset {
  let end = offset + Math.max(8, usable);
  while (heap.blocks.has(end)) end += 8;
  return end;
}

function nth({ blocks }: Shadow, which: number): ShadowBlock {
  return [...blocks.values()][which % blocks.size];
}

function some(heap: Shadow, list: readonly number[]): Offset[] {
  return [...new Set(list.map((which) => nth(heap, which).offset))];
}

function clamp(size: number, most: number): number {
  return Math.min(Math.max(0, size), most);
}
