/** Heaps that outlive their process, or have two of them. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NativeAllocator, Region } from "../src/index.ts";
import { ENGINES, MiB } from "./heaps.ts";
import { checkAll, type Inventory, takeTurn } from "./inventory.ts";
import { child, describeNative, linesOf, runChild } from "./native.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-heap-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(ENGINES)("the engine in %s", (engine) => {
  const other = ENGINES[1 - ENGINES.indexOf(engine)];

  describeNative("a heap in a file", () => {
    test("is made by one process, and continued by another, with the other engine", () => {
      const file = join(folder, `made-by-${engine}`);
      const made = runChild("heap-in-file", [file, engine]);
      expect([made.status, made.stderr]).toEqual([0, ""]);
      const inventory = JSON.parse(made.stdout) as Inventory;
      expect(inventory.length).toBeGreaterThan(300);

      using region = Region.map({ file });
      const heap = NativeAllocator.attach(region, 0, { engine: other });
      checkAll(heap, inventory);
      expect(heap.stats().blocks).toBe(inventory.length);
      for (const [offset] of inventory) heap.free(offset);
      heap.verify();
      expect(heap.stats().blocks).toBe(0);
    });

    test("is whole when the process that has it mapped is killed", () => {
      const file = join(folder, `killed-${engine}`);
      const { status, signal, stdout } = runChild("heap-in-file", [file, engine, "die"]);
      if (process.platform === "win32") expect(status).not.toBe(0);
      else expect(signal).toBe("SIGKILL");
      using region = Region.map({ file });
      const heap = NativeAllocator.attach(region, 0, { engine: other });
      checkAll(heap, JSON.parse(stdout));
    });
  });

  describeNative("a heap with a name", () => {
    test("is used by two processes in turns", async () => {
      const name = `ariax-turns-${process.pid}-${engine}`;
      Region.unlink(name);
      using heap = new NativeAllocator({ capacity: 4 * MiB, name, engine });
      const peer = spawn(process.execPath, [child("heap-by-name"), name, other], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      try {
        const answers = linesOf(peer);
        let inventory: Inventory = [];
        for (let turn = 1; turn <= 10; turn++) {
          // Each frees some of what the other has made, once all of it is as it was left; then makes some of its own.
          inventory = takeTurn(heap, inventory, 2 * turn);
          peer.stdin!.write(`${JSON.stringify({ inventory, seed: 2 * turn + 1 })}\n`);
          inventory = JSON.parse((await answers.next()).value) as Inventory;
          checkAll(heap, inventory);
          expect(heap.stats().blocks).toBe(inventory.length);
        }
        expect(inventory.length).toBeGreaterThan(100);
        heap.freeMany(Int32Array.from(inventory, ([offset]) => offset));
        expect(heap.stats().blocks).toBe(0);
      } finally {
        peer.kill();
        Region.unlink(name);
      }
    });
  });
});
