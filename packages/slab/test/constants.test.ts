/** Constants that are written a second time, for V8's sake (src/page-pool.ts says why), are the same ones. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXACT_BINS } from "../src/bins.ts";
import * as lanes from "../src/lanes/layout.ts";
import * as layout from "../src/layout.ts";
import * as sizeClass from "../src/size-class.ts";

const exported: Record<string, unknown> = { ...lanes, ...layout, ...sizeClass, EXACT_BINS };
const source = (file: string) => readFileSync(new URL(`../src/${file}.ts`, import.meta.url), "utf8");
/** The value of a numeric literal as the sources write them. */
function numberIn(text: string): number {
  const positive = Number(text.replace(/^-| \| 0$/g, ""));
  if (text.endsWith("| 0")) return positive | 0;
  return text.startsWith("-") ? -positive : positive;
}
const literal = /-?(?:0x[0-9a-f]+|\d+)(?: \| 0)?/.source;

const FILES = ["page-pool", "page-list", "run-list", "slabs", "bulk", "large", "lookup", "slab-allocator"];
const LANES = [
  "lanes/calls",
  "lanes/territory",
  "lanes/large",
  "lanes/relief",
  "lanes/remote",
  "lanes/collect",
  "shared-slab-allocator",
];

describe.each([...FILES, ...LANES])("src/%s.ts", (file) => {
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

  // As in `600 /* TABLE */` and `(scaled & -0xff80001) /* INDEX_CHECK */`.
  const written = [...source(file).matchAll(new RegExp(`(${literal})\\)? /\\* ([A-Z]\\w*) \\*/`, "g"))];
  test("literals are what their comments say", () => {
    if (file.endsWith("slab-allocator")) expect(written.length).toBeGreaterThan(3);
    for (const [all, text, name] of written) expect(numberIn(text), all).toBe(exported[name]);
  });
});

describe("the hot methods' bare literals", () => {
  const text = source("slab-allocator");
  const literalsOf = (from: string, to: string) => {
    const body = text.slice(text.indexOf(from), text.indexOf(to)).replaceAll(/\/\/.*/g, "");
    return [...new Set([...body.matchAll(/\b(?:0x[0-9a-f]+|\d+)\b(?!\)? \/\*)/g)].map(([n]) => Number(n)))];
  };
  const { PAGE_SHIFT, INDEX_SHIFT } = sizeClass;
  const { ENTRY_LINE, ENTRY_SHIFT, BITS_SHIFT, INFO_SHIFT, LINE_SHIFT, SHAPE_BLOCKS } = layout;
  const WORD_SHIFT = 5; // a word has 32 bits
  const ENTRY_WORDS = 2; // of a stack

  test("free", () => {
    const literals = literalsOf("  free(offset", "  /** The stack is full");
    const known = [0, 1, WORD_SHIFT, ENTRY_WORDS, PAGE_SHIFT, ENTRY_LINE, ENTRY_LINE + 1, LINE_SHIFT, SHAPE_BLOCKS];
    // The slab's end is left where it is in the entry: ENTRY_SHIFT bits up.
    known.push(PAGE_SHIFT - ENTRY_SHIFT, BITS_SHIFT + WORD_SHIFT - ENTRY_SHIFT, ENTRY_SHIFT - INFO_SHIFT);
    known.push(INDEX_SHIFT, INDEX_SHIFT + WORD_SHIFT, 1 << INDEX_SHIFT);
    expect(literals.length).toBeGreaterThan(8);
    expect(literals.filter((n) => !known.includes(n))).toEqual([]);
    expect(text).toContain(`(end << ${PAGE_SHIFT - ENTRY_SHIFT}) - at`);
    expect(text).toContain(`(end << ${BITS_SHIFT + WORD_SHIFT - ENTRY_SHIFT}) - (scaled >>> ${INDEX_SHIFT})`);
    expect(text).toContain(`this.info + (end >>> ${ENTRY_SHIFT - INFO_SHIFT})`);
    expect(text).toContain(`(scaled - 0x${(1 << INDEX_SHIFT).toString(16)}) >>> ${INDEX_SHIFT + WORD_SHIFT}`);
  });

  test("tryAllocate", () => {
    const literals = literalsOf("  tryAllocate(", "  /** A large block, or an alignment");
    expect(literals.toSorted((a, b) => a - b)).toEqual([0, 1, ENTRY_WORDS, 3, WORD_SHIFT, 7, 31]);
    expect([layout.C_WORD, Math.log2(8), 8 - 1, 32 - 1]).toEqual([0, 3, 7, 31]);
  });
});
