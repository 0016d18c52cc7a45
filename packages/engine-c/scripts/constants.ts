/**
 * Writes src/constants.h from the TypeScript engine's source, where the numbers of the layout exist once.
 *
 *     node packages/engine-c/scripts/constants.ts          writes it
 *
 * Every line `const NAME = <number>;` of the files below becomes a macro, its comment a comment. Only the source tells all:
 * some of the constants are not exported.
 */
import { readFileSync, writeFileSync } from "node:fs";

const PACKAGES: URL = new URL("../../", import.meta.url);
/** The files, and which of their constants, `NAME=OTHER` by another name; all, where none is said without. */
const SOURCES: readonly (readonly [string, ...string[]])[] = [
  ["allocator/src/check.ts"],
  ["slab/src/size-class.ts"],
  ["slab/src/layout.ts"],
  ["slab/src/lanes/layout.ts", "VERSION=LANES_VERSION"],
  ["slab/src/lanes/territory.ts", "MANY", "MOST_AT_ONCE"],
  ["slab/src/bins.ts"],
  ["slab/src/page-pool.ts", "LOOKS"],
  ["slab/src/memory.ts", "MIN_CAPACITY"],
  ["slab/src/slab-allocator.ts", "MAX_ALIGNMENT"],
];
/** Where src/constants.h is. */
export const CONSTANTS: URL = new URL("engine-c/src/constants.h", PACKAGES);

/** The text of src/constants.h. */
export function constants(): string {
  const lines = [
    "/* Generated from the TypeScript engine by scripts/constants.ts; don't edit. */",
    "#ifndef AX_CONSTANTS_H",
    "#define AX_CONSTANTS_H",
  ];
  for (const [source, ...wanted] of SOURCES) {
    const names = wanted.filter((name) => !name.includes("="));
    const others = new Map(
      wanted.filter((name) => name.includes("=")).map((name) => name.split("=") as [string, string]),
    );
    lines.push("", `/* packages/${source} */`);
    for (const { name, value, comment } of numbers(readFileSync(new URL(source, PACKAGES), "utf8"))) {
      if (names.length > 0 && !names.includes(name)) continue;
      const number = value > 0xffff ? `0x${value.toString(16)}u` : `${value}u`;
      lines.push(`#define AX_${others.get(name) ?? name} ${number}${comment === undefined ? "" : ` /* ${comment} */`}`);
    }
  }
  return `${[...lines, "", "#endif"].join("\n")}\n`;
}

interface Constant {
  readonly name: string;
  /** As an unsigned 32-bit number. */
  readonly value: number;
  readonly comment: string | undefined;
}

function* numbers(source: string): Generator<Constant> {
  const pattern = /^(?:export )?const ([A-Z][A-Z_]*)(?:: number)? = ([\dx][\da-fx]*)(?: \| 0)?;(?: \/\/ (.*))?$/gm;
  for (const [, name, number, comment] of source.matchAll(pattern)) yield { name, value: Number(number), comment };
}

if (process.argv[1] === import.meta.filename) writeFileSync(CONSTANTS, constants());
