import { expect, test } from "vitest";
import { featureTable } from "../lib/features.ts";
import { between } from "../lib/markers.ts";
import { readText } from "../lib/workspace.ts";

test("the README's feature table is that of the traits (else: pnpm readme)", () => {
  const readme = readText("README.md");
  expect(between(readme, "features", featureTable())).toBe(readme);
});

test("between replaces what stands between the markers, and nothing else", () => {
  const text = "a\n<!-- x:begin, by hand -->\nold\n<!-- x:end -->\nb\n";
  expect(between(text, "x", "$1\n")).toBe("a\n<!-- x:begin, by hand -->\n$1\n<!-- x:end -->\nb\n");
  expect(() => between(text, "y", "")).toThrow('no markers "y:begin" and "y:end"');
});
