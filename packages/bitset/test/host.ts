/** Run by `borders.test.ts` in a process of its own, as `node host.ts <what the host lacks>`: prints what was thrown, as JSON. */
const lack = process.argv[2];
if (lack === "SharedArrayBuffer") Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
if (lack === "thawed prototypes") for (const { prototype } of [Error, RangeError, TypeError]) Object.freeze(prototype);

const { AtomicBitSet, BitSet, verify } = await import("../src/index.ts");

const thrown: unknown[] = [];
function attempt(call: () => void): void {
  try {
    call();
    thrown.push("nothing");
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    thrown.push({ name, code, message });
  }
}

if (lack === "memory") {
  const kept: unknown[] = [];
  for (const Kind of [BitSet, AtomicBitSet]) {
    attempt(() => {
      // 100 of these take 14 GB of addresses
      for (let n = 0; n < 100; n++) kept.push(new Kind(2 ** 30));
    });
  }
} else {
  attempt(() => new BitSet(100).setAll());
  attempt(() => new AtomicBitSet(100).setAll());
  const set = AtomicBitSet.over(new Int32Array(6), 0, 100);
  attempt(() => set.set(99));
  attempt(() => set.set(100));
  attempt(() => BitSet.over([] as never, 0, 1));
  set.words[0] = 1;
  attempt(() => verify(set));
}
console.log(JSON.stringify(thrown));
