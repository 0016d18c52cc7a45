/** Constants that are written a second time, for V8's sake (src/page-pool.ts says why), are the same ones. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXACT_BINS } from "../src/bins.ts";
import * as layout from "../src/layout.ts";
import * as sizeClass from "../src/size-class.ts";

const exported: Record<string, unknown> = { ...layout, ...sizeClass, EXACT_BINS };
const source = (file: string) => readFileSync(new URL(`../src/${file}.ts`, import.meta.url), "utf8");
/** The value of a numeric literal as the sources write them. */
function numberIn(text: string): number {
  const positive = Number(text.replace(/^-| \| 0$/g, ""));
  if (text.endsWith("| 0")) return positive | 0;
  return text.startsWith("-") ? -positive : positive;
}
const literal = /-?(?:0x[0-9a-f]+|\d+)(?: \| 0)?/.source;

const FILES = ["page-pool", "page-list", "run-list", "slabs", "large", "lookup", "slab-allocator"];

describe.each(FILES)("src/%s.ts", (file) => {
  const own = [...source(file).matchAll(new RegExp(`^const ([A-Z]\\w*)(?:: number)? = (${literal});`, "gm"))];
  const shared = own.filter(([, name]) => name in exported);

  test("repeats constants of the layout", () => expect(shared.length).toBeGreaterThan(2));

  test.each(shared.map(([, name, text]) => ({ name, text })))("$name", ({ name, text }) => {
    expect(numberIn(text)).toBe(exported[name]);
  });

  test("has no layout constant under a name that the layout doesn't have", () => {
    const ours = own.map(([, name]) => name).filter((name) => /^[A-Z]_/.test(name));
    expect(ours.filter((name) => !(name in exported))).toEqual([]);
  });

  // As in `344 /* TABLE */` and `(scaled & -0x1ff80001) /* INDEX_CHECK */`.
  const written = [...source(file).matchAll(new RegExp(`(${literal})\\)? /\\* ([A-Z]\\w*) \\*/`, "g"))];
  test("literals are what their comments say", () => {
    if (file === "slab-allocator") expect(written.length).toBeGreaterThan(3);
    for (const [all, text, name] of written) expect(numberIn(text), all).toBe(exported[name]);
  });
});

test("the hot methods' bare literals", () => {
  const text = source("slab-allocator");
  const free = text.slice(text.indexOf("  free(offset"), text.indexOf("  /** A large block, or what can't be freed"));
  const literals = [...new Set([...free.matchAll(/\b(?:0x[0-9a-f]+|\d+)\b(?!\)? \/\*)/g)].map(([n]) => Number(n)))];
  const { PAGE_SHIFT, INDEX_SHIFT } = sizeClass;
  const { ENTRY_LINE, ENTRY_SHIFT, BITS_SHIFT } = layout;
  const known = [0, 1, PAGE_SHIFT, ENTRY_LINE, ENTRY_SHIFT, BITS_SHIFT, INDEX_SHIFT, INDEX_SHIFT + 5];
  expect(literals.length).toBeGreaterThan(3);
  expect(literals.filter((n) => !known.includes(n))).toEqual([]);
});
