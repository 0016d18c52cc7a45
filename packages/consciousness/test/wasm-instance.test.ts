/** A mini-VM with an instance of WebAssembly to itself: the program reads what JavaScript put into the VM's blocks, and nothing else. */
import { MemoryContext } from "@ariax/memory-context";
import { expect, test } from "vitest";
import { MiniVm } from "../src/index.ts";

/**
 * (module
 *   (import "env" "memory" (memory 1))
 *   (func (export "sum") (param $at i32) (param $words i32) (result i32) (local $sum i32)
 *     (block (loop
 *       (br_if 1 (i32.eqz (local.get $words)))
 *       (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
 *       (local.set $at (i32.add (local.get $at) (i32.const 4)))
 *       (local.set $words (i32.sub (local.get $words) (i32.const 1)))
 *       (br 0)))
 *     (local.get $sum)))
 */
const PROGRAM = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f],
  ...[0x02, 0x0f, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, 0x01],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x07, 0x01, 0x03, 0x73, 0x75, 0x6d, 0x00, 0x00],
  ...[0x0a, 0x2d, 0x01, 0x2b, 0x01, 0x01, 0x7f],
  ...[0x02, 0x40, 0x03, 0x40, 0x20, 0x01, 0x45, 0x0d, 0x01],
  ...[0x20, 0x02, 0x20, 0x00, 0x28, 0x02, 0x00, 0x6a, 0x21, 0x02],
  ...[0x20, 0x00, 0x41, 0x04, 0x6a, 0x21, 0x00, 0x20, 0x01, 0x41, 0x01, 0x6b, 0x21, 0x01],
  ...[0x0c, 0x00, 0x0b, 0x0b, 0x20, 0x02, 0x0b],
]);

test("each instance sums the blocks of its own VM, in its own memory", async () => {
  const module = await WebAssembly.compile(PROGRAM);
  const region = new MemoryContext(null, { name: "region", quota: 1 << 22 });
  const vms = Array.from({ length: 3 }, (_, i) => {
    const memory = new WebAssembly.Memory({ initial: 32 });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const vm = new MiniVm(region, {
      vmName: `vm-${i}`,
      quota: 1 << 18,
      poolSize: 16,
      // The first page of 64 KiB is the program's own.
      memory: () => ({
        get buffer() {
          return memory.buffer;
        },
        byteOffset: 65536,
      }),
    });
    return { vm, memory, sum: exports.sum as (at: number, words: number) => number };
  });
  for (const [i, { vm, memory, sum }] of vms.entries()) {
    const block = vm.allocate(400);
    vm.context.view(block, Int32Array, 100).fill(1 + i);
    expect(vm.memory.buffer).toBe(memory.buffer);
    expect(block).toBeGreaterThan(65536);
    expect(sum(block, 100)).toBe(100 * (1 + i));
    const state = vm.pool.allocateConsciousnessState(60);
    expect(vm.pool.buffer).toBe(memory.buffer);
    expect(vm.pool.frequencyOf(state)).toBe(60);
    vm.verify();
  }
  // A program may make its memory longer: it is another buffer then.
  const [{ vm, memory, sum }] = vms as [(typeof vms)[0]];
  const [state] = vm.pool;
  memory.grow(16);
  expect([...vm.pool]).toEqual([state]);
  const block = vm.allocate(4);
  vm.context.store("i32", block, 0, 77);
  expect(sum(block, 1)).toBe(77);
  vm.verify();
  expect(new Set(vms.map(({ vm }) => vm.memory.buffer)).size).toBe(3);
  for (const { vm } of vms) vm.dispose();
  expect(region.usage()).toMatchObject({ used: 0, children: 0 });
});
