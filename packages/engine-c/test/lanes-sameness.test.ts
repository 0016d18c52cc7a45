import { beforeAll, describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { build, findCompiler, NO_COMPILER, SOURCE, sanitizers } from "../scripts/compiler.ts";
import { LanesBoth } from "./lanes-both.ts";
import { driveLanes } from "./lanes-drive.ts";

const compiler = findCompiler();
const name = compiler === undefined ? ` (skipped: ${NO_COMPILER})` : "";
const KIB = 1024;
const MIB = 1 << 20;

describe.skipIf(compiler === undefined)(`of lanes too the C engine makes the TypeScript engine's bytes${name}`, () => {
  let driver = "";
  beforeAll(() => {
    const files = [`${SOURCE}/ariax-lanes.c`, new URL("lanes-driver.c", import.meta.url).pathname];
    driver = build(compiler!, ["-std=c11", ...sanitizers(compiler!), ...files]);
  });

  const same = (both: LanesBoth) => expect(both.run(driver).difference).toBeUndefined();

  test.each([
    { bytes: 256 * KIB, lanes: 2, calls: 20_000, scale: 30_000 },
    { bytes: 512 * KIB, lanes: 3, calls: 20_000, scale: 60_000 },
    { bytes: MIB, lanes: 5, calls: 20_000, scale: 200_000 },
    { bytes: 4 * MIB, lanes: 8, calls: 20_000, scale: MIB },
    { bytes: 12 * MIB, lanes: 4, calls: 20_000, scale: 2 * MIB },
    { bytes: 64 * MIB, lanes: 63, calls: 10_000, scale: 8 * MIB },
    { bytes: MIB, lanes: 1, calls: 10_000, scale: 100_000 },
  ])("$bytes bytes, $lanes lanes", ({ bytes, lanes, calls, scale }) => {
    const both = new LanesBoth({ capacity: bytes, lanes });
    driveLanes(both, bytes + lanes, times(calls / 5, 3 * calls), scale, 10);
    same(both);
  });

  test.each(Array.from({ length: times(6, 200) }, (_, i) => i + 1))("seed %i", (seed) => {
    const both = new LanesBoth({ capacity: (256 << (seed % 4)) * KIB, lanes: 1 + (seed % 6) });
    driveLanes(both, seed, 2500, 60_000, 25);
    same(both);
  });

  test("from a byte of the buffer on that is not 0, and not aligned to 64 KiB", () => {
    const buffer = new SharedArrayBuffer(3 * 4096 + 768 * KIB);
    const both = new LanesBoth({ buffer, byteOffset: 3 * 4096, lanes: 4 });
    driveLanes(both, 6, times(3000, 60_000), 100_000, 10);
    same(both);
  });

  test("a heap that grows", () => {
    const both = new LanesBoth({ capacity: 256 * KIB, maxCapacity: 6 * MIB, lanes: 4 });
    driveLanes(both, 7, times(3000, 60_000), 300_000, 10);
    same(both);
  });
});
