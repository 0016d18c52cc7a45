// On a host that lacks something (scripts/hosts/lacks.mjs): errors by name and code, and the ends of scopes, whatever `using` is lowered to.
import assert from "node:assert/strict";
import { isAvailable, NativeAllocator, Region } from "../../src/index.ts";

const host = Symbol as { dispose?: symbol };
if (process.argv[2] === "polyfill") host.dispose = Symbol("polyfill");

type Methods = Record<string | symbol, () => void>;

assert.throws(() => Region.map({ bytes: -1 }), { name: "InvalidArgumentError", code: "ERR_INVALID_ARGUMENT" });
for (const engine of isAvailable() ? (["typescript", "c"] as const) : []) {
  for (const way of [host.dispose ?? Symbol.for("Symbol.dispose"), "dispose"]) {
    const heap = new NativeAllocator({ capacity: 65_536, engine });
    const region = heap.region!;
    (heap as unknown as Methods)[way]();
    assert.equal(region.mapped, false);
    assert.throws(() => region.unmap(), { name: "RegionUnmappedError", code: "ERR_REGION_UNMAPPED" });
    const other = Region.map({ bytes: 4096 });
    (other as unknown as Methods)[way]();
    assert.equal(other.mapped, false);
  }
}
