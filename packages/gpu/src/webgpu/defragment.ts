/**
 * Blocks moved together, by copies on the GPU. A copy has its place in the order of the queue: what was submitted before reads the old
 * place, what comes behind reads the new one, and nobody waits. What is recorded and not submitted yet still reads the old one,
 * which is therefore given back at the fence of the next submit.
 *
 * - *Within* a buffer, its heap says what goes where. WebGPU copies from no buffer to itself, so these go by way of a scratch buffer.
 * - *Between* buffers: one is drained, its blocks go where the others have room, until it is empty and can be destroyed.
 *
 * Only buffers that the device has confirmed take part: what is copied into one that it does not have is lost.
 */
import type { Handle } from "../index.ts";
import type { OwnBlock } from "./block.ts";
import type { BufferOf, GpuBuffer, GpuDevice, GpuEncoder } from "./device.ts";
import type { FencedQueue } from "./fenced-queue.ts";
import type { Page } from "./page.ts";

/** What moves within a buffer go by. */
export interface Scratch<B extends GpuBuffer> {
  readonly buffer: B;
  readonly size: number;
  /** The device has said that it has it. */
  isReady: boolean;
}

/** A block on its way. Nothing of it has changed until `commit`, which gives back what it leaves at a fence. */
interface Step<B extends GpuBuffer> {
  readonly block: OwnBlock<B>;
  readonly buffer: B;
  readonly offset: number;
  /** Is the block where it was? While the device was called somebody may have freed it. */
  isHere(): boolean;
  commit(fence: number): void;
  drop(): void;
}

/** What of a block changes with its place. */
const TOLD = ["buffer", "offset", "page", "handle"] as const;

/** The blocks that moved, of at most `maxBytes` in all. A device that throws leaves all of them where they were. */
export function defragment<D extends GpuDevice>(
  queue: FencedQueue<D>,
  pages: readonly Page<BufferOf<D>>[],
  scratch: Scratch<BufferOf<D>> | undefined,
  maxBytes: number,
): OwnBlock<BufferOf<D>>[] {
  const source = toDrain(pages);
  const open = pages.filter((page) => page.state === "open" && page !== source);
  const steps: Step<BufferOf<D>>[] = [];
  try {
    let left = maxBytes;
    if (scratch?.isReady) for (const page of open) left -= stepsWithin(page, left, steps);
    if (source !== undefined) stepsBetween(source, open, left, steps);
    if (steps.length === 0) return [];
    submitCopies(queue.device, steps, scratch);
  } catch (error) {
    for (const step of steps) step.drop();
    throw error;
  }
  if (source !== undefined) source.state = "draining";
  return steps
    .filter((step) => {
      const isHere = step.isHere();
      if (isHere) step.commit(queue.next);
      else step.drop();
      return isHere;
    })
    .map(({ block }) => block);
}

/** Can a block be told where it is? Not one that is frozen. */
function isTold(block: OwnBlock<GpuBuffer>): boolean {
  return TOLD.every((key) => Object.getOwnPropertyDescriptor(block, key)?.writable === true);
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
    if (!isTold(block)) {
      heap.drop(move); // it stays
      continue;
    }
    steps.push({
      ...{ block, buffer, offset },
      isHere: () => true, // nobody can free what its heap moves
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
    if (units * unit > left || !isTold(block)) continue;
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
  const from = block.handle;
  return {
    ...{ block, buffer, offset },
    isHere: () => source.blocks.get(from) === block,
    commit: (fence) => {
      source.defer(from, fence);
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

/** All copies in one submit. No step touches what another does. */
function submitCopies<D extends GpuDevice>(
  device: D,
  steps: readonly Step<BufferOf<D>>[],
  scratch: Scratch<BufferOf<D>> | undefined,
): void {
  const encoder = device.createCommandEncoder();
  const isWithin = ({ block, buffer }: Step<BufferOf<D>>): boolean => block.buffer === buffer;
  if (scratch !== undefined) copyWithin(encoder, steps.filter(isWithin), scratch);
  for (const step of steps) {
    const { block, buffer, offset } = step;
    if (!isWithin(step)) encoder.copyBufferToBuffer(block.buffer, block.offset, buffer, offset, block.size);
  }
  // No fence: what was freed waits for the submit of what is recorded by now.
  device.queue.submit([encoder.finish()]);
}

/** In pieces: as many as there is room for go into the scratch buffer, and from there to where they belong. */
function copyWithin<B extends GpuBuffer>(encoder: GpuEncoder, steps: readonly Step<B>[], scratch: Scratch<B>): void {
  let used = 0;
  let back: (() => void)[] = [];
  const flush = (): void => {
    for (const copy of back) copy();
    used = 0;
    back = [];
  };
  for (const { block, buffer, offset } of steps) {
    for (let done = 0; done < block.size; ) {
      if (used === scratch.size) flush();
      const size = Math.min(block.size - done, scratch.size - used);
      const [at, to] = [used, offset + done];
      encoder.copyBufferToBuffer(buffer, block.offset + done, scratch.buffer, at, size);
      back.push(() => encoder.copyBufferToBuffer(scratch.buffer, at, buffer, to, size));
      used += size;
      done += size;
    }
  }
  flush();
}
