/** The README's tables of options and calls: each that there is, and defaults that hold. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KvEvents, KvPager } from "../src/index.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");
const section = (title: string): string => read("README.md").split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
const options = section("All options");

/** The fields of an interface. */
function fieldsOf(path: string, name: string): string[] {
  const body = read(path).split(`export interface ${name} {`)[1]!.split("\n}")[0]!;
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field]) => field!);
}

/** What stands in the first cells of a table. */
function rowsOf(table: string): string[] {
  const cells = [...table.matchAll(/^\| (`[^|]*?) \|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

test("options: each of the types, and no other", () => {
  const [pager, open] = options.split("\nOf `open(options)`");
  expect(rowsOf(pager!).sort()).toEqual(fieldsOf("src/pager/options.ts", "KvPagerOptions").sort());
  expect(rowsOf(open!).sort()).toEqual(fieldsOf("src/pager/open-options.ts", "OpenOptions").sort());
});

test("options: the defaults that are numbers or words are those", () => {
  const rows = [...options.split("\nOf `open(options)`")[0]!.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)];
  const defaults = rows.flatMap(([, name, cell]) => {
    const text = cell!.replaceAll(/[`,]/g, "");
    return /^([\d.]+|true|false|".*")$/.test(text) ? [[name!, JSON.parse(text)] as const] : [];
  });
  expect(defaults.length).toBe(11);
  const given = { blocks: 1000, seed: "the same", ...Object.fromEntries(defaults) };
  const bytes = (pager: KvPager) => Buffer.from(pager.snapshot());
  const plain = bytes(new KvPager({ blocks: 1000, seed: "the same" }));
  expect(bytes(new KvPager(given)).equals(plain)).toBe(true);
  // Those that are sums of others.
  const more = { ...given, moves: 1000, tableBytes: 4 * 36 * 1000 + 512 * 1024 + 65_536 };
  expect(bytes(new KvPager(more)).equals(plain)).toBe(true);
  const tenants = { blocks: 1000, tenants: 5 };
  expect(KvPager.byteLength({ ...tenants, tableBytes: 4 * 52 * 1000 + 512 * 1024 + 65_536 })).toBe(
    KvPager.byteLength(tenants),
  );
});

test("calls: each public one, and no other", () => {
  const said = section("The life of a sequence") + section("All other calls");
  const rows = [...said.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell]) => cell!);
  const calls = rows.flatMap((cell) => [...cell.matchAll(/`(?:KvPager\.)?(\w+)\(/g)].map(([, name]) => name!));
  const source = read("src/pager/kv-pager.ts").split("\nexport class KvPager {")[1]!;
  const methods = [...source.matchAll(/^ {2}(?:static )?(\w+)\(/gm)].map(([, name]) => name!);
  const wanted = new Set(methods.filter((name) => name !== "constructor" && name !== "byteLength"));
  expect(new Set(calls.filter((name) => name !== "chooseVictim"))).toEqual(wanted);
  const properties = [...source.matchAll(/^ {2}(?:declare readonly (\w+):|get (\w+)\()/gm)].map(
    ([, field, getter]) => field ?? getter!,
  );
  const listed = said.split("\nProperties: ")[1]!;
  expect(properties.length).toBeGreaterThan(9);
  expect(properties.filter((name) => !listed.includes(`\`${name}\``))).toEqual([]);
  const events = Object.getOwnPropertyNames(KvEvents.prototype).filter(
    (name) => !["constructor", "toJSON"].includes(name),
  );
  expect(events.filter((name) => !listed.includes(`\`${name}\``))).toEqual([]);
});
