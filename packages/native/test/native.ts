import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe } from "vitest";
import { whyUnavailable } from "../src/index.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A new folder, which is removed with all that is in it once the file's tests are over. */
export function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `ariax-${name}-`));
  folders.push(folder);
  return folder;
}

const why = whyUnavailable()?.split(";")[0];

/** A `describe` that is skipped for a reason, if there is one, under a name that says it. */
export function describeUnless(reason: string | undefined, name: string, body: () => void): void {
  describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (skipped: ${reason})`, body);
}

/** A `describe` for what needs the addon, and perhaps one kind of system. */
export function describeNative(name: string, body: () => void, platform?: NodeJS.Platform): void {
  const reason = why ?? (platform !== undefined && platform !== process.platform ? `${platform} only` : undefined);
  describeUnless(reason, name, body);
}

/** What a call throws. */
export function said(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const { name, code, message } = error as { name: string; code: string; message: string };
    return `${name} ${code}: ${message}`;
  }
  return "nothing";
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The path of a script in test/children. */
export function child(name: string): string {
  return fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url));
}

/** Runs a script of test/children to its end. */
export function runChild(name: string, args: readonly string[] = [], flags: readonly string[] = []): Ended {
  return spawnSync(process.execPath, [...flags, child(name), ...args], { encoding: "utf8" });
}

/** What a process prints, line by line: an error where it ends before the next one. */
export async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string, never> {
  yield* createInterface({ input: stdout! });
  throw new Error("the other process has ended");
}
