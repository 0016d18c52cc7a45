/**
 * The generated tables of README.md, THREADS.md and LAYOUT.md. `node packages/slab/test/tables.ts` writes them; tables.test.ts fails where
 * they are not what this would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { SlabAllocator } from "../src/index.ts";
import { laneLayoutOf, mostLanes } from "../src/lanes/layout.ts";
import { layoutOf } from "../src/layout.ts";
import { CLASS_SIZES, inverseOf, PAGE_SIZE, slabPages } from "../src/size-class.ts";
import { fill } from "./heaps.ts";

const group = (n: number): string => n.toLocaleString("en-US");
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |\n`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  row(head) + row(head.map(() => "---:")) + rows.map(row).join("");

const classes = CLASS_SIZES.map((size, c) => {
  const first = slabPages(size, 0);
  const second = slabPages(size, first);
  const longest = slabPages(size, 2 ** 20);
  const blocks = (pages: number) => Math.floor((pages * PAGE_SIZE) / size);
  return { c, size, first, second, longest, blocks, inverse: inverseOf(size) };
});

/** For users: sizes and slabs, those of one doubling in a row. */
function sizesTable(): string {
  const ends = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];
  const rows = ends.map((end, i) => {
    const some = classes.filter(({ size }) => size <= end && size > (ends[i - 1] ?? 0));
    const list = (of: (c: (typeof some)[number]) => number) => some.map((c) => group(of(c))).join(" ");
    return [
      list(({ size }) => size),
      list(({ first }) => first),
      list(({ blocks, first }) => blocks(first)),
      list(({ blocks, longest }) => blocks(longest)),
    ];
  });
  return table(["block bytes", "pages of a first slab", "blocks in it", "blocks in the longest"], rows);
}

/** For engines: the words of each class line that never change. */
function linesTable(): string {
  const hex = (n: number) => `0x${(n >>> 0).toString(16).padStart(8, "0")}`;
  return table(
    ["class", "line at", "SIZE", "INVERSE", "pages: first", "second", "longest"],
    classes.map(({ c, size, inverse, first, second, longest }) => {
      return [c, 32 + 8 * c, size, hex(inverse), first, second, longest];
    }),
  );
}

const nameOf = (bytes: number) =>
  bytes === 0xffff0000 ? "4 GiB − 64 KiB" : bytes < 2 ** 20 ? `${bytes / 1024} KiB` : `${group(bytes / 2 ** 20)} MiB`;

/** Metadata by capacity. */
function costTable(): string {
  const capacities = [64, 256, 1024, 4096, 65536, 1048576, 4194304 - 64].map((KiB) => KiB * 1024);
  return table(
    ["capacity", "bytes of the control block", "of capacity", "in whole pages", "of capacity"],
    capacities.map((capacity) => {
      const { words, first } = layoutOf(capacity / PAGE_SIZE, 1);
      const part = (bytes: number) => `${((100 * bytes) / capacity).toFixed(2)} %`;
      return [nameOf(capacity), group(4 * words), part(4 * words), group(first * PAGE_SIZE), part(first * PAGE_SIZE)];
    }),
  );
}

/** How many blocks small heaps hold. */
function smallTable(): string {
  const sizes = [64, 1000, 10_000, 100_000];
  const rows = [64, 256, 1024].map((KiB) => {
    const counts = sizes.map((size) =>
      group(size < KiB * 1024 ? fill(new SlabAllocator({ capacity: KiB * 1024 }), size).length : 0),
    );
    return [`${KiB} KiB`, ...counts];
  });
  return table(["capacity", ...sizes.map((size) => `blocks of ${group(size)} bytes`)], rows);
}

/** The same of heaps with lanes, and how many there can be. */
function lanesTable(): string {
  const capacities = [512, 4096, 16384, 65536, 1048576, 2097152, 4194304 - 64].map((KiB) => KiB * 1024);
  return table(
    ["capacity", "a territory", "most lanes", "metadata, 8 lanes", "of capacity", "each lane more"],
    capacities.map((capacity) => {
      const { words, territory, stride } = laneLayoutOf(capacity / PAGE_SIZE, 8);
      return [
        nameOf(capacity),
        nameOf(PAGE_SIZE << territory),
        mostLanes(capacity / PAGE_SIZE),
        group(4 * words),
        `${((400 * words) / capacity).toFixed(2)} %`,
        group(4 * stride),
      ];
    }),
  );
}

const TABLES: readonly (readonly [file: string, name: string, content: () => string])[] = [
  ["README.md", "sizes", sizesTable],
  ["README.md", "small", smallTable],
  ["THREADS.md", "lanes", lanesTable],
  ["LAYOUT.md", "lines", linesTable],
  ["LAYOUT.md", "cost", costTable],
];

const url = (file: string) => new URL(`../${file}`, import.meta.url);

/** Each file as it is, and as it should be. */
export function documents(): { file: string; is: string; should: string }[] {
  return [...new Set(TABLES.map(([file]) => file))].map((file) => {
    const is = readFileSync(url(file), "utf8").replaceAll("\r\n", "\n");
    let should = is;
    for (const [of, name, content] of TABLES) {
      if (of !== file) continue;
      const pattern = new RegExp(`(<!-- ${name}:begin[^\n]*-->\n).*?(<!-- ${name}:end -->)`, "s");
      if (!pattern.test(should)) throw new Error(`${file} has no markers "${name}:begin" and "${name}:end"`);
      should = should.replace(pattern, (_, begin: string, end: string) => `${begin}${content()}${end}`);
    }
    return { file, is, should };
  });
}

if (process.argv[1] === import.meta.filename) {
  for (const { file, should } of documents()) writeFileSync(url(file), should);
}
