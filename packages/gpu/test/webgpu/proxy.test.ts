/** A queue, a pool, a ring and blocks behind proxies do what they do: the same results, the same commands. */
import { reactive } from "@vue/reactivity";
import { expect, test } from "vitest";
import { FencedQueue, type GpuBlock, StagingRing, vertexPool } from "../../src/webgpu/index.ts";
import { type SoftBuffer, SoftDevice } from "./soft-device.ts";

const PROXIES: Record<string, <T extends object>(object: T) => T> = {
  "a proxy": (object) => new Proxy(object, {}),
  "Vue's": (object) => reactive(object) as typeof object,
  "a proxy that refuses to be written": (object) => new Proxy(object, { set: () => false }),
  "nothing, but frozen": (object) => Object.freeze(object) as typeof object,
};

type Wrap = <T extends object>(object: T) => T;

/** What a program of all verbs sees, in words. */
async function program(wrap: Wrap, wrapBlock: Wrap): Promise<unknown> {
  const device = new SoftDevice();
  const queue = wrap(new FencedQueue(device));
  const pool = wrap(vertexPool(queue, { label: "p", bufferBytes: 8192 }));
  const ring = wrap(new StagingRing(queue, { label: "r", bufferBytes: 1024 }));
  const seen: unknown[] = [];
  const blocks: GpuBlock<SoftBuffer>[] = [];
  for (let i = 0; i < 40; i++) {
    const encoder = device.createCommandEncoder();
    const block = wrapBlock(pool.allocate(300 + 10 * i));
    ring.write(encoder, block, new Uint8Array(block.size).fill(i));
    blocks.push(block);
    seen.push([queue.submit([encoder.finish()]), queue.next, queue.done, block.offset, block.size, pool.has(block)]);
    if (i % 3 === 2) pool.free(blocks.splice(i % blocks.length, 1)[0]!);
    if (i % 8 === 7) await device.run();
  }
  queue.submit([]);
  await device.run();
  await queue.idle();
  await pool.settled();
  await pool.reserve(8000);
  pool.write(blocks[0]!, new Uint8Array(8).fill(255));
  for (let moved = 1; moved > 0; ) {
    moved = pool.defragment(4096).length;
    queue.submitted();
    await device.run();
  }
  seen.push(pool.trim(), ring.trim(), pool.stats(), ring.stats(), [pool.label, pool.stride, pool.maxSize]);
  pool.verify();
  seen.push(device.live.map(({ data }) => [...data]));
  expect(() => pool.free({} as never)).toThrow("invalid free");
  pool.dispose();
  ring.dispose();
  seen.push(device.live.length);
  return seen;
}

test.each(Object.entries(PROXIES))("objects behind %s", async (_, wrap) => {
  expect(await program(wrap, (block) => block)).toEqual(
    await program(
      (object) => object,
      (block) => block,
    ),
  );
});

test.each(Object.entries(PROXIES).slice(0, -1))("blocks behind %s", async (_, wrap) => {
  expect(await program((object) => object, wrap)).toEqual(
    await program(
      (object) => object,
      (block) => block,
    ),
  );
});
