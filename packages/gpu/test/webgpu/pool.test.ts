import type { AllocatorError } from "@ariax/allocator";
import { disposeSymbol } from "@ariax/allocator/implement";
import { describe, expect, test } from "vitest";
import {
  DeviceMemoryError,
  FencedQueue,
  type GpuBlock,
  indexPool,
  type PoolOptions,
  uniformPool,
  vertexPool,
} from "../../src/webgpu/index.ts";
import { type SoftBuffer, SoftDevice, type SoftOptions } from "./soft-device.ts";

function make(options: PoolOptions = {}, soft: SoftOptions = {}) {
  const device = new SoftDevice(soft);
  const queue = new FencedQueue(device);
  const pool = vertexPool(queue, { label: "meshes", bufferBytes: 4096, ...options });
  return { device, queue, pool };
}

/** The buffers that blocks lie in. */
const buffersOf = ({ buffers }: SoftDevice): SoftBuffer[] =>
  buffers.filter(({ label }) => !label.endsWith(": scratch"));

/** Code, name and message of what is thrown. */
function thrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const { code, name, message } = error as AllocatorError;
    return `${code} ${name}: ${message}`;
  }
  return "nothing is thrown";
}

describe("growth", () => {
  test("a pool has no buffer before its first block, then as many as it takes, each with its usage", () => {
    const { device, pool } = make();
    expect(pool.stats()).toMatchObject({ buffers: 0, bytes: 0 });
    const blocks = [1000, 3000, 64, 9000].map((size) => pool.allocate(size));
    expect(buffersOf(device).map(({ size, usage, label }) => [size, usage, label])).toEqual([
      [4096, 0x2c, "meshes"],
      [9008, 0x2c, "meshes"],
    ]);
    expect(blocks.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 1000],
      [1008, 3000],
      [4016, 64],
      [0, 9000],
    ]);
    expect(blocks[3]?.buffer).toBe(buffersOf(device)[1]);
    pool.verify();
  });

  test("ends at maxBytes: the last buffer is as long as is left, and then there is no room", () => {
    const { device, pool } = make({ maxBytes: 6000 });
    pool.allocate(4096);
    pool.allocate(1000);
    expect(buffersOf(device).map(({ size }) => size)).toEqual([4096, 1904]);
    const before = pool.stats();
    expect(thrownBy(() => pool.allocate(1024))).toBe(
      "ERR_OUT_OF_MEMORY OutOfMemoryError: out of memory: no room for 1024 bytes aligned to 1 in a capacity of 6000 bytes: 896 are free, at most 896 of them in one piece",
    );
    expect(pool.stats()).toEqual(before);
    // More than could ever be there is no matter of room.
    expect(thrownBy(() => pool.allocate(6001))).toBe(
      "ERR_INVALID_SIZE InvalidSizeError: invalid size: 6001 exceeds the maximum of 6000 bytes, set by maxBytes",
    );
  });

  test("says what waits for the GPU, where there is no room", async () => {
    const { device, queue, pool } = make({ maxBytes: 4096 });
    const none =
      "ERR_OUT_OF_MEMORY OutOfMemoryError: out of memory: no room for 16 bytes aligned to 1 in a capacity of 4096 bytes: 0 are free, at most 0 of them in one piece";
    pool.allocate(496);
    const block = pool.allocate(3600);
    expect(thrownBy(() => pool.allocate(16))).toBe(none);
    pool.free(block);
    const waits = `${none}; 3600 bytes wait for queue.submit and the GPU`;
    expect(thrownBy(() => pool.allocate(16))).toBe(waits);
    queue.submit([]);
    expect(thrownBy(() => pool.allocate(16))).toBe(waits);
    await device.run();
    expect(pool.allocate(16).offset).toBe(496);
  });

  test("ends at what the device allows for a buffer", () => {
    const { pool } = make({}, { maxBufferSize: 10_000 });
    expect(pool.maxSize).toBe(10_000);
    expect(pool.allocate(10_000).size).toBe(10_000);
    expect(thrownBy(() => pool.allocate(10_001))).toBe(
      "ERR_INVALID_SIZE InvalidSizeError: invalid size: 10001 exceeds the maximum of 10000 bytes, set by the device",
    );
  });

  test("trim destroys what is empty, and nothing that somebody waits for", async () => {
    const { device, queue, pool } = make();
    const block = pool.allocate(4096);
    pool.allocate(4096);
    pool.free(block);
    expect(pool.trim()).toBe(0);
    queue.submit([]);
    expect(pool.trim()).toBe(0);
    await device.run();
    expect(pool.trim()).toBe(4096);
    expect(device.live.map(({ label }) => label)).toEqual(["meshes: scratch", "meshes"]);
    expect(pool.stats()).toMatchObject({ buffers: 1, bytes: 4096, blocks: 1, live: 4096 });
  });
});

describe("rules of WebGPU", () => {
  test.each([
    ["vertices", vertexPool, {}, 16],
    ["vertices of 36 bytes", vertexPool, { stride: 36 }, 36],
    ["indices", indexPool, {}, 16],
    ["indices, closely", indexPool, { stride: 4 }, 4],
    ["uniforms", uniformPool, {}, 256],
  ] as const)("offsets of %s", (_, makePool, options, stride) => {
    const pool = makePool(new FencedQueue(new SoftDevice()), options);
    expect(pool.stride).toBe(stride);
    for (const size of [0, 1, 3, 35, 37, 255, 257]) {
      const { offset, size: given } = pool.allocate(size);
      expect([offset % stride, given % 4, given >= size && given < size + 4]).toEqual([0, 0, true]);
    }
    pool.verify();
  });

  test("alignments, of a stride that is a power of two, and one that is none", () => {
    const { pool } = make();
    pool.allocate(1);
    expect(pool.allocate(1, 1024).offset).toBe(1024);
    expect(pool.allocate(1, 8).alignment).toBe(8);
    const vertices = make({ stride: 36 }).pool;
    expect(vertices.allocate(1, 4).offset).toBe(0);
    expect(thrownBy(() => vertices.allocate(1, 8))).toBe(
      "ERR_INVALID_ALIGNMENT InvalidAlignmentError: invalid alignment: 8 is not a power of two from 1 to 4: the pool's stride is 36",
    );
    expect(thrownBy(() => pool.allocate(1, 48))).toBe(
      "ERR_INVALID_ALIGNMENT InvalidAlignmentError: invalid alignment: 48 is not a power of two from 1 to 65536",
    );
  });

  test("the buffer of a stride is a whole number of them, from a block's place on", () => {
    const { device, pool } = make({ stride: 36 });
    pool.allocate(36);
    expect(buffersOf(device)[0]?.size).toBe(36 * Math.floor(4096 / 36));
  });
});

describe("frees", () => {
  test("of what is none, or is free already, are told apart, and change nothing", () => {
    const { pool, queue } = make();
    const other = vertexPool(queue, { label: "others" });
    const [block, foreign] = [pool.allocate(100), other.allocate(100)];
    const gone = pool.allocate(100);
    pool.free(gone);
    const before = pool.stats();
    const wrong: [unknown, string][] = [
      [gone, "ERR_DOUBLE_FREE DoubleFreeError: double free: the block at offset 112 is free already"],
      [foreign, 'ERR_FOREIGN_BLOCK ForeignBlockError: foreign block: offset 0 lies in "others", not in "meshes"'],
      [undefined, "ERR_INVALID_FREE InvalidFreeError: invalid free: undefined is no block of a pool"],
      [7n, "ERR_INVALID_FREE InvalidFreeError: invalid free: 7n is no block of a pool"],
      [{}, "ERR_INVALID_FREE InvalidFreeError: invalid free: an object is no block of a pool"],
      [{ ...block, handle: {} }, "ERR_DOUBLE_FREE DoubleFreeError: double free: the block at offset 0 is free already"],
    ];
    for (const [value, message] of wrong) {
      expect(thrownBy(() => pool.free(value as GpuBlock<SoftBuffer>))).toBe(message);
      expect(pool.has(value as GpuBlock<SoftBuffer>)).toBe(false);
    }
    expect(pool.stats()).toEqual(before);
    expect(pool.has(block)).toBe(true);
    const { proxy, revoke } = Proxy.revocable(block, {});
    revoke();
    expect(thrownBy(() => pool.free(proxy))).toMatch(/^ERR_INVALID_FREE InvalidFreeError: /);
    expect(thrownBy(() => pool.write({} as never, new Uint8Array(4)))).toBe(
      "ERR_INVALID_BLOCK InvalidBlockError: invalid block: an object is no block of a pool",
    );
    expect(thrownBy(() => pool.write(gone, new Uint8Array(4)))).toBe(
      "ERR_INVALID_BLOCK InvalidBlockError: invalid block: no live block begins at offset 112",
    );
    pool.verify();
  });

  test("of a block whose bytes are another's by now are double ones", async () => {
    const { device, queue, pool } = make();
    const block = pool.allocate(4096);
    pool.free(block);
    queue.submit([]);
    await device.run();
    const next = pool.allocate(4096);
    expect(next.offset).toBe(block.offset);
    expect(thrownBy(() => pool.free(block))).toMatch(/^ERR_DOUBLE_FREE /);
    expect(pool.has(next)).toBe(true);
  });

  test("wait for the next submit, and what waits is in stats; one submit more is none too many", async () => {
    const { device, queue, pool } = make();
    const [a, b] = [pool.allocate(2048), pool.allocate(2048)];
    queue.submit([]);
    pool.free(a); // waits for fence 2
    await device.run();
    expect([queue.next, queue.done]).toEqual([2, 1]);
    expect(pool.stats()).toMatchObject({ deferredBlocks: 1, deferredBytes: 2048, free: 0, blocks: 1, live: 2048 });
    pool.free(b);
    expect(queue.submit([])).toBe(2);
    expect(queue.submitted()).toBe(3);
    await device.run();
    expect(pool.stats()).toMatchObject({ deferredBlocks: 0, deferredBytes: 0, free: 4096, largestFree: 4096 });
  });
});

describe("write", () => {
  test.each([
    [new Uint8Array(13), 0, "invalid data: 13 bytes at 0 exceed the block's 12"],
    [new Uint8Array(8), 8, "invalid data: 8 bytes at 8 exceed the block's 12"],
    [new Uint8Array(1), 2, "invalid at: 2 is not a multiple of 4 from 0 on"],
    [new Uint8Array(1), -4, "invalid at: -4 is not a multiple of 4 from 0 on"],
    [new Uint8Array(1), "4", 'invalid at: "4" is not a multiple of 4 from 0 on'],
    [[1, 2], 0, "invalid data: an object is neither a typed array nor a buffer"],
    [undefined, 0, "invalid data: undefined is neither a typed array nor a buffer"],
    [new Proxy(new Uint8Array(4), {}), 0, "invalid data: an object is neither a typed array nor a buffer"],
  ])("%o at %o is refused", (data, at, message) => {
    const { pool } = make();
    const block = pool.allocate(12);
    expect(thrownBy(() => pool.write(block, data as Uint8Array, at as number))).toBe(
      `ERR_INVALID_ARGUMENT InvalidArgumentError: ${message}`,
    );
  });

  test("of what was transferred is refused", () => {
    const { pool } = make();
    expect(thrownBy(() => pool.write(pool.allocate(12), transferred()))).toBe(
      "ERR_DETACHED DetachedError: detached: the data are gone, their buffer was transferred",
    );
  });

  test("of any view and buffer, from where it begins to where it ends", async () => {
    const { device, pool } = make();
    const block = pool.allocate(16);
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    pool.write(block, bytes.buffer);
    pool.write(block, new DataView(bytes.buffer, 2, 3), 4);
    pool.write(block, new Float32Array(0), 16);
    await device.run();
    expect([...block.buffer.data.subarray(0, 16)]).toEqual([1, 2, 3, 4, 3, 4, 5, 0, 9, 10, 11, 12, 13, 14, 15, 16]);
  });
});

function transferred(): Uint8Array {
  const bytes = new Uint8Array(4);
  bytes.buffer.transfer();
  return bytes;
}

describe("a device without memory", () => {
  const refuse = (size: number): string | null => (size === 4096 ? "not enough memory.\n - while calling" : null);
  const MESSAGE = "out of memory: the device has no buffer of 4096 bytes: not enough memory";

  test("says so when asked, once; blocks there can be freed, and the buffer is no other's", async () => {
    const { device, pool } = make({}, { refuse });
    const block = pool.allocate(100);
    await expect(pool.settled()).rejects.toThrow(new DeviceMemoryError(4096, "not enough memory"));
    await expect(pool.settled()).resolves.toBeUndefined();
    expect(pool.stats()).toMatchObject({ buffers: 1, blocks: 1, largestFree: 0 });
    const other = pool.allocate(5000);
    expect(other.buffer).not.toBe(block.buffer);
    pool.free(block);
    expect(buffersOf(device).length).toBe(2);
  });

  test("fails a reserve, which leaves nothing", async () => {
    const { device, pool } = make({}, { refuse });
    await expect(pool.reserve(16)).rejects.toMatchObject({
      code: "ERR_OUT_OF_MEMORY",
      name: "DeviceMemoryError",
      message: MESSAGE,
    });
    expect(pool.stats()).toMatchObject({ buffers: 0, bytes: 0 });
    expect(device.live).toEqual([]);
    await pool.reserve(5000);
    expect(pool.stats()).toMatchObject({ buffers: 1, bytes: 5008 });
    await pool.reserve(5000);
    expect(buffersOf(device).length).toBe(2);
  });

  test("fails each of those that wait for the same buffer", async () => {
    const { pool } = make({}, { refuse });
    const both = await Promise.allSettled([pool.reserve(16), pool.reserve(16)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(pool.settled()).resolves.toBeUndefined();
  });

  test("or that throws at once, is refused at once, and its error scopes are closed", () => {
    const { device, pool } = make();
    let depth = 0;
    const [push, pop] = [device.pushErrorScope, device.popErrorScope];
    device.pushErrorScope = () => {
      depth++;
      push.call(device);
    };
    device.popErrorScope = () => {
      depth--;
      return pop.call(device);
    };
    device.createBuffer = () => {
      throw new RangeError("createBuffer failed");
    };
    expect(thrownBy(() => pool.allocate(1))).toBe(
      "ERR_OUT_OF_MEMORY DeviceMemoryError: out of memory: the device has no buffer of 4096 bytes: createBuffer failed",
    );
    expect(depth).toBe(0);
    expect(pool.stats()).toMatchObject({ buffers: 0, bytes: 0 });
  });
});

test("of a device that is lost nothing is allocated, and what was can be disposed of", async () => {
  const { device, pool } = make();
  const block = pool.allocate(1);
  device.lose("the GPU is gone");
  await device.run();
  const message =
    "ERR_DETACHED DeviceLostError: detached: the device is lost, and its buffers with it: the GPU is gone";
  for (const call of [() => pool.allocate(1), () => pool.free(block), () => pool.defragment(), () => pool.stats()]) {
    expect(thrownBy(call)).toBe(message);
  }
  pool.dispose();
  expect(device.live).toEqual([]);
});

test("a pool that was disposed of says so; again is nothing; `using` does the same", () => {
  const { device, pool } = make();
  const block = pool.allocate(1);
  (pool as unknown as Record<symbol, () => void>)[disposeSymbol()]?.();
  pool.dispose();
  expect(device.live).toEqual([]);
  const message = 'ERR_CLOSED PoolDisposedError: closed: "meshes" was disposed of, and its buffers destroyed';
  for (const call of [
    () => pool.allocate(1),
    () => pool.free(block),
    () => pool.write(block, new Uint8Array(4)),
    () => pool.trim(),
  ]) {
    expect(thrownBy(call)).toBe(message);
  }
});

describe("options", () => {
  test.each<[object | null | undefined, string]>([
    [null, "invalid options: null is no object"],
    [{ lable: "x" }, 'unknown option: "lable" is not one of label, stride, bufferBytes, maxBytes, usage'],
    [{ label: 7 }, "invalid label: 7 is no string"],
    [{ stride: 0 }, "invalid stride: 0 is not a whole number from 4 to 65536"],
    [{ stride: 6 }, "invalid stride: 6 is not a multiple of 4"],
    [{ bufferBytes: 2 ** 21 }, "invalid bufferBytes: 2097152 is not a whole number from 16 to 1048576"],
    [{ bufferBytes: 2 ** 19, maxBytes: 2 ** 18 }, "invalid bufferBytes: 524288 exceed the maxBytes of 262144"],
    [{ bufferBytes: 15, maxBytes: 2 ** 18 }, "invalid bufferBytes: 15 is not a whole number from 16 to 262144"],
    [{ maxBytes: 15 }, "invalid maxBytes: 15 is not a whole number from 16 to 9007199254740991"],
    [{ usage: 1.5 }, "invalid usage: 1.5 is not a whole number from 0 to 65535"],
  ])("%o", (options, message) => {
    const queue = new FencedQueue(new SoftDevice());
    expect(thrownBy(() => vertexPool(queue, options as PoolOptions))).toBe(
      `ERR_INVALID_ARGUMENT InvalidArgumentError: ${message}`,
    );
  });

  test("strides of uniforms are powers of two that the device allows", () => {
    const queue = new FencedQueue(new SoftDevice());
    expect(uniformPool(queue, { stride: 512 }).stride).toBe(512);
    for (const stride of [64, 768]) {
      expect(thrownBy(() => uniformPool(queue, { stride }))).toMatch(
        new RegExp(`invalid stride: ${stride} is not a power of two from 256 on$`),
      );
    }
  });

  test("none at all are fine, and undefined ones are not given", () => {
    const queue = new FencedQueue(new SoftDevice());
    expect(vertexPool(queue).label).toMatch(/^vertex pool \d+$/);
    expect(vertexPool(queue, { stride: undefined, maxBytes: undefined }).stride).toBe(16);
  });

  test.each([undefined, null, {}, new SoftDevice(), 7])("a queue is a FencedQueue: %o is none", (queue) => {
    const what =
      { undefined: "undefined", number: "7" }[typeof queue as string] ?? (queue === null ? "null" : "an object");
    for (const makePool of [vertexPool, uniformPool]) {
      expect(thrownBy(() => makePool(queue as never))).toBe(
        `ERR_INVALID_ARGUMENT InvalidArgumentError: invalid queue: ${what} is no FencedQueue: new FencedQueue(device) makes one`,
      );
    }
  });
});

describe("defragment", () => {
  test("of a device that throws moves nothing", async () => {
    const { device, queue, pool } = make();
    const blocks = Array.from({ length: 8 }, () => pool.allocate(512));
    for (const i of [0, 2, 4]) pool.free(blocks[i]!);
    queue.submit([]);
    await device.run();
    const before = [pool.stats(), blocks.map(({ offset }) => offset)];
    device.createCommandEncoder = () => {
      throw new Error("no encoder");
    };
    expect(() => pool.defragment()).toThrow("no encoder");
    expect([pool.stats(), blocks.map(({ offset }) => offset)]).toEqual(before);
    pool.verify();
    for (const i of [1, 3, 5, 6, 7]) pool.free(blocks[i]!);
  });

  test("waits for what the device says, of the buffers and of its scratch buffer", async () => {
    for (const refuse of [() => null, (size: number) => (size === 2 ** 18 ? "no scratch" : null)]) {
      const { device, queue, pool } = make({}, { refuse });
      const hole = pool.allocate(512);
      pool.allocate(512);
      pool.free(hole);
      queue.submit([]);
      expect(pool.defragment()).toEqual([]); // nothing was said yet
      await device.run();
      const isRefused = refuse(2 ** 18) !== null;
      if (isRefused) await expect(pool.settled()).rejects.toThrow("no buffer of 262144 bytes: no scratch");
      else await pool.settled();
      expect(pool.defragment().length).toBe(isRefused ? 0 : 1);
      pool.verify();
    }
  });

  test("leaves a block that is frozen where it is, as nobody could say where it went", async () => {
    const { device, queue, pool } = make();
    const [hole, frozen] = [pool.allocate(512), Object.freeze(pool.allocate(512))];
    pool.free(hole);
    queue.submit([]);
    await device.run();
    expect(pool.defragment()).toEqual([]);
    expect([frozen.offset, pool.has(frozen)]).toEqual([512, true]);
    pool.verify();
    pool.free(frozen);
  });

  test("asks for a whole number of bytes", () => {
    expect(thrownBy(() => make().pool.defragment(0))).toBe(
      "ERR_INVALID_ARGUMENT InvalidArgumentError: invalid maxBytes: 0 is not a whole number from 16 to 9007199254740991",
    );
  });
});
