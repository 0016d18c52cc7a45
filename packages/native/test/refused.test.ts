/** A runtime that takes no memory but its own, as Electron: here the addon is made to answer as it does there. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { NativeAllocator, Region } from "../src/index.ts";
import { callsOf, ENGINES, MiB, thrownBy } from "./heaps.ts";
import { describeNative } from "./native.ts";

vi.mock("../src/addon.ts", async (original) => {
  const real = await original<typeof import("../src/addon.ts")>();
  return { ...real, addon: () => ({ ...real.addon(), buffer: () => undefined }) };
});

const folder = mkdtempSync(join(tmpdir(), "ariax-refused-"));
afterAll(() => rmSync(folder, { recursive: true }));

describeNative("where external buffers are refused", () => {
  test.each(ENGINES)("a heap lies in an ordinary buffer, and works (%s)", (engine) => {
    const heap = new NativeAllocator({ capacity: MiB, engine, hugePages: true });
    expect(heap.region).toMatchObject({ kind: "ordinary", external: false, guard: false, hugePages: "refused" });
    expect(heap.traits.returnsMemory).toBe(false);
    const p = heap.allocate(100_000);
    new Uint8Array(heap.memory.buffer, p, 100_000).fill(1);
    const calls = callsOf(() => {
      heap.free(p);
      expect(heap.purge()).toBe(0);
    });
    expect(calls).toBe(0);
    heap.verify();
    heap.unmap();
    expect(heap.memory.buffer.byteLength).toBe(0);
    expect(thrownBy(() => heap.allocate(1))).toContain("ERR_DETACHED");
  });

  test("nothing is left mapped", () => {
    // Reserve, open, and give back; then the ordinary buffer, which is no call.
    expect(callsOf(() => Region.map({ bytes: MiB }).unmap())).toBe(3);
  });

  test("files and shared memory can't be, and nothing is left of the attempt", () => {
    const refused = "SystemCallError ERR_SYSTEM_CALL: can't map: external buffers are refused";
    const [missing, short] = [join(folder, "missing"), join(folder, "short")];
    writeFileSync(short, "short");
    for (const map of [
      (file: string) => Region.map({ file, bytes: MiB }),
      (file: string) => new NativeAllocator({ file, capacity: MiB }),
    ]) {
      expect(thrownBy(() => map(missing))).toBe(refused);
      expect(existsSync(missing)).toBe(false);
      expect(thrownBy(() => map(short))).toBe(refused);
      expect(statSync(short).size).toBe(5);
    }
    const name = `ariax-refused-${process.pid}`;
    expect(thrownBy(() => Region.share({ name, bytes: MiB }))).toBe(refused);
    expect(thrownBy(() => new NativeAllocator({ name, capacity: MiB }))).toBe(refused);
    expect(Region.unlink(name)).toBe(false);
  });
});
