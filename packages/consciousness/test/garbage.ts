/**
 * Run with `FLAGS` of `scripts/lib/garbage.ts`: a million operations on a mini-VM's states and blocks, recorded, and which functions made how many bytes of
 * objects meanwhile, as JSON: V8's sampling profiler, collected objects included.
 */
import inspector from "node:inspector/promises";
import { MiniVm, type StateHandle } from "../src/index.ts";

const vm = new MiniVm(null, { vmName: "garbage", fields: { energy: "f64" } });
const { pool } = vm;
const held = new Int32Array(1000);
/** Constants: a fraction that is computed, and passed to a function that is not inlined, becomes an object. */
const [LOW, HIGH] = [6.28318, 60.5];

function churn(operations: number): void {
  const { energy } = pool.columns;
  for (let done = 0; done < operations; ) {
    for (let i = 0; i < 1000; i++, done += 3) {
      const h = pool.allocateConsciousnessState();
      energy[pool.slot(h)] = i;
      pool.retune(h, (i & 1) === 0 ? LOW : HIGH);
      pool.release(h);
    }
    for (let i = 0; i < 1000; i++, done++) held[i] = pool.allocateConsciousnessState();
    for (let i = 0; i < 1000; i++, done++) pool.release(held[i] as StateHandle);
    for (let i = 0; i < 1000; i++, done += 2) vm.free(vm.allocate(24 + (i & 255)));
  }
}

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 30; i++) churn(100_000);
const session = new inspector.Session();
session.connect();

/** What `operations` of them made. */
async function sample(operations: number): Promise<Record<string, number>> {
  (globalThis as unknown as { gc: () => void }).gc();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  churn(operations);
  const { profile } = await session.post("HeapProfiler.stopSampling");
  const made: Record<string, number> = {};
  (function visit({ callFrame, selfSize, children }: inspector.HeapProfiler.SamplingHeapProfileNode): void {
    const { url, functionName } = callFrame;
    if (selfSize > 0 && url.includes("/src/")) {
      const where = `${functionName} of ${url.split("/packages/")[1]}`;
      made[where] = (made[where] ?? 0) + selfSize;
    }
    for (const child of children) visit(child);
  })(profile.head);
  return made;
}

// When V8 is done with compiling is its own affair: the first million without garbage will do.
let made: Record<string, number> = {};
for (let round = 0; round < 10; round++) {
  made = await sample(1_000_000);
  if (Object.values(made).reduce((sum, bytes) => sum + bytes, 0) < 40_000) break;
}
console.log(JSON.stringify(made));
