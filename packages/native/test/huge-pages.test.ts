import { expect, test } from "vitest";
import { chosen, hugeBytes } from "../src/huge-pages.ts";

const SMAPS = `7f0000000000-7f0000200000 rw-p 00000000 00:00 0
Size:               2048 kB
AnonHugePages:      2048 kB
VmFlags: rd wr mr mw me ac
7f0000200000-7f0000600000 rw-p 00000000 00:00 0 [anon: x]
AnonHugePages:      4096 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
AnonHugePages:         0 kB
`;

test("huge pages are counted in the mappings of a range only", () => {
  expect(hugeBytes(SMAPS, 0x7f0000000000n, 0x7f0000200000n)).toBe(2 << 20);
  expect(hugeBytes(SMAPS, 0x7f0000200000n, 0x7f0000600000n)).toBe(4 << 20);
  expect(hugeBytes(SMAPS, 0x7f0000000000n, 0x7f0000600000n)).toBe(6 << 20);
  expect(hugeBytes(SMAPS, 0x7f0000600000n, 0x7f0000800000n)).toBe(0);
});

test("the chosen word of a setting", () => {
  expect(chosen("always [madvise] never\n")).toBe("madvise");
  expect(chosen("always madvise [never]\n")).toBe("never");
  expect(chosen("")).toBe(undefined);
});
