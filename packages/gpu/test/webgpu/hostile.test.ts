/** Devices that fail in the middle of a call, call back, refuse, or are lost; and blocks that somebody has tampered with. */
import type { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { random } from "../../../../apps/bench/src/base/random.ts";
import { times } from "../../../../scripts/lib/long.ts";
import { FencedQueue, type GpuBlock, type GpuDevice, StagingRing, vertexPool } from "../../src/webgpu/index.ts";
import { type SoftBuffer, SoftDevice, SoftEncoder } from "./soft-device.ts";

const SIZE = 512;

/** Two buffers of eight blocks, every other one free; the device has confirmed all. */
async function holes() {
  const device = new SoftDevice();
  const queue = new FencedQueue(device);
  const pool = vertexPool(queue, { bufferBytes: 8 * SIZE });
  const all = Array.from({ length: 16 }, () => pool.allocate(SIZE));
  for (let i = 0; i < 16; i += 2) pool.free(all[i]!);
  queue.submit([]);
  await device.run();
  await pool.settled();
  return { device, queue, pool, blocks: all.filter((_, i) => i % 2 === 1) };
}

/** Calls `back` at the first copy that is recorded. */
function callBack(device: SoftDevice, back: () => void): void {
  device.createCommandEncoder = () => {
    const encoder = new SoftEncoder();
    const copy = encoder.copyBufferToBuffer.bind(encoder);
    let isFirst = true;
    encoder.copyBufferToBuffer = (...args) => {
      if (isFirst) back();
      isFirst = false;
      copy(...args);
    };
    return encoder;
  };
}

describe("defragment, and a device that calls back", () => {
  test("to free what is moved: it is free, or refused, and nothing else changes", async () => {
    const { device, queue, pool, blocks } = await holes();
    const codes: unknown[] = [];
    callBack(device, () => {
      for (const block of blocks) {
        try {
          pool.free(block);
          codes.push("freed");
        } catch (error) {
          codes.push((error as AllocatorError).code);
        }
      }
      pool.verify();
    });
    const moved = pool.defragment();
    expect(new Set(codes)).toEqual(new Set(["freed", "ERR_BLOCK_MOVING"]));
    expect(moved.every((block) => pool.has(block))).toBe(true);
    expect(pool.stats().blocks).toBe(codes.filter((code) => code !== "freed").length);
    pool.verify();
    for (const block of blocks) if (pool.has(block)) pool.free(block);
    queue.submit([]);
    await device.run();
    expect(pool.stats()).toMatchObject({ blocks: 0, deferredBlocks: 0, live: 0 });
    pool.verify();
  });

  test("to defragment: one at a time", async () => {
    const { device, pool } = await holes();
    let inner: readonly unknown[] | undefined;
    callBack(device, () => {
      inner = pool.defragment();
    });
    expect(pool.defragment().length).toBeGreaterThan(0);
    expect(inner).toEqual([]);
    pool.verify();
  });

  test.each(["allocate", "trim", "stats", "dispose"] as const)("to %s", async (verb) => {
    const { device, pool } = await holes();
    callBack(device, () => {
      if (verb === "allocate") pool.allocate(SIZE);
      else pool[verb]();
    });
    const { submit } = device.queue;
    // A queue says of buffers that were destroyed what it has to say later, not to who submits.
    if (verb === "dispose") device.queue.submit = () => {};
    pool.defragment();
    device.queue.submit = submit;
    if (verb === "dispose") expect(device.live).toEqual([]);
    else pool.verify();
  });
});

test("a block that can't be told where it is stays there", async () => {
  const { pool, blocks } = await holes();
  const places = blocks.map(({ offset }) => offset);
  for (const block of blocks) Object.defineProperty(block, "offset", { writable: false });
  expect(pool.defragment()).toEqual([]);
  pool.verify();
  expect(blocks.map(({ offset }) => offset)).toEqual(places);
});

describe("a ring", () => {
  test.each<[string, (buffer: SoftBuffer) => void]>([
    ["throws when it is asked", (buffer) => void (buffer.mapAsync = throwing)],
    ["maps nothing", (buffer) => void (buffer.getMappedRange = throwing)],
  ])("loses a buffer that %s", async (_, spoil) => {
    const device = new SoftDevice();
    const queue = new FencedQueue(device);
    const ring = new StagingRing(queue);
    ring.stage(8);
    spoil(device.buffers[0]!);
    queue.submit([]);
    await device.run();
    expect(ring.stats()).toEqual({ buffers: 0, bytes: 0, free: 0, waiting: 0 });
    expect(ring.stage(8).offset).toBe(0);
  });

  test("is asked by the list of commands itself", async () => {
    const device = new SoftDevice();
    const queue = new FencedQueue(device);
    const ring = new StagingRing(queue);
    const block = vertexPool(queue).allocate(16);
    queue.submit(
      (function* () {
        const encoder = device.createCommandEncoder();
        ring.write(encoder, block, new Uint8Array(16).fill(5));
        yield encoder.finish();
      })(),
    );
    await device.run();
    expect([...block.buffer.data.subarray(0, 17)]).toEqual([...new Array(16).fill(5), 0]);
    expect(ring.stats()).toMatchObject({ free: 1, waiting: 0 });
  });
});

function throwing(): never {
  throw new Error("the device throws");
}

test("a list of commands that throws submits nothing", () => {
  const queue = new FencedQueue(new SoftDevice());
  const ring = new StagingRing(queue);
  ring.stage(8);
  expect(() =>
    queue.submit(
      (function* () {
        yield* [];
        throw new Error("mine");
      })(),
    ),
  ).toThrow("mine");
  expect([queue.next, ring.stats().waiting]).toEqual([1, 0]);
});

test.each([undefined, null, 7, "it is gone", {}, { message: 7 }])("a device may be lost with %o", async (info) => {
  const device = new SoftDevice();
  const lost = Promise.resolve(info) as unknown as GpuDevice["lost"];
  const queue = new FencedQueue(Object.defineProperty(device, "lost", { value: lost }));
  const pool = vertexPool(queue);
  await lost;
  expect(() => pool.allocate(1)).toThrow(expect.objectContaining({ code: "ERR_DETACHED" }));
});

test("what is asked of a device that is lost meanwhile is refused as of one that is lost", async () => {
  const device = new SoftDevice();
  const pool = vertexPool(new FencedQueue(device));
  device.popErrorScope = () => Promise.reject(new Error("no scope"));
  const reserved = pool.reserve(16);
  device.lose("it was pulled out");
  await expect(reserved).rejects.toMatchObject({ code: "ERR_DETACHED" });
});

test("a device whose buffers have more strides than a heap tells apart", () => {
  const queue = new FencedQueue(new SoftDevice({ maxBufferSize: 2 ** 50 }));
  expect(vertexPool(queue, { stride: 4 }).maxSize).toBe(4 * (2 ** 32 - 1));
  expect(vertexPool(queue, { stride: 36 }).maxSize).toBe(36 * (2 ** 32 - 1));
  expect(() => vertexPool(queue, { stride: 4, bufferBytes: 2 ** 34 })).toThrow(
    "invalid bufferBytes: 17179869184 is not a whole number from 4 to 17179869180",
  );
});

/** A device that fails now and then, wherever it can. */
class Failing extends SoftDevice {
  private readonly fails: () => boolean;

  constructor(fails: () => boolean) {
    super({ refuse: () => (fails() ? "no memory" : null) });
    this.fails = fails;
    const { queue } = this;
    const { submit, onSubmittedWorkDone } = queue;
    const orThrow = (): void => {
      if (fails()) throwing();
    };
    queue.submit = (lists) => {
      orThrow();
      submit(lists);
    };
    queue.onSubmittedWorkDone = () => {
      const done = onSubmittedWorkDone();
      return fails() ? done.then(throwing) : done;
    };
  }

  override createBuffer(...args: Parameters<SoftDevice["createBuffer"]>): SoftBuffer {
    if (this.fails()) throwing();
    const buffer = super.createBuffer(...args);
    const map = buffer.mapAsync.bind(buffer);
    buffer.mapAsync = () => (this.fails() ? Promise.reject(new Error("not mapped")) : map());
    return buffer;
  }

  override createCommandEncoder(): SoftEncoder {
    if (this.fails()) throwing();
    return super.createCommandEncoder();
  }
}

test("random programs on a device that fails now and then", async () => {
  for (let seed = 1; seed <= times(6, 60); seed++) await program(seed);
});

async function program(seed: number): Promise<void> {
  const next = random(seed);
  let isFailing = true;
  const device = new Failing(() => isFailing && next(6) === 0);
  const queue = new FencedQueue(device);
  const pool = vertexPool(queue, { bufferBytes: 8192 });
  const ring = new StagingRing(queue, { bufferBytes: 4096 });
  const live: { block: GpuBlock<SoftBuffer>; stamp: number }[] = [];
  let stamp = 0;
  // Each submits what it recorded, or nothing: what a device did not take is not drawn.
  const verbs: (() => unknown)[] = [
    function make() {
      const block = pool.allocate(1 + next(2000), 4 << next(6));
      stamp = (stamp % 255) + 1;
      pool.write(block, new Uint8Array(block.size).fill(stamp));
      live.push({ block, stamp });
    },
    function free() {
      const [one] = live.splice(next(live.length), 1);
      if (one !== undefined) pool.free(one.block);
    },
    function draw() {
      const encoder = device.createCommandEncoder();
      for (const { block, stamp: right } of live) if (next(2) === 0) encoder.read(block, right);
      queue.submit([encoder.finish()]);
    },
    function upload() {
      const encoder = device.createCommandEncoder();
      const one = live[next(live.length + 1)];
      if (one === undefined) return;
      ring.write(encoder, one.block, new Uint8Array(one.block.size).fill(one.stamp));
      queue.submit([encoder.finish()]);
    },
    () => pool.defragment(1024 << next(5)),
    () => pool.trim(),
    () => ring.trim(),
    () => pool.settled(),
    () => device.run(next(30)),
    () => device.run(),
  ];
  const tryIt = async (verb: () => unknown): Promise<void> => {
    try {
      await (verb.name === "" ? Promise.race([verb(), device.run(1)]) : verb());
    } catch (error) {
      const { message, code } = error as AllocatorError;
      if (message !== "the device throws" && code !== "ERR_OUT_OF_MEMORY") throw error;
    }
  };
  for (let i = 0; i < 300; i++) {
    await tryIt(verbs[next(verbs.length)]!);
    pool.verify();
    const { blocks, bytes, live: used, deferredBytes, free } = pool.stats();
    expect([blocks, used + deferredBytes + free]).toEqual([live.length, bytes]);
  }
  isFailing = false;
  for (const { block } of live) pool.free(block);
  queue.submit([]);
  queue.submit([]);
  await device.run();
  await pool.settled().catch(() => {});
  pool.trim();
  ring.trim();
  expect(pool.stats()).toMatchObject({ buffers: 0, blocks: 0, deferredBlocks: 0 });
  expect(ring.stats()).toEqual({ buffers: 0, bytes: 0, free: 0, waiting: 0 });
  expect(device.live).toEqual([]);
}
