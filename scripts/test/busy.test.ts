import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { dutyCycle, parse } from "../lib/busy.ts";
import { ROOT } from "../lib/workspace.ts";

describe("options", () => {
  test("come before --, and the command behind it, with options of its own", () => {
    expect(parse(["--load", "2", "--times", "3", "--", "node", "--load", "--"])).toEqual({
      load: 2,
      part: 1,
      times: 3,
      command: ["node", "--load", "--"],
    });
    expect(parse(["--quarter", "--", "a"])).toEqual({ load: 0, part: 0.25, times: 1, command: ["a"] });
  });

  test.each([
    [[], "there is no -- with a command behind it"],
    [["--quarter"], "there is no -- with a command behind it"],
    [["--"], "there is no command behind --"],
    [["--load", "--", "a"], '--load: "--" is no number of 1 and more'],
    [["--times", "0", "--", "a"], '--times: "0" is no number of 1 and more'],
    [["--times"], '--times: "" is no number of 1 and more'],
    [["--laod", "2", "--", "a"], "unknown option: --laod"],
  ])("%j are refused", (args, why) => expect(parse(args)).toBe(why));
});

test("a duty cycle stops and continues in turns, and leaves what it ends running", () => {
  const log: unknown[] = [];
  let due: (() => void) | undefined;
  const end = dutyCycle(0.25, {
    send: (signal) => log.push(signal),
    after: (ms, then) => {
      log.push(ms);
      due = then;
      return () => log.push("called off");
    },
  });
  for (let i = 0; i < 3; i++) due?.();
  end();
  expect(log).toEqual([25, "SIGSTOP", 75, "SIGCONT", 25, "SIGSTOP", 75, "called off", "SIGCONT"]);
});

// There are no groups of processes on Windows.
describe.skipIf(process.platform === "win32")("the script", () => {
  const start = (options: string[], program: string): ChildProcess =>
    spawn(process.execPath, [join(ROOT, "scripts/busy.ts"), ...options, "--", process.execPath, "-e", program], {
      stdio: ["ignore", "pipe", "pipe"],
    });
  /** Whether a process is there. */
  const isThere = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const others = (said: string) =>
    (/^busy: \d+ processes never rest: (.*)$/m.exec(said)?.[1] ?? "").split(", ").map(Number);

  async function outcome(busy: ChildProcess) {
    const [out, said, [code]] = await Promise.all([text(busy.stdout!), text(busy.stderr!), once(busy, "exit")]);
    return { out, said, code };
  }

  test("runs so many times beside so many others, which are gone at the end", async () => {
    const { out, said, code } = await outcome(start(["--load", "2", "--times", "3"], "console.log(process.pid)"));
    expect(code).toBe(0);
    expect(new Set(out.trim().split("\n")).size).toBe(3);
    expect(said.match(/^busy: run \d of 3: exit code 0$/gm)).toHaveLength(3);
    expect(others(said)).toHaveLength(2);
    expect(others(said).filter(isThere)).toEqual([]);
  });

  test.each([
    [["--times", "3"], "process.exit(7)", 7],
    [["--quarter"], "process.exit(7)", 7],
    [[], "process.kill(process.pid, 'SIGKILL')", 137],
  ])("%j passes on how the command has ended, and stops there: %s", async (options, program, expected) => {
    const { said, code } = await outcome(start(options, program));
    expect(code).toBe(expected);
    expect(said.match(/^busy: run /gm)).toHaveLength(1);
    if (options.includes("--quarter")) expect(said).toMatch(/^busy: 25 % of all cores, by /);
  });

  test("a command that is not there is told", async () => {
    const busy = spawn(process.execPath, [join(ROOT, "scripts/busy.ts"), "--", "/nonexistent"]);
    const { said, code } = await outcome(busy);
    expect(code).toBe(127);
    expect(said).toContain("busy: spawn /nonexistent ENOENT\n");
  });

  test.each([[["--load", "1"]], [["--quarter"]]])(
    "%j, interrupted: nothing that it started is left",
    async (options) => {
      // A command, and what it has started in its turn: neither ends by itself.
      const program = `
      const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"]);
      child.once("spawn", () => console.log(process.pid, child.pid));
      setInterval(() => {}, 1e9);`;
      const busy = start([...options, "--times", "3"], program);
      const said = text(busy.stderr!);
      const [line] = (await once(createInterface({ input: busy.stdout! }), "line")) as [string];
      const exit = once(busy, "exit");
      busy.kill("SIGINT");
      expect(await exit).toEqual([130, null]);
      const started = [...line.split(" ").map(Number), ...others(await said).filter((pid) => pid > 0)];
      expect(started).toHaveLength(options.includes("--load") ? 3 : 2);
      // The command's own child is nobody's now: the system takes it away when it has come round to it.
      expect(started.filter((pid) => pid !== Number(line.split(" ")[1])).filter(isThere)).toEqual([]);
    },
  );
});
