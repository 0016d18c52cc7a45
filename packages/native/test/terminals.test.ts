/** The example of unrelated processes, in two terminals; and that the documentation shows it as it is. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { blocksOf } from "../../../scripts/lib/doc-blocks.ts";
import { describeNative, linesOf, temporary } from "./native.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLE = at("../examples/terminals/main.ts");

describeNative("the example in terminals", () => {
  test("goes on when processes are killed, and says what was lost", async () => {
    const folder = temporary("terminals");
    const env = { ...process.env, TMPDIR: folder, TEMP: folder };
    const processes: ChildProcess[] = [];
    const start = (...args: string[]): AsyncGenerator<string, never> => {
      const one = spawn(process.execPath, [EXAMPLE, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
      processes.push(one);
      return linesOf(one);
    };
    try {
      expect((await start("second", "524288").next()).value).toBe("start this before: node terminals.mts first");
      const first = start("first");
      const [, , role, offset] = (await first.next()).value.split(" ");
      expect(role).toBe("second");
      expect((await start("first").next()).value).toBe("another first runs: end it before");
      for (const wrong of [["second"], ["second", "x"], []]) {
        expect((await start(...wrong).next()).value).toBe("node terminals.mts first; then what that prints");
      }
      for (let kill = 0; kill < 3; kill++) {
        const line = (await start("second", offset).next()).value;
        const [, ticket, pid] = /^ticket (\d+): kill -9 (\d+)$/.exec(line)!;
        process.kill(Number(pid), "SIGKILL");
        expect((await first.next()).value).toMatch(
          new RegExp(`^ticket ${ticket} is dead: 1 lane was its, \\d+ blocks stay$`),
        );
      }
      expect(processes[1].exitCode).toBe(null);
    } finally {
      for (const one of processes) one.kill("SIGKILL");
    }
  });
});

test("the documentation shows it word for word", () => {
  const shown = blocksOf("THREADS.md", readFileSync(at("../../slab/THREADS.md"), "utf8")).map(({ code }) => code);
  expect(shown).toContain(readFileSync(EXAMPLE, "utf8"));
});
