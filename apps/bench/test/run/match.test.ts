/** Processes that take turns: in which order, and what they say to each other. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { askAll, type Start } from "../../src/run/match.ts";
import { start } from "../../src/run/processes.ts";
import type { Task } from "../../src/worker/protocol.ts";

const task = (subject: string, more: Partial<Task> = {}): Task => ({
  request: { kind: "heap", subject, workload: "git", takesTurns: true },
  patience: 600_000,
  ...more,
});
const never = new AbortController().signal;

describe("a match", () => {
  /** Writes down what happens; `onTurn` may do more. */
  function recording(onTurn: (turn: string) => void = () => {}) {
    const events: string[] = [];
    const startOne: Start = async ({ request: { subject } }) => {
      events.push(`start ${subject}`);
      return {
        async turn() {
          events.push(subject);
          onTurn(events.join(" "));
        },
        async end() {
          events.push(`end ${subject}`);
          return { of: subject };
        },
      };
    };
    return { events, startOne };
  }
  const three = ["a", "b", "c"].map((name) => task(name));

  test("starts all, warms each up, and then goes back and forth", async () => {
    const { events, startOne } = recording();
    const answers = await askAll(three, 3, never, startOne);
    expect(answers).toEqual([{ of: "a" }, { of: "b" }, { of: "c" }]);
    expect(events.slice(0, 3).sort()).toEqual(["start a", "start b", "start c"]);
    expect(events.slice(3).join(" ")).toBe("a b c c b a a b c c b a end a end b end c");
  });

  test("of one that takes no turns is but its answer", async () => {
    const { events, startOne } = recording();
    await askAll(three.slice(0, 1), 0, never, startOne);
    expect(events).toEqual(["start a", "end a"]);
  });

  test("ends with the signal, and asks nobody any more", async () => {
    const abort = new AbortController();
    const { events, startOne } = recording((all) => {
      if (all.endsWith("a b c c b a")) abort.abort();
    });
    expect(await askAll(three, 9, abort.signal, startOne)).toEqual([]);
    expect(events.at(-1)).toBe("a");
  });
});

describe("a process that takes turns", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ariax-match-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  /** A worker that does `body` with `next`, which waits for its turn, and `say`. */
  const worker = (name: string, body: string): string => {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(
      path,
      `import { createInterface } from "node:readline";
      const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
      const next = async () => (process.stdout.write(".\\n"), !(await lines.next()).done);
      const say = (answer) => process.stdout.write(JSON.stringify(answer));
      ${body}`,
    );
    return path;
  };
  const counting = "let turns = 0; while (await next()) turns++; say({ turns });";

  test("has as many as it is given, and answers at the end", async () => {
    const [a, b] = [worker("a", counting), worker("b", counting)];
    expect(await askAll([task("x", { worker: a }), task("y", { worker: b })], 4, never)).toEqual([
      { turns: 5 },
      { turns: 5 },
    ]);
  });

  test("may answer before its last turn, or fail, and keeps nobody", async () => {
    const tasks = [
      task("x", { worker: worker("early", "await next(); say({ early: true }); process.stdin.destroy();") }),
      task("y", { worker: worker("failing", "await next(); process.stderr.write('no luck\\n'); process.exit(3);") }),
      task("z", { worker: worker("counting", counting) }),
      task("none", { worker: join(folder, "none.mjs") }),
    ];
    expect(await askAll(tasks, 3, never)).toEqual([
      { early: true },
      { error: "no luck" },
      { turns: 4 },
      { error: expect.stringMatching(/Cannot find module/) },
    ]);
  });

  test("hangs in its own turn, and not while it waits for it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const hanging = await start(
        task("x", { worker: worker("hanging", "await next(); setInterval(() => {}, 1e6);") }),
      );
      const counter = await start(task("y", { worker: worker("waiting", counting) }));
      vi.advanceTimersByTime(3_000_000);
      const turn = hanging.turn();
      vi.advanceTimersByTime(600_000);
      await turn;
      expect(await hanging.end()).toEqual({ error: "hangs: no answer in 600 s" });
      await counter.turn();
      expect(await counter.end()).toEqual({ turns: 1 });
    } finally {
      vi.useRealTimers();
    }
  });
});
