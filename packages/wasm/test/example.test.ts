import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the example's C program and three engines share a heap", async () => {
  const main = fileURLToPath(new URL("../examples/words/main.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main]);
  expect(stdout).toContain("10009 words. The most frequent:\nthe 40\nheap 30\nof 20\nand 10\nhost 10\n");
  expect(stdout).toMatch(/^blocks +10,011 /m);
  expect(stdout).toContain("\n10011 blocks were live; the program has freed all but 0.\n");
  expect(stdout).toMatch(/\ndouble free: the block at offset \d+ is free already\n$/);
});
