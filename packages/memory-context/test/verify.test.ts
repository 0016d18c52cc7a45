/** What `verify` finds: contexts with one thing wrong inside, and what it says of each. */
import { expect, test } from "vitest";
import type { Core } from "../src/core.ts";
import type { MemoryContext } from "../src/index.ts";
import { caught, child, root, verifyAll } from "./helpers.ts";

/** A root with blocks, a child inside of it and one with memory of its own. */
function scene() {
  const top = root({ quota: 1 << 20, soft: 1 << 19 });
  const [a, b] = [child(top, "a", 100_000), child(top, "b", 50_000, { memory: "separate" })];
  for (const context of [top, a, b]) for (const size of [16, 1000, 20_000]) context.allocate(size);
  verifyAll(top);
  const core = (context: MemoryContext) => (context as unknown as { core: Core }).core;
  return { top, core: core(top), a: core(a), b: core(b) };
}

type Scene = ReturnType<typeof scene>;

const BROKEN: [string, (s: Scene) => unknown, RegExp][] = [
  ["a word of the heap", ({ core }) => core.slab.words[17]--, /^\d+ pages used, \d+ found$/],
  ["what is used", ({ core }) => (core.used += 8), /^"root" is charged 171528 bytes, and holds 171520$/],
  [
    "a block that is not charged",
    ({ core }) => core.slab.allocate(8),
    /^"root" is charged 171520 bytes, and holds 171536$/,
  ],
  ["what is granted", ({ core }) => core.granted--, /^children of "root" have 150000 bytes, 149999 are counted$/],
  ["a child's quota", ({ a }) => a.quota--, /^children of "root" have 149999 bytes, 150000 are counted$/],
  ["the bytes of children", ({ core }) => (core.inner += 4096), /^children have \d+ bytes in "root", \d+ are counted$/],
  ["a child's place", ({ core, a }) => core.inside.delete(a.base), /^the child "a" of "root" has 0 bytes in it$/],
  [
    "a child's length",
    ({ core, a }) => core.slab.resize(a.base, 65_536),
    /^the child "a" of "root" has 65536 bytes in it$/,
  ],
  ["a child too many", ({ core, b }) => core.inside.set(1, b), /^2 children lie in "root", 1 are its$/],
  [
    "a child under another name",
    ({ core, a }) => core.children.set("x", a),
    /^"root" has a child "x" that is not its$/,
  ],
  [
    "a quota below what is used",
    ({ core }) => (core.quota = 1000),
    /^"root" has 171520 bytes used, a soft limit of \d+, a quota of 1000$/,
  ],
  ["a soft limit above the quota", ({ core }) => (core.soft = 1 << 21), /a soft limit of 2097152, a quota of 1048576$/],
  ["a quota above what is reserved", ({ core }) => (core.quota = 2 ** 30), /a quota of 1073741824$/],
  ["the limit of the hot path", ({ core }) => core.limit++, /^"root" compares with 524289 and \d+$/],
  ["what the hot path takes for easy", ({ core }) => core.easy++, /^"root" compares with 524288 and \d+$/],
  ["the pages that the hot path frees in", ({ core }) => core.open--, /^"root" compares with 524288 and \d+$/],
];

test.each(BROKEN)("verify finds %s", (_, damage, message) => {
  const s = scene();
  damage(s);
  const error = caught(() => s.top.verify());
  expect([error?.name, error?.code]).toEqual(["CorruptionError", "ERR_CORRUPTED"]);
  expect(error?.message.replace("corrupted: ", "")).toMatch(message);
});

test("verify changes nothing", () => {
  const { top } = scene();
  const before = [top.usage(), top.stats()];
  top.verify();
  expect([top.usage(), top.stats()]).toEqual(before);
});
