import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ContextLentError } from "@ariax/allocator";
import { MemoryContext } from "@ariax/memory-context";
import { expect, test } from "vitest";
import { MiniVm, type StateHandle } from "../src/index.ts";

const fields = { energy: "f64" } as const;

test("mini-VMs of one region work in threads of their own, and come back", async () => {
  const region = new MemoryContext(null, { name: "region", quota: 1 << 22, shared: true });
  const vms = Array.from({ length: 3 }, (_, i) => {
    const vm = new MiniVm(region, { vmName: `vm-${i}`, quota: 1 << 18, poolSize: 16, fields });
    vm.pool.set(vm.pool.allocateConsciousnessState(), "energy", 1 + i);
    return vm;
  });
  const answers = await Promise.all(
    vms.map(async (vm) => {
      const { pool } = vm;
      const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: vm.lend() });
      for (const call of [() => vm.pool, () => vm.allocate(8), () => pool.size]) {
        expect(call).toThrow(new ContextLentError(vm.vmName));
      }
      // Waited for at once: on a busy machine both come in the same turn.
      const [[answer]] = (await Promise.all([once(worker, "message"), once(worker, "exit")])) as [
        [{ state: StateHandle; block: number; error: string; vmName: string }],
        unknown,
      ];
      vm.reclaim();
      return answer;
    }),
  );
  for (const [i, { state, block, error, vmName }] of answers.entries()) {
    const vm = vms[i]!;
    expect(vmName).toBe(`vm-${i}`);
    expect([...vm.pool]).toEqual([state]);
    expect(vm.pool.get(state, "energy")).toBe(2 * (1 + i));
    expect([...vm.pool.inBand(50, 70)]).toEqual([state]);
    expect(new Uint8Array(vm.memory.buffer, block, 1000).every((byte) => byte === 7)).toBe(true);
    expect(error).toMatch(
      /^QuotaExceededError: quota exceeded: 1048576 bytes on top of \d+ exceed the 262144 of "vm-\d"$/,
    );
    vm.free(block);
    vm.verify();
    vm.dispose();
  }
  region.verify();
});

test("memory that is not shared can't be lent, and the VM stays here", () => {
  const vm = new MiniVm(null, { vmName: "vm", quota: 65536, poolSize: 4 });
  expect(() => vm.lend()).toThrow(/shared/);
  vm.pool.allocateConsciousnessState();
  vm.verify();
});
