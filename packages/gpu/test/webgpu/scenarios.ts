/**
 * What is tried on real devices, the same in Dawn for Node and in a page. No assertion library: a page has none. Bytes are read back by
 * the device's own means, so that what is seen is what the GPU has.
 */
import {
  type FencedQueue,
  type GpuBlock,
  indexPool,
  StagingRing,
  uniformPool,
  vertexPool,
} from "../../src/webgpu/index.ts";

type Queue = FencedQueue<GPUDevice>;
type Block = GpuBlock<GPUBuffer>;
type Scenario = (queue: Queue) => Promise<void>;

const [MAP_READ, COPY_SRC, COPY_DST] = [0x1, 0x4, 0x8];

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

/** The bytes of blocks, as the GPU has them once all is done that was submitted. */
async function read(queue: Queue, blocks: readonly Block[]): Promise<Uint8Array[]> {
  const { device } = queue;
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  const target = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder();
  let at = 0;
  for (const { buffer, offset, size } of blocks) {
    encoder.copyBufferToBuffer(buffer, offset, target, at, size);
    at += size;
  }
  queue.submit([encoder.finish()]);
  await target.mapAsync(MAP_READ);
  const all = new Uint8Array(target.getMappedRange()).slice();
  target.destroy();
  at = 0;
  return blocks.map(({ size }) => all.subarray(at, (at += size)));
}

/** `size` bytes that are those of no other stamp. */
const stamped = (size: number, stamp: number): Uint8Array => new Uint8Array(size).map((_, i) => stamp * 31 + i * 7);

async function isStamped(
  queue: Queue,
  blocks: readonly Block[],
  stamps: readonly number[],
  what: string,
): Promise<void> {
  const found = await read(queue, blocks);
  for (const [i, bytes] of found.entries()) {
    const wanted = stamped(bytes.length, stamps[i]!);
    const wrong = bytes.findIndex((byte, at) => byte !== wanted[at]);
    equal(wrong < 0 ? "" : `${bytes[wrong]} at ${wrong}, not ${wanted[wrong]}`, "", `${what}, block ${i}`);
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "what is written is read, in all kinds of pools, over several buffers": async (queue) => {
    for (const make of [vertexPool, indexPool, uniformPool]) {
      const pool = make(queue, { bufferBytes: 64 * 1024 });
      const blocks = range(40).map((i) => pool.allocate(4096 + 4 * i));
      for (const [i, block] of blocks.entries()) pool.write(block, stamped(block.size, i));
      await isStamped(queue, blocks, range(40), pool.label);
      const { buffers, blocks: count } = pool.stats();
      equal([buffers > 1, count], [true, 40], "several buffers");
      pool.verify();
      pool.dispose();
    }
  },

  "a write ends where it ends: odd bytes, and bytes within a block": async (queue) => {
    const pool = vertexPool(queue);
    const block = pool.allocate(16);
    pool.write(block, new Uint8Array(16).fill(1));
    pool.write(block, new Uint8Array([5, 6, 7]).subarray(1), 4);
    pool.write(block, new Uint32Array([0x01020304]), 12);
    const [bytes] = await read(queue, [block]);
    equal([...bytes!], [1, 1, 1, 1, 6, 7, 0, 0, 1, 1, 1, 1, 4, 3, 2, 1], "the bytes");
    pool.dispose();
  },

  "what is freed is used again once the next submit is done": async (queue) => {
    const pool = vertexPool(queue, { bufferBytes: 1024, maxBytes: 1024 });
    const block = pool.allocate(1024);
    pool.free(block);
    equal(
      refusal(() => pool.allocate(1024)),
      "ERR_OUT_OF_MEMORY",
      "before a submit",
    );
    queue.submit([]);
    equal(pool.stats().deferredBytes, 1024, "behind it");
    await queue.idle();
    equal(pool.allocate(1024).offset, 0, "once it is done");
    pool.dispose();
  },

  "a ring's buffers go round, and bring what was staged": async (queue) => {
    const pool = vertexPool(queue);
    const ring = new StagingRing(queue, { bufferBytes: 4096 });
    const blocks: Block[] = [];
    for (const round of range(6)) {
      const encoder = queue.device.createCommandEncoder();
      for (const i of range(5)) {
        const block = pool.allocate(1500);
        ring.write(encoder, block, stamped(1500, 5 * round + i));
        blocks.push(block);
      }
      queue.submit([encoder.finish()]);
      await queue.idle();
    }
    await isStamped(queue, blocks, range(30), "staged");
    const { buffers, free, waiting } = ring.stats();
    equal([buffers <= 6, free + waiting === buffers], [true, true], "buffers go round");
    ring.dispose();
    pool.dispose();
  },

  "defragment brings blocks together in steps, and they keep their bytes": async (queue) => {
    const pool = vertexPool(queue, { bufferBytes: 64 * 1024 });
    const all = range(64).map(() => pool.allocate(3000));
    for (const [i, block] of all.entries()) pool.write(block, stamped(block.size, i));
    for (const [i, block] of all.entries()) if (i % 4 !== 0) pool.free(block);
    const kept = all.filter((_, i) => i % 4 === 0);
    queue.submit([]);
    await queue.idle();
    const before = pool.stats();
    let steps = 0;
    for (; steps < 1000; steps++) {
      const moved = pool.defragment(8192);
      if (moved.length === 0) break;
      equal(moved.reduce((sum, block) => sum + block.size, 0) <= 8192, true, "a step is no larger");
      pool.verify();
      queue.submit([]);
      await queue.idle();
    }
    const stamps = range(64).filter((i) => i % 4 === 0);
    await isStamped(queue, kept, stamps, "moved");
    const trimmed = pool.trim();
    const after = pool.stats();
    equal([steps > 1, steps < 1000, trimmed > 0], [true, true, true], "steps, an end, and buffers that are empty");
    equal([after.buffers < before.buffers, after.live === before.live], [true, true], "buffers");
    equal(after.free === after.largestFree, true, "all that is free is in one piece");
    await isStamped(queue, kept, stamps, "trimmed");
    pool.dispose();
  },

  "what is recorded before a move still reads the old place": async (queue) => {
    const pool = vertexPool(queue, { bufferBytes: 8192 });
    const [hole, block] = [pool.allocate(4096), pool.allocate(1024)];
    pool.write(block, stamped(1024, 1));
    pool.free(hole);
    queue.submit([]);
    await queue.idle();
    const target = queue.device.createBuffer({ size: 1024, usage: MAP_READ | COPY_DST });
    const encoder = queue.device.createCommandEncoder();
    encoder.copyBufferToBuffer(block.buffer, block.offset, target, 0, 1024);
    equal(pool.defragment().length, 1, "it moved");
    const other = pool.allocate(3072); // would be where the block was, if that was free
    pool.write(other, stamped(3072, 2));
    queue.submit([encoder.finish()]);
    await target.mapAsync(MAP_READ);
    const seen = new Uint8Array(target.getMappedRange());
    equal(
      [...seen].every((byte, i) => byte === stamped(1024, 1)[i]),
      true,
      "the recorded copy",
    );
    await isStamped(queue, [block, other], [1, 2], "the blocks");
    target.destroy();
    pool.dispose();
  },

  "what the device refuses is an error with a code": async (queue) => {
    const pool = vertexPool(queue, { usage: MAP_READ }); // which WebGPU allows with COPY_DST alone
    const block = pool.allocate(16);
    equal(await refused(pool.settled()), "ERR_OUT_OF_MEMORY", "settled");
    pool.free(block);
    pool.trim();
    equal(await refused(pool.reserve(16)), "ERR_OUT_OF_MEMORY", "reserve");
    await vertexPool(queue).reserve(16);
    pool.dispose();
  },

  "a block is a binding as it is": async (queue) => {
    const { device } = queue;
    const uniforms = uniformPool(queue);
    const code = "@group(0) @binding(0) var<uniform> a: u32; @group(0) @binding(1) var<storage, read_write> b: u32;";
    const module = device.createShaderModule({ code: `${code} @compute @workgroup_size(1) fn main() { b = a + 1; }` });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const first = uniforms.allocate(4);
    const second = uniforms.allocate(4);
    equal(second.offset - first.offset, device.limits.minUniformBufferOffsetAlignment, "the alignment of uniforms");
    uniforms.write(second, new Uint32Array([41]));
    const out = device.createBuffer({ size: 4, usage: 0x80 | COPY_SRC });
    const bindGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: second },
        { binding: 1, resource: { buffer: out } },
      ],
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(1);
    pass.end();
    queue.submit([encoder.finish()]);
    const [bytes] = await read(queue, [{ ...second, buffer: out, offset: 0 }]);
    equal(new Uint32Array(bytes!.slice().buffer)[0], 42, "what the shader made of it");
    out.destroy();
    uniforms.dispose();
  },
};

function refusal(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const refused = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error) => (error as { code?: unknown }).code,
  );

/** What each scenario says: "ok", or what went wrong; also of what the device reports to nobody. */
export async function runScenarios(makeQueue: () => Promise<Queue>): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    const queue = await makeQueue();
    const errors: string[] = [];
    queue.device.onuncapturederror = ({ error }) => void errors.push(error.message);
    try {
      await scenario(queue);
      await queue.device.queue.onSubmittedWorkDone();
    } catch (error) {
      errors.push(String((error as Error).stack ?? error));
    }
    queue.device.destroy();
    results[name] = errors.length === 0 ? "ok" : errors.join("\n");
  }
  return results;
}
