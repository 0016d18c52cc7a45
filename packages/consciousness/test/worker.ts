/** A thread that adopts the mini-VM it is sent, works in it, and says what it did. */
import { parentPort, workerData } from "node:worker_threads";
import { MiniVm, type MiniVmLoan } from "../src/index.ts";

type Fields = { energy: "f64" };
const vm = MiniVm.adopt<Fields>(workerData as MiniVmLoan<Fields>);
const [found] = vm.pool;
const state = vm.pool.allocateConsciousnessState(60);
vm.pool.set(state, "energy", 2 * vm.pool.get(found!, "energy"));
vm.pool.release(found!);
const block = vm.allocate(1000);
new Uint8Array(vm.memory.buffer, block, 1000).fill(7);
let error = "";
try {
  vm.allocate(1 << 20);
} catch (thrown) {
  error = String(thrown);
}
parentPort!.postMessage({ state, block, error, vmName: vm.vmName });
