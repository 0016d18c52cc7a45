/**
 * The house: imports run downwards, from a folder to those below it, and never in a circle. Types count, and so do modules
 * that are imported when they are needed; a worker that is told its kind by name is the one door of another sort.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { call } from "./commands/call.ts";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
/** From the top to the ground. */
const FLOORS = ["main.ts", "commands", "report", "run", "workloads", "worker", "subjects", "base"];

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|js)$/.test(name));
const floorOf = (file: string): number => FLOORS.indexOf(file.split("/")[0]!);

/** What a file imports of this house, by path from `src`. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8").replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  const pattern = /(?:\bfrom|^import|\bimport\()\s*"(\.{1,2}\/[^"]+)"/gm;
  return [...text.matchAll(pattern)]
    .map(([, path]) => relative(SRC, join(SRC, dirname(file), path!)))
    .filter((path) => !path.startsWith(".."));
}
const imports = new Map(files.map((file) => [file, importsOf(file)]));

test("every file is in a room, and what it imports is there", () => {
  expect(files.filter((file) => floorOf(file) < 0)).toEqual([]);
  const all = [...imports].flatMap(([file, paths]) => paths.map((path) => `${file} → ${path}`));
  expect(all.filter((one) => !files.includes(one.split(" → ")[1]!))).toEqual([]);
  // The patterns see something.
  expect(all.length).toBeGreaterThan(200);
  expect(all).toContain("workloads/parts/parts.ts → workloads/parts/bitset.ts");
});

test("no import runs upwards", () => {
  const upwards = [...imports].flatMap(([file, paths]) =>
    paths.filter((path) => floorOf(path) < floorOf(file)).map((path) => `${file} → ${path}`),
  );
  expect(upwards).toEqual([]);
});

test("no imports run in a circle", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file)) return;
    done.add(file);
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test("each kind of workload that a command asks for is a folder with an observer", async () => {
  const kinds = new Set<string>();
  const answer = ({ kind }: { kind: string }) => {
    kinds.add(kind);
    return { error: "none" };
  };
  for (const args of [
    [],
    ["story"],
    ["threads"],
    ["kv"],
    ["gpu"],
    ["ariax", "--scenario", "states"],
    ["ariax", "--scenario", "real-time,parts,browser"],
  ]) {
    await call(args, answer);
  }
  expect([...kinds].sort()).toEqual(
    readdirSync(join(SRC, "workloads"), { withFileTypes: true }).flatMap((one) =>
      one.isDirectory() ? [one.name] : [],
    ),
  );
  for (const kind of kinds) expect(existsSync(join(SRC, "workloads", kind, "observe.ts")), kind).toBe(true);
});
