/** Run by `borders.test.ts` in a process of its own, as `node host.ts <what the host lacks>`: prints what was thrown, as JSON. */
const lack = process.argv[2];
if (lack === "SharedArrayBuffer") Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
if (lack === "thawed prototypes") for (const { prototype } of [Error, RangeError, TypeError]) Object.freeze(prototype);

const { MetadataPool, SharedMetadataPool } = await import("../src/index.ts");

const fields = { name: "bytes:200", size: "u32" } as const;
const kept: unknown[] = [];
const calls: Record<string, () => unknown> = {
  pool: () => new MetadataPool({ capacity: 40, fields }).acquire(),
  "shared pool": () => new MetadataPool({ capacity: 40, fields, shared: true }).acquire(),
  "pool for many": () => new SharedMetadataPool({ capacity: 40, fields }).acquire(),
  "stale handle": () => new MetadataPool({ capacity: 40, fields }).release(99 as never),
  "pool that is none": () => MetadataPool.attach(new ArrayBuffer(0), { fields }),
  "unknown field": () => {
    const pool = new MetadataPool({ capacity: 40, fields });
    pool.get(pool.acquire(), "nme" as "name");
  },
};
if (lack === "memory") {
  // 50 of these take 50 GB of addresses
  const fill = (shared: boolean) => () => {
    for (let n = 0; n < 50; n++) kept.push(new MetadataPool({ capacity: 5e6, fields, shared }));
  };
  const fillMany = () => {
    for (let n = 0; n < 50; n++) kept.push(new SharedMetadataPool({ capacity: 5e6, fields }));
  };
  Object.assign(calls, { pools: fill(false), "shared pools": fill(true), "pools for many": fillMany });
}
const thrown: Record<string, unknown> = {};
for (const [name, call] of Object.entries(calls)) {
  try {
    call();
    thrown[name] = "nothing";
  } catch (error) {
    const { name: kind, code } = error as Error & { code?: string };
    thrown[name] = `${kind} ${code}`;
  }
}
console.log(JSON.stringify(thrown));
