/** The program in WEBGPU.md runs as it stands, in Dawn. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { at, runInDawn } from "./hosts.ts";

test("the program in WEBGPU.md runs in Dawn for Node", async ({ skip }) => {
  const [, program] = /^```js\n(.*?)^```$/ms.exec(readFileSync(at("../../WEBGPU.md"), "utf8"))!;
  const folder = mkdtempSync(join(tmpdir(), "ariax-webgpu-"));
  try {
    symlinkSync(at("../../node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "pool.mjs"), program!);
    const said = await runInDawn([
      "--import",
      at("../../../../scripts/lib/workspace-hooks.ts"),
      join(folder, "pool.mjs"),
    ]);
    if (typeof said !== "string") return skip(said.unavailable);
    expect(said).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
