import type { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import {
  FencedQueue,
  type GpuBlock,
  type GpuDevice,
  type RingOptions,
  StagingRing,
  vertexPool,
} from "../../src/webgpu/index.ts";
import { type SoftBuffer, SoftDevice } from "./soft-device.ts";

function make(options: RingOptions = {}) {
  const device = new SoftDevice();
  const queue = new FencedQueue(device);
  const ring = new StagingRing(queue, { label: "uploads", bufferBytes: 1024, ...options });
  const block = vertexPool(queue).allocate(4096);
  return { device, queue, ring, block };
}

function thrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const { code, name, message } = error as AllocatorError;
    return `${code} ${name}: ${message}`;
  }
  return "nothing is thrown";
}

describe("a ring", () => {
  test("fills one buffer after the other, and gets them back behind the submit", async () => {
    const { device, queue, ring, block } = make();
    const encoder = device.createCommandEncoder();
    const places = [600, 600, 400].map((size) => ring.stage(size));
    expect(places.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 600],
      [0, 600],
      [600, 400],
    ]);
    expect(ring.stats()).toEqual({ buffers: 2, bytes: 2048, free: 0, waiting: 0 });
    places[2]!.bytes.fill(9);
    encoder.copyBufferToBuffer(places[2]!.buffer, 600, block.buffer, block.offset, 400);
    queue.submit([encoder.finish()]);
    expect(places[2]!.bytes.length).toBe(0); // gone with the submit
    expect(ring.stats()).toEqual({ buffers: 2, bytes: 2048, free: 0, waiting: 2 });
    expect(ring.stage(8).buffer).not.toBe(places[0]!.buffer);
    await device.run();
    expect(ring.stats()).toEqual({ buffers: 3, bytes: 3072, free: 2, waiting: 0 });
    expect([...block.buffer.data.subarray(0, 401)].filter((byte) => byte === 9).length).toBe(400);
    expect(ring.trim()).toBe(2048);
    expect(ring.stats()).toEqual({ buffers: 1, bytes: 1024, free: 0, waiting: 0 });
  });

  test("has what was staged by a submit that failed in the next", async () => {
    const { device, queue, ring, block } = make();
    const encoder = device.createCommandEncoder();
    ring.write(encoder, block, new Uint8Array(5).fill(3));
    const { submit } = device.queue;
    device.queue.submit = () => {
      throw new TypeError("no command buffer");
    };
    expect(() => queue.submit([])).toThrow("no command buffer");
    device.queue.submit = submit;
    queue.submit([encoder.finish()]);
    await device.run();
    expect([...block.buffer.data.subarray(0, 9)]).toEqual([3, 3, 3, 3, 3, 0, 0, 0, 0]);
    expect(ring.stats()).toMatchObject({ free: 1, waiting: 0 });
  });

  test("is used by who submits himself: flush before, submitted behind", async () => {
    const { device, queue, ring, block } = make();
    const encoder = device.createCommandEncoder();
    ring.write(encoder, block, new Uint8Array([1, 2, 3, 4]), 8);
    queue.flush();
    device.queue.submit([encoder.finish()]);
    expect(queue.submitted()).toBe(1);
    await device.run();
    expect([...block.buffer.data.subarray(8, 12)]).toEqual([1, 2, 3, 4]);
    expect(ring.stats()).toMatchObject({ free: 1, waiting: 0 });
  });

  test("fills the last bytes up with zeros, not with what was there before", async () => {
    const { device, queue, ring, block } = make();
    for (const bytes of [[9, 9, 9, 9], [7]]) {
      const encoder = device.createCommandEncoder();
      ring.write(encoder, block, Uint8Array.from(bytes));
      queue.submit([encoder.finish()]);
      await device.run();
    }
    expect(ring.stats().buffers).toBe(1);
    expect([...block.buffer.data.subarray(0, 4)]).toEqual([7, 0, 0, 0]);
  });

  test("starts at alignments, and takes a buffer as large as what is staged", () => {
    const { ring } = make();
    ring.stage(1);
    expect(ring.stage(1).offset).toBe(8);
    expect(ring.stage(4, 256).offset).toBe(256);
    expect(ring.stage(5001).buffer.size).toBe(5008);
    expect(ring.stage(0).size).toBe(0);
  });

  test("ends at maxBytes, and goes on once a buffer is back", async () => {
    const { device, queue, ring } = make({ maxBytes: 1024 });
    ring.stage(1024);
    expect(thrownBy(() => ring.stage(1))).toBe(
      "ERR_OUT_OF_MEMORY OutOfMemoryError: out of memory: no room for 1 bytes aligned to 8 in a capacity of 1024 bytes: 0 are free, at most 0 of them in one piece; 1024 bytes wait for queue.submit and the GPU",
    );
    expect(thrownBy(() => ring.stage(1025))).toBe(
      "ERR_INVALID_SIZE InvalidSizeError: invalid size: 1025 exceeds the maximum of 1024 bytes, set by maxBytes",
    );
    queue.submit([]);
    await device.run();
    expect(ring.stage(1024).offset).toBe(0);
  });

  test("loses a buffer that the device does not map any more", async () => {
    const { device, queue, ring } = make();
    ring.stage(8);
    device.buffers.at(-1)!.mapAsync = () => Promise.reject(new Error("the device is lost"));
    queue.submit([]);
    await device.run();
    expect(ring.stats()).toEqual({ buffers: 0, bytes: 0, free: 0, waiting: 0 });
  });

  test("is disposed of whole: what is free, written to, and with the GPU", async () => {
    const { device, queue, ring } = make();
    ring.stage(1024);
    queue.submit([]);
    ring.stage(8);
    ring.dispose();
    ring.dispose();
    await device.run();
    expect(device.live.filter(({ label }) => label === "uploads")).toEqual([]);
    expect(ring.stats()).toEqual({ buffers: 0, bytes: 0, free: 0, waiting: 0 });
    expect(thrownBy(() => ring.stage(8))).toBe(
      'ERR_CLOSED PoolDisposedError: closed: "uploads" was disposed of, and its buffers destroyed',
    );
    queue.submit([]);
  });

  test("refuses what is wrong, and stages nothing for it", () => {
    const { device, ring, block } = make();
    const encoder = device.createCommandEncoder();
    const data = new Uint8Array(4);
    const before = ring.stats();
    const wrong: [() => unknown, string][] = [
      [() => ring.write(undefined as never, block, data), "invalid encoder: undefined is no GPUCommandEncoder"],
      [() => ring.write(encoder, undefined as never, data), "invalid target: undefined is no place in a buffer"],
      [() => ring.write(encoder, {} as never, data), "invalid target: an object is no place in a buffer"],
      [() => ring.write(encoder, block, data, 4096), "invalid data: 4 bytes at 4096 exceed the block's 4096"],
      [() => new StagingRing(7 as never), "invalid queue: 7 is no FencedQueue: new FencedQueue(device) makes one"],
      [() => make({ bufferBytes: 7 }), "invalid bufferBytes: 7 is not a whole number from 8 to 1048576"],
      [() => make({ bufferBytes: 64, maxBytes: 32 }), "invalid bufferBytes: 64 exceed the maxBytes of 32"],
      [() => make({ size: 7 } as never), 'unknown option: "size" is not one of label, bufferBytes, maxBytes'],
    ];
    for (const [call, message] of wrong)
      expect(thrownBy(call)).toBe(`ERR_INVALID_ARGUMENT InvalidArgumentError: ${message}`);
    expect(thrownBy(() => ring.stage(-1))).toMatch(/^ERR_INVALID_SIZE /);
    expect(thrownBy(() => ring.stage(1, 3))).toMatch(/^ERR_INVALID_ALIGNMENT /);
    expect(ring.stats()).toEqual(before);
  });
});

describe("a ring writes to live blocks only, as their pool does", () => {
  const INVALID = "ERR_INVALID_BLOCK InvalidBlockError: invalid block: no live block begins at offset";
  const four = new Uint8Array([1, 2, 3, 4]);

  function both() {
    const { device, queue, ring } = make();
    const pool = vertexPool(queue, { label: "meshes", bufferBytes: 4096 });
    const encoder = device.createCommandEncoder();
    const refused = (block: GpuBlock<SoftBuffer>, message: string) => {
      const before = ring.stats();
      for (const one of [block, { ...block }, new Proxy(block, {})]) {
        expect(thrownBy(() => pool.write(one, four))).toBe(message);
        expect(thrownBy(() => ring.write(encoder, one, four))).toBe(message);
        expect(thrownBy(() => ring.write(encoder, one, new Uint8Array(0)))).toBe(message);
      }
      expect([encoder.commands.length, ring.stats()]).toEqual([0, before]);
    };
    return { device, queue, ring, pool, encoder, refused };
  }

  test("not to one that was freed, be its place free, waiting, another block's or destroyed", async () => {
    const { device, queue, pool, refused } = both();
    const block = pool.allocate(16);
    pool.free(block);
    refused(block, `${INVALID} 0`);
    queue.submit([]);
    await device.run();
    refused(block, `${INVALID} 0`);
    const other = pool.allocate(16);
    expect([other.buffer, other.offset]).toEqual([block.buffer, block.offset]);
    refused(block, `${INVALID} 0`);
    pool.free(other);
    queue.submit([]);
    await device.run();
    expect(pool.trim()).toBe(4096);
    refused(block, `${INVALID} 0`);
  });

  test("not to those of a pool that was disposed of", () => {
    const { pool, refused } = both();
    const block = pool.allocate(16);
    pool.dispose();
    refused(block, 'ERR_CLOSED PoolDisposedError: closed: "meshes" was disposed of, and its buffers destroyed');
  });

  test("to one that was moved where it is now, whatever a copy of it says", async () => {
    const { device, queue, ring, pool } = both();
    const [hole, block] = [pool.allocate(16), pool.allocate(16)];
    await pool.settled();
    pool.free(hole);
    queue.submit([]);
    await device.run();
    const copy = { ...block };
    expect(pool.defragment()).toEqual([block]);
    expect([copy.offset, block.offset]).toEqual([16, 0]);
    queue.submit([]);
    await device.run();
    const other = pool.allocate(16);
    expect(other.offset).toBe(16);
    const encoder = device.createCommandEncoder();
    ring.write(encoder, copy, four);
    queue.submit([encoder.finish()]);
    await device.run();
    expect([...block.buffer.data.subarray(0, 20)]).toEqual([1, 2, 3, 4, ...new Array(16).fill(0)]);
  });

  test("not by the copy of one that was moved to another buffer", async () => {
    const { device, queue, pool, refused } = both();
    const [, hole, block] = [2000, 2000, 1000].map((size) => pool.allocate(size)) as GpuBlock<SoftBuffer>[];
    await pool.settled();
    pool.free(hole!);
    queue.submit([]);
    await device.run();
    const copy = { ...block! };
    pool.defragment();
    expect(block!.page).not.toBe(copy.page);
    refused(copy, `${INVALID} ${copy.offset}`);
  });

  test("to a place in a pool's buffer that somebody has reckoned, without a question", async () => {
    const { device, queue, ring, pool, encoder } = both();
    const { buffer, offset } = pool.allocate(64);
    ring.write(encoder, { buffer, offset: offset + 32, size: 8 }, four);
    queue.submit([encoder.finish()]);
    await device.run();
    expect([...buffer.data.subarray(32, 36)]).toEqual([1, 2, 3, 4]);
  });
});

describe("a queue", () => {
  test("counts submits, and passes them in any order in which the device says so", async () => {
    const device = new SoftDevice();
    const queue = new FencedQueue(device);
    const done: (() => void)[] = [];
    device.queue.onSubmittedWorkDone = () => new Promise((resolve) => void done.push(resolve));
    expect([queue.submit([]), queue.submit([]), queue.submit([])]).toEqual([1, 2, 3]);
    expect([queue.next, queue.done]).toEqual([4, 0]);
    done[1]!();
    await device.run();
    expect(queue.done).toBe(2);
    done[0]!();
    await device.run();
    expect(queue.done).toBe(2);
    const idle = queue.idle();
    done[2]!();
    await idle;
    expect(queue.done).toBe(3);
  });

  test("does not pass a fence that the device refuses to wait for, until a later one is", async () => {
    const device = new SoftDevice();
    const queue = new FencedQueue(device);
    const { onSubmittedWorkDone } = device.queue;
    device.queue.onSubmittedWorkDone = () => Promise.reject(new Error("not now"));
    queue.submit([]);
    await queue.idle();
    expect(queue.done).toBe(0);
    device.queue.onSubmittedWorkDone = onSubmittedWorkDone;
    queue.submit([]);
    await device.run();
    expect(queue.done).toBe(2);
  });

  test.each([undefined, null, 7, {}, { queue: {} }, Object.create(null)])("is of a device: %o is none", (device) => {
    expect(thrownBy(() => new FencedQueue(device as GpuDevice))).toMatch(
      /^ERR_INVALID_ARGUMENT InvalidArgumentError: invalid device: (undefined|null|7|an object) is no GPUDevice$/,
    );
  });

  test("submits a list", () => {
    const queue = new FencedQueue(new SoftDevice());
    expect(thrownBy(() => queue.submit(undefined as never))).toBe(
      "ERR_INVALID_ARGUMENT InvalidArgumentError: invalid commands: undefined is no list of command buffers",
    );
    expect(queue.next).toBe(1);
  });
});
