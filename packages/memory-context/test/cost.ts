/** The README's times: `node packages/memory-context/test/cost.ts`, on a machine that does nothing else. A process for each row. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SlabAllocator } from "@ariax/slab";
import { MemoryContext } from "../src/index.ts";

const LIVE = 16_384;
const context = (options: object = {}): MemoryContext =>
  new MemoryContext(null, { name: "cost", quota: 4 << 20, reserve: 8 << 20, ...options });

/** ns of a unit: of the fastest of ten rounds. */
function best(units: number, round: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    round();
    if (i >= 20) least = Math.min(least, performance.now() - start);
  }
  return (1e6 * least) / units;
}

const live = new Int32Array(LIVE);

const rows: Record<string, () => number> = {
  "a block of 64 bytes made and freed, 16,384 live, by the heap": () => {
    const heap = new SlabAllocator({ capacity: 4 << 20 });
    return best(LIVE, () => {
      for (let i = 0; i < LIVE; i++) live[i] = heap.allocate(64);
      for (let i = 0; i < LIVE; i++) heap.free(live[i]);
    });
  },
  "the same by a context": () => {
    const heap = context();
    return best(LIVE, () => {
      for (let i = 0; i < LIVE; i++) live[i] = heap.allocate(64);
      for (let i = 0; i < LIVE; i++) heap.free(live[i]);
    });
  },
  "the same one after the other, far from every limit": () => {
    const heap = context();
    return best(LIVE, () => {
      for (let i = 0; i < LIVE; i++) heap.free(heap.allocate(64));
    });
  },
  "the same, above the soft limit": () => {
    const heap = context({ soft: 0 });
    return best(LIVE, () => {
      for (let i = 0; i < LIVE; i++) heap.free(heap.allocate(64));
    });
  },
  "in a context beside an empty neighbour": () => beside(() => {}),
  "in a context beside a hostile one: full, in pieces, and refused 1,000 times a round": () => beside(hostile),
  "load of a u32": () => {
    const heap = context();
    const block = heap.allocate(4096);
    let sum = 0;
    const ns = best(LIVE, () => {
      for (let i = 0; i < LIVE; i++) sum += heap.load("u32", block, (4 * i) & 4095);
    });
    return sum >= 0 ? ns : 0;
  },
  "store of a u32": () => {
    const heap = context();
    const block = heap.allocate(4096);
    return best(LIVE, () => {
      for (let i = 0; i < LIVE; i++) heap.store("u32", block, (4 * i) & 4095, i);
    });
  },
  "a new context of 64 KiB and its end": () => lifetimes(65536, 0),
  "a new context of 1 MiB and its end": () => lifetimes(1 << 20, 0),
  "the end alone, with no block": () => end(0),
  "the end alone, with 10,000 blocks": () => end(10_000),
};

/** ns of a block made and freed in one context, while another of the same region does something between the rounds. */
function beside(neighbour: (other: MemoryContext) => void): number {
  const region = new MemoryContext(null, { name: "region", quota: 16 << 20 });
  const other = new MemoryContext(region, { name: "other", quota: 4 << 20 });
  const heap = new MemoryContext(region, { name: "cost", quota: 4 << 20 });
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 300; round++) {
    neighbour(other);
    const start = performance.now();
    for (let i = 0; i < LIVE; i++) live[i] = heap.allocate(64);
    for (let i = 0; i < LIVE; i++) heap.free(live[i]);
    if (round >= 100) least = Math.min(least, performance.now() - start);
  }
  return (1e6 * least) / LIVE;
}

const held: number[] = [];

/** Fills itself with blocks of many sizes, frees every other one, fills up again, and goes on asking. */
function hostile(other: MemoryContext): void {
  const fill = (): void => {
    for (let p = other.tryAllocate(held.length % 900); p !== 0; p = other.tryAllocate(held.length % 900)) held.push(p);
  };
  fill();
  for (let i = 0; i < held.length; i += 2) other.free(held[i]);
  const kept = held.filter((_, i) => i % 2 === 1);
  held.length = 0;
  held.push(...kept);
  fill();
  for (let i = 0; i < 1000; i++) other.tryAllocate(5000);
}

function lifetimes(quota: number, blocks: number): number {
  const root = new MemoryContext(null, { name: "root", quota: 64 << 20 });
  return best(100, () => {
    for (let i = 0; i < 100; i++) {
      const child = new MemoryContext(root, { name: "child", quota });
      for (let b = 0; b < blocks; b++) child.allocate(64);
      child.dispose();
    }
  });
}

function end(blocks: number): number {
  const root = new MemoryContext(null, { name: "root", quota: 64 << 20 });
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200; i++) {
    const child = new MemoryContext(root, { name: "child", quota: 1 << 20 });
    for (let b = 0; b < blocks; b++) child.allocate(64);
    const start = performance.now();
    child.dispose();
    if (i >= 100) least = Math.min(least, performance.now() - start);
  }
  return 1e6 * least;
}

const [row] = process.argv.slice(2);
if (row !== undefined) console.log(rows[row]!().toFixed(1));
else {
  for (const name of Object.keys(rows)) {
    const ns = execFileSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: "utf8" });
    console.log(`${ns.trim().padStart(10)} ns  ${name}`);
  }
}
