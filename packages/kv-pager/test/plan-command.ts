/** The command, in this process: what it printed where, and its exit code. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { main } from "../src/plan/node/cli.ts";

/** A folder of the test file that asks for one, and how it puts a file with this in it there, by its path. */
export function traceFolder(): { readonly folder: string; readonly file: (content: string | Uint8Array) => string } {
  const folder = mkdtempSync(join(tmpdir(), "ariax-plan-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  const file = (content: string | Uint8Array): string => {
    const path = join(folder, `trace-${++files}`);
    writeFileSync(path, content);
    return path;
  };
  return { folder, file };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Setting {
  readonly stdin?: readonly (string | Uint8Array)[];
  /** Whether the error stream is a terminal. */
  readonly isTTY?: boolean;
  readonly now?: () => number;
}

export async function run(
  args: readonly string[],
  { stdin = [], isTTY = false, now = () => 0 }: Setting = {},
): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await main(args, {
    out: {
      write: (text, done) => {
        out += text;
        done?.();
      },
    },
    err: { isTTY, write: (text) => (err += text) },
    stdin: (async function* () {
      for (const piece of stdin) yield typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
    })(),
    now,
  });
  return { code, out, err };
}

/** Lines of a trace, a request each. */
export function lines(...requests: readonly (readonly unknown[])[]): string {
  return requests.map((hash_ids) => `${JSON.stringify({ hash_ids })}\n`).join("");
}
