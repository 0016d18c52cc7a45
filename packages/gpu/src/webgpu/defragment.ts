/**
 * Blocks moved together, by copies on the GPU. A copy has its place in the order of the queue: what was submitted before reads the old
 * place, what comes behind reads the new one, and nobody waits. What is recorded and not submitted yet still reads the old one,
 * which is therefore given back at the fence of the next submit.
 *
 * - *Within* a buffer, its heap says what goes where. WebGPU copies from no buffer to itself, so these go by way of a scratch buffer.
 * - *Between* buffers: one is drained, its blocks go where the others have room, until it is empty and can be destroyed.
 */
import type { Handle } from "../index.ts";
import type { OwnBlock } from "./block.ts";
import { type BufferOf, COPY_DST, COPY_SRC, type GpuBuffer, type GpuDevice, type GpuEncoder } from "./device.ts";
import type { FencedQueue } from "./fenced-queue.ts";
import { makeBuffer } from "./make-buffer.ts";
import type { Page } from "./page.ts";

/** A block on its way. Nothing of it has changed until `commit`, which gives back what it leaves at a fence. */
interface Step<B extends GpuBuffer> {
  readonly block: OwnBlock<B>;
  readonly buffer: B;
  readonly offset: number;
  commit(fence: number): void;
  drop(): void;
}

/** The blocks that moved, of at most `maxBytes` in all. A device that throws leaves all of them where they were. */
export function defragment<D extends GpuDevice>(
  queue: FencedQueue<D>,
  pages: readonly Page<BufferOf<D>>[],
  maxBytes: number,
  label: string,
): OwnBlock<BufferOf<D>>[] {
  const source = toDrain(pages);
  const open = pages.filter((page) => page.state === "open" && page !== source);
  const steps: Step<BufferOf<D>>[] = [];
  try {
    let left = maxBytes;
    for (const page of open) left -= stepsWithin(page, left, steps);
    if (source !== undefined) stepsBetween(source, open, left, steps);
    if (steps.length === 0) return [];
    submitCopies(queue.device, steps, label);
  } catch (error) {
    for (const step of steps) step.drop();
    throw error;
  }
  if (source !== undefined) source.state = "draining";
  for (const step of steps) step.commit(queue.next);
  return steps.map(({ block }) => block);
}

/** What a page's heap would move; the bytes of it. */
function stepsWithin<B extends GpuBuffer>(page: Page<B>, maxBytes: number, steps: Step<B>[]): number {
  const { heap, unit, blocks, buffer } = page;
  const most = Math.floor(maxBytes / unit);
  if (most === 0) return 0;
  let bytes = 0;
  for (const move of heap.moves(most)) {
    const block = blocks.get(move.handle) as OwnBlock<B>;
    const offset = unit * move.to;
    bytes += unit * move.size;
    if (Object.isFrozen(block)) {
      heap.drop(move); // it can't be told where it is: it stays
      continue;
    }
    steps.push({
      ...{ block, buffer, offset },
      commit: (fence) => {
        heap.commit(move, fence);
        block.offset = offset;
      },
      drop: () => heap.drop(move),
    });
  }
  return bytes;
}

/** Blocks of a page to others, as far as these have room. */
function stepsBetween<B extends GpuBuffer>(
  source: Page<B>,
  targets: readonly Page<B>[],
  maxBytes: number,
  steps: Step<B>[],
): void {
  const { unit } = source;
  let left = maxBytes;
  for (const block of source.blocks.values()) {
    const units = source.heap.sizeOf(block.handle as Handle);
    if (units * unit > left || Object.isFrozen(block)) continue;
    const step = block.alignment > unit ? block.alignment / unit : 1;
    for (const target of targets) {
      const handle = target.tryTake(units, step);
      if (handle === 0) continue;
      left -= units * unit;
      steps.push(stepBetween(block, source, target, handle));
      break;
    }
  }
}

function stepBetween<B extends GpuBuffer>(
  block: OwnBlock<B>,
  source: Page<B>,
  target: Page<B>,
  handle: Handle,
): Step<B> {
  const { buffer, number: page } = target;
  const offset = target.offsetOf(handle);
  return {
    ...{ block, buffer, offset },
    commit: (fence) => {
      source.defer(block.handle, fence);
      target.blocks.set(handle, Object.assign(block, { buffer, offset, page, handle }));
    },
    drop: () => target.heap.free(handle),
  };
}

/** The page to empty: the one that is drained already, or the one with the least in it, if the others have room for that. */
function toDrain<B extends GpuBuffer>(pages: readonly Page<B>[]): Page<B> | undefined {
  const full = pages.filter(({ blocks }) => blocks.size > 0);
  const draining = full.find(({ state }) => state === "draining");
  if (draining !== undefined) return draining;
  const open = full.filter(({ state }) => state === "open");
  const all = open.map((page) => ({ page, ...page.heap.stats() }));
  const least = all.sort((a, b) => a.live - b.live)[0];
  const room = all.slice(1).reduce((sum, { free }) => sum + free, 0);
  return least !== undefined && room >= least.live ? least.page : undefined;
}

/** All copies in one submit: those within a buffer into the scratch buffer, and from there; then those between. */
function submitCopies<D extends GpuDevice>(device: D, steps: readonly Step<BufferOf<D>>[], label: string): void {
  const encoder: GpuEncoder = device.createCommandEncoder();
  const within = steps.filter(({ block, buffer }) => block.buffer === buffer);
  const size = within.reduce((sum, { block }) => sum + block.size, 0);
  const scratch =
    size > 0 ? makeBuffer(device, { label: `${label}: scratch`, size, usage: COPY_SRC | COPY_DST }) : undefined;
  if (scratch !== undefined) {
    let at = 0;
    for (const { block } of within) {
      encoder.copyBufferToBuffer(block.buffer, block.offset, scratch.buffer, at, block.size);
      at += block.size;
    }
    at = 0;
    for (const { block, buffer, offset } of within) {
      encoder.copyBufferToBuffer(scratch.buffer, at, buffer, offset, block.size);
      at += block.size;
    }
  }
  for (const { block, buffer, offset } of steps) {
    if (block.buffer !== buffer) encoder.copyBufferToBuffer(block.buffer, block.offset, buffer, offset, block.size);
  }
  // No fence: what was freed waits for the submit of what is recorded by now.
  device.queue.submit([encoder.finish()]);
  scratch?.buffer.destroy(); // once the GPU is done with it
}
