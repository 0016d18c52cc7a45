/** Buffers that can't be detached, and threads that end while their memory is in use: once each was the end of the process. */
import { markAsUntransferable } from "node:worker_threads";
import { expect, test } from "vitest";
import { NativeAllocator, Region } from "../src/index.ts";
import { callsOf, ENGINES, MiB, thrownBy } from "./heaps.ts";
import { describeNative, runChild } from "./native.ts";

/** Does this Node give such a buffer a detach key? Since 24. */
const hasKeys = (() => {
  const buffer = new ArrayBuffer(8);
  markAsUntransferable(buffer);
  try {
    return (buffer as ArrayBuffer & { transfer?(): ArrayBuffer }).transfer?.() === null;
  } catch {
    return true;
  }
})();

const refused = (bytes: number) =>
  `UnsupportedError ERR_UNSUPPORTED: unsupported: the buffer of ${bytes} bytes can't be detached, as it was given to markAsUntransferable`;

describeNative("a buffer that was given to markAsUntransferable", () => {
  /** That the calls are refused, and change nothing. */
  function staysMapped(region: Region, ...calls: (() => unknown)[]): void {
    const { buffer, byteLength } = region;
    const bytes = new Uint8Array(buffer).fill(3);
    markAsUntransferable(buffer);
    for (const call of calls) {
      expect(callsOf(() => expect(thrownBy(call)).toBe(refused(byteLength)))).toBe(0);
      expect([region.mapped, region.buffer === buffer, bytes.length, bytes[byteLength - 1]]).toEqual([
        true,
        true,
        byteLength,
        3,
      ]);
    }
  }

  test.skipIf(!hasKeys).each([true, false])("is not unmapped (external: %s)", (external) => {
    const region = Region.map({ bytes: 65_536, external });
    staysMapped(
      region,
      () => region.unmap(),
      () => region.dispose(),
      () => {
        using _ = region;
      },
      () => new Proxy(region, {}).unmap(),
    );
    if (external) expect(region.resident()).toBe(65_536);
  });

  test.skipIf(!hasKeys).each(ENGINES)("nor is a heap's, which goes on, its purge as well (%s)", async (engine) => {
    const heap = new NativeAllocator({ capacity: MiB, engine, purgeDelay: 0 });
    const p = heap.allocate(500_000);
    new Uint8Array(heap.memory.buffer, p, 500_000).fill(1);
    markAsUntransferable(heap.memory.buffer as ArrayBuffer);
    const full = heap.region!.resident();
    heap.free(p); // a purge is due
    for (const call of [
      () => heap.unmap(),
      () => heap.dispose(),
      () => {
        using _ = heap;
      },
    ]) {
      expect(thrownBy(call)).toBe(refused(MiB));
    }
    heap.free(heap.allocate(8));
    heap.verify();
    await undefined;
    expect(full - heap.region!.resident()).toBeGreaterThan(400_000);
  });

  test.skipIf(hasKeys)("is unmapped where that is no key", () => {
    const region = Region.map({ bytes: 65_536 });
    markAsUntransferable(region.buffer);
    region.unmap();
    expect(region.mapped).toBe(false);
  });
});

describeNative("the end", () => {
  test.each([
    ["mark", ""],
    ["mark, and unmap", hasKeys ? "ERR_UNSUPPORTED" : ""],
    ["mark, in a thread", "ended"],
    ["mark, in a thread that is terminated", "ended"],
    ...("transfer" in ArrayBuffer.prototype ? [["move, from a thread", "7"]] : []),
  ])("of a process is no crash: %s", (way, said) => {
    expect(runChild("ends", [way])).toMatchObject({ status: 0, signal: null, stdout: said, stderr: "" });
  });
});
