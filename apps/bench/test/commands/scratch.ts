import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

let folder = "";
/** A folder of the test file's own, gone with it. */
export const scratch = (): string => (folder ||= mkdtempSync(join(tmpdir(), "ariax-bench-")));
afterAll(() => folder && rmSync(folder, { recursive: true }));
