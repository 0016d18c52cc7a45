/** Fresh memory is zero already: what is not needed is not written, so that the host finds no pages for it. */
import { execFileSync } from "node:child_process";
import { SlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { ConsciousnessStatePool, MiniVm } from "../src/index.ts";

const src = JSON.stringify(new URL("../src/index.ts", import.meta.url).href);

/** MiB of RAM that a program takes more, by what it makes. */
function taken(make: string): number {
  const code = `import { ConsciousnessStatePool, MiniVm } from ${src};
    const before = process.memoryUsage.rss();
    const made = ${make};
    console.log((process.memoryUsage.rss() - before) / 2 ** 20, made.closed);`;
  return Number.parseFloat(execFileSync(process.execPath, ["--input-type=module"], { input: code, encoding: "utf8" }));
}

// A gigabyte of columns; the records' own bytes are 4.1 MiB, and the control block of the region 13.
const many = '{ poolSize: 1e6, fields: { data: "bytes:1000" } }';
test.each([
  ["a state pool", `new ConsciousnessStatePool(${many})`],
  ["one that threads share", `new ConsciousnessStatePool({ ...${many}, shared: true })`],
  ["a mini-VM", `new MiniVm(null, { vmName: "vm", quota: 1.2e9, ...${many} })`],
])("%s of a gigabyte takes some MiB", (_, make) => {
  expect(taken(make)).toBeLessThan(200);
});

test("memory that was used is written: a new pool has nothing of what was there", () => {
  const poolSize = 10;
  const fields = { a: "u32" } as const;
  const buffer = new ArrayBuffer(ConsciousnessStatePool.byteLength({ poolSize, fields }));
  new Uint8Array(buffer).fill(0xff);
  const pool = new ConsciousnessStatePool({ poolSize, fields, buffer });
  pool.verify();
  expect([...pool.columns.a]).toEqual(new Array(10).fill(0));
  const region = new SlabAllocator({ capacity: 1 << 20 });
  const all = region.allocate(1 << 19);
  new Uint8Array(region.memory.buffer, all, 1 << 19).fill(0xff);
  region.free(all);
  for (const zero of [false, true]) {
    const vm = new MiniVm(region, { vmName: "vm", quota: 1 << 17, poolSize, fields, zero });
    vm.verify();
    expect([...vm.pool.columns.a]).toEqual(new Array(10).fill(0));
    vm.pool.columns.a.fill(7);
    vm.dispose();
  }
});
