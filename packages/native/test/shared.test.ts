import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { Region } from "../src/index.ts";
import { child, describeNative, linesOf } from "./native.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-shared-"));
afterAll(() => rmSync(folder, { recursive: true }));

const BYTES = 65536;

/** Talks with a child process over a region: test/children/peer.ts is the other half. */
async function converse(region: Region, start: () => ChildProcess): Promise<void> {
  const words = new Int32Array(region.buffer);
  words[0] = 41;
  const process = start();
  const lines = linesOf(process);
  expect((await lines.next()).value).toBe("begins"); // and adds to what we add to, at the same time
  for (let i = 0; i < 10_000; i++) Atomics.add(words, 2, 1);
  expect((await lines.next()).value).toBe("has added");
  expect([words[1], words[2]]).toEqual([42, 20_000]);
  Atomics.store(words, 3, 7); // it waits for that, and sees it
  expect(JSON.parse((await lines.next()).value)).toEqual({ saw: 41, bytes: region.byteLength, answer: 7 });
}

const peer = (how: string, where: string, more: number[] = []) =>
  spawn(process.execPath, [child("peer"), how, where], { stdio: ["pipe", "pipe", "inherit", ...more] });

describeNative("two processes see each other's writes", () => {
  test("by a name", async () => {
    const name = `ariax-test-${process.pid}`;
    Region.unlink(name);
    using region = Region.share({ name, bytes: BYTES });
    expect([region.kind, region.byteLength, region.path, region.descriptor]).toEqual([
      "shared",
      BYTES,
      undefined,
      undefined,
    ]);
    try {
      await converse(region, () => peer("name", name));
    } finally {
      Region.unlink(name);
    }
  });

  test("in a file", async () => {
    const file = join(folder, "shared");
    using region = Region.map({ file, bytes: BYTES });
    await converse(region, () => peer("file", file));
  });
});

describeNative(
  "anonymous shared memory",
  () => {
    test("is found by its path", async () => {
      using region = Region.share({ bytes: BYTES });
      expect(region.path).toBe(`/proc/${process.pid}/fd/${region.descriptor}`);
      await converse(region, () => peer("file", region.path!));
    });

    test("is inherited as a descriptor", async () => {
      using region = Region.share({ bytes: BYTES });
      await converse(region, () => peer("descriptor", "3", [region.descriptor!]));
    });

    test("purged is zero for everybody, and its descriptor is closed by unmap", () => {
      const region = Region.share({ bytes: BYTES });
      using other = Region.map({ file: region.path! });
      new Uint8Array(region.buffer).fill(1);
      expect(new Uint8Array(other.buffer)[5]).toBe(1);
      expect(region.purge(0, BYTES)).toBe(true);
      expect([other.resident(), new Uint8Array(other.buffer)[5]]).toEqual([0, 0]);
      const { path } = region;
      expect(statSync(path!).size).toBe(BYTES);
      region.unmap();
      expect([region.path, region.descriptor]).toEqual([undefined, undefined]);
      expect(() => statSync(path!)).toThrow("ENOENT");
    });
  },
  "linux",
);

describeNative("a file", () => {
  test("is created, written, and there when mapped again", () => {
    const file = join(folder, "kept");
    const region = Region.map({ file, bytes: 10_000 });
    expect([region.kind, region.byteLength, statSync(file).size]).toEqual(["file", 10_000, 10_000]);
    new Uint8Array(region.buffer).set([1, 2, 3], 9_997);
    expect(region.flush()).toBe(true);
    expect([...readFileSync(file).subarray(9_996)]).toEqual([0, 1, 2, 3]);
    region.unmap();
    using again = Region.map({ file });
    expect([...new Uint8Array(again.buffer, 9_996)]).toEqual([0, 1, 2, 3]);
    using part = Region.map({ file, bytes: 100 });
    expect([part.byteLength, statSync(file).size]).toEqual([100, 10_000]);
    using longer = Region.map({ file, bytes: 20_000, guard: false });
    expect([longer.byteLength, longer.guard, statSync(file).size]).toEqual([20_000, false, 20_000]);
  });

  test("only files are flushed", () => {
    using region = Region.map({ bytes: 4096 });
    expect(region.flush()).toBe(false);
  });
});

describeNative("a worker thread", () => {
  test("shares by name, and what it leaves mapped is unmapped when it ends", async () => {
    const name = `ariax-thread-${process.pid}`;
    const file = join(folder, "thread");
    Region.unlink(name);
    using region = Region.share({ name, bytes: 4096 });
    const words = new Int32Array(region.buffer);
    const worker = new Worker(child("thread"), { workerData: { name, file } });
    const message = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    for (let i = 0; i < 10_000; i++) Atomics.add(words, 0, 1);
    expect(await message).toEqual({ first: 9 });
    await worker.terminate();
    Region.unlink(name);
    expect(words[0]).toBe(20_000);
    expect(readFileSync(file)[0]).toBe(9);
    if (process.platform === "linux") expect(readFileSync("/proc/self/maps", "utf8")).not.toContain(file);
  });
});
