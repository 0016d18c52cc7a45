/**
 * Random programs on a device in software: a draw, whenever the GPU comes to it, finds the bytes that its block had when it was
 * recorded, though blocks were freed, made and moved in between.
 */

import { expect, test } from "vitest";
import { random } from "../../../../apps/bench/src/base/random.ts";
import { times } from "../../../../scripts/lib/long.ts";
import { FencedQueue, type GpuBlock, StagingRing, storagePool, vertexPool } from "../../src/webgpu/index.ts";
import { type SoftBuffer, SoftDevice, type SoftEncoder } from "./soft-device.ts";

interface Live {
  readonly block: GpuBlock<SoftBuffer>;
  readonly stamp: number;
}

const POOLS = [
  ["vertices", (queue: FencedQueue<SoftDevice>) => vertexPool(queue, { bufferBytes: 16_384 })],
  ["vertices of 36 bytes", (queue: FencedQueue<SoftDevice>) => vertexPool(queue, { stride: 36, bufferBytes: 16_384 })],
  ["storage", (queue: FencedQueue<SoftDevice>) => storagePool(queue, { bufferBytes: 16_384 })],
] as const;

test.each(POOLS)("%s: each draw finds what was there when it was recorded", async (_, makePool) => {
  for (let seed = 1; seed <= times(4, 40); seed++) await program(seed, makePool);
});

async function program(seed: number, makePool: (typeof POOLS)[number][1]): Promise<void> {
  const next = random(seed);
  const device = new SoftDevice();
  const queue = new FencedQueue(device);
  const pool = makePool(queue);
  const ring = new StagingRing(queue, { bufferBytes: 8192 });
  const { stride } = pool;
  let live: Live[] = [];
  let encoder: SoftEncoder = device.createCommandEncoder();
  let isWriting = false;
  let stamp = 0;

  const submit = (): void => {
    queue.submit([encoder.finish()]);
    encoder = device.createCommandEncoder();
    isWriting = false;
  };
  const verbs: (() => unknown)[] = [
    function make() {
      const size = 1 + next(next(8) === 0 ? 12_000 : 1500);
      const alignment = (stride & (stride - 1)) === 0 && next(4) === 0 ? 4 << next(10) : 1;
      const block = pool.allocate(size, alignment);
      expect(block.offset % stride).toBe(0);
      expect(block.offset % alignment).toBe(0);
      expect(block.size).toBe(4 * Math.ceil(size / 4));
      stamp = (stamp % 255) + 1;
      const bytes = new Uint8Array(block.size).fill(stamp);
      if (next(2) === 0) pool.write(block, bytes);
      else {
        ring.write(encoder, block, bytes);
        isWriting = true;
      }
      live.push({ block, stamp });
    },
    function free() {
      const [one] = live.splice(next(live.length), 1);
      if (one !== undefined) pool.free(one.block);
    },
    function freeMany() {
      if (next(6) > 0) return;
      const [gone, kept] = [live, [] as Live[]];
      for (const one of gone)
        if (next(3) === 0) kept.push(one);
        else pool.free(one.block);
      live = kept;
    },
    function draw() {
      for (const one of live) if (next(2) === 0) encoder.read(one.block, one.stamp);
    },
    submit,
    function move() {
      // What writes must be submitted before.
      if (isWriting) submit();
      const most = 1024 << next(5);
      const moved = pool.defragment(most);
      expect(moved.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(most);
      expect(new Set(moved).size).toBe(moved.length);
    },
    () => pool.trim(),
    () => device.run(next(20)),
    () => device.run(),
  ];
  for (let i = 0; i < 300; i++) {
    await verbs[next(verbs.length)]!();
    pool.verify();
    const { blocks, bytes, live: used, deferredBytes, free } = pool.stats();
    expect(blocks).toBe(live.length);
    expect(used + deferredBytes + free).toBe(bytes);
  }
  for (const one of live) encoder.read(one.block, one.stamp);
  submit();
  for (const { block } of live) pool.free(block);
  submit();
  await device.run();
  pool.trim();
  ring.trim();
  expect(pool.stats()).toMatchObject({ buffers: 0, bytes: 0, blocks: 0 });
  expect(device.live).toEqual([]);
}
