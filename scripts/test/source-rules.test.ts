import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { breachesIn } from "../lib/source-rules.ts";
import { filesBelow, published } from "../lib/workspace.ts";

/** Where a rule does not hold, for a reason that stands beside it. */
const EXCEPT: Readonly<Record<string, readonly RegExp[]>> = {
  "allocator/buffers.ts": [/newBuffer/], // it is that
  "allocator/dispose.ts": [/^Symbol\.dispose/], // it is what stands for it
};

// `traces` is data only.
const sources = published
  .map(({ id, dir }) => ({ id, dir, files: filesBelow(join(dir, "src")).filter((file) => file.endsWith(".ts")) }))
  .filter(({ files }) => files.length > 0);

describe.each(sources)("$id", ({ id, dir, files }) => {
  test.each(files)("%s keeps the rules of the borders", (file) => {
    const allowed = EXCEPT[`${id}/${file}`] ?? [];
    const breaches = breachesIn(file, readFileSync(join(dir, "src", file), "utf8"));
    expect(breaches.filter(({ what }) => !allowed.some((pattern) => pattern.test(what)))).toEqual([]);
  });
});

describe("a breach is found", () => {
  test.each([
    ["class A { #x = 1; }", /^#x/],
    ["class A { #f() {} }", /^#f/],
    ["export const f = (v: unknown) => v instanceof Uint8Array;", /^instanceof Uint8Array/],
    ["export function f() { using a = g(); }", /^using/],
    ["class A { [Symbol.dispose]() {} }", /^Symbol\.dispose/],
    ['const here = new URL("..", import.meta.url);', /^new URL/],
    ["const b = new SharedArrayBuffer(8);", /^new SharedArrayBuffer/],
    ["setTimeout(() => {}, 1).unref();", /unref/],
  ])("%s", (code, what) => {
    expect(breachesIn("a.ts", code)).toEqual([{ line: 1, what: expect.stringMatching(what) }]);
  });

  test.each([
    "class A { private x = 1; }",
    "class A { declare readonly [Symbol.dispose]: () => void; }",
    "export const f = (v: unknown) => v instanceof Core;",
    "export const f = (t: { unref?(): void }) => t.unref?.();",
    "const NONE = new ArrayBuffer(0);",
    "// class A { #x }",
    'const text = "#x instanceof Uint8Array";',
  ])("%s is none", (code) => {
    expect(breachesIn("a.ts", code)).toEqual([]);
  });
});
