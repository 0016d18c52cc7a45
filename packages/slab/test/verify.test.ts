import { readFileSync } from "node:fs";
import { CorruptionError } from "@ariax/allocator";
import { expect, test } from "vitest";
import { verifyHeap } from "../src/verify.ts";
import { MUTANTS, subject } from "./mutants.ts";

/** What verify says of a heap, without "corrupted: ". */
function complaint(w: Int32Array): string {
  try {
    verifyHeap(w);
  } catch (error) {
    if (error instanceof CorruptionError) return error.message.replace("corrupted: ", "");
    throw error;
  }
  return "nothing";
}

test.each(MUTANTS)("names %s", (_, damage, message) => {
  const it = subject();
  const sound = it.w.slice();
  damage(it);
  expect(it.w).not.toEqual(sound);
  const damaged = it.w.slice();
  expect(complaint(it.w)).toMatch(message);
  expect(it.w).toEqual(damaged);
  it.w.set(sound);
  expect(complaint(it.w)).toBe("nothing");
});

test("each thing that verify says has a mutant", () => {
  const source = readFileSync(new URL("../src/verify.ts", import.meta.url), "utf8");
  const templates = [...source.matchAll(/(?:\(\) => |CorruptionError\()`([^`]*)`/g)].map(([, text]) => text);
  expect(templates.length).toBeGreaterThan(20);
  const said = MUTANTS.map(([, damage]) => {
    const it = subject();
    damage(it);
    return complaint(it.w);
  });
  const pattern = (text: string) =>
    new RegExp(
      `^${text
        .replace(/\$\{[^}]*\}/g, "\0")
        .replace(/[.*+?^$()[\]|\\]/g, "\\$&")
        .replaceAll("\0", ".+")}$`,
    );
  expect(templates.filter((text) => !said.some((line) => pattern(text).test(line)))).toEqual([]);
});
