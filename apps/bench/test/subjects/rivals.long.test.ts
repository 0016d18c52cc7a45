import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const rivals = fileURLToPath(new URL("../../rivals/", import.meta.url));

test("assemblyscript/heap.wasm is what its source compiles to", () => {
  const folder = mkdtempSync(join(tmpdir(), "ariax-asc-"));
  const out = join(folder, "heap.wasm");
  const asc = join(rivals, "node_modules/assemblyscript/bin/asc.js");
  const args = [asc, "assemblyscript/heap.ts", "--runtime", "minimal", "-O3", "--outFile", out];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: rivals, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(readFileSync(out).equals(readFileSync(join(rivals, "assemblyscript/heap.wasm")))).toBe(true);
  rmSync(folder, { recursive: true });
});
