/** Hosts that lack something: memory, `SharedArrayBuffer`, `Symbol.dispose`. Each in a process of its own. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { Arena, FrameArena, TickArena } from "../src/index.ts";

const source = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** Runs a program before and after `@ariax/arena` is imported, and what it prints as JSON. */
function run(before: string, after: string, limit = ""): unknown {
  const program = `${before};
    const { Arena, FrameArena, TickArena } = await import(${source("../src/index.ts")});
    const caught = (call) => { try { call(); return "none" } catch (e) { return [e.name, e.code, e.message] } };
    ${after}`;
  const output = execFileSync(
    "bash",
    ["-c", `${limit} exec "$0" --input-type=module --eval "$1"`, process.execPath, program],
    { encoding: "utf8" },
  );
  return JSON.parse(output);
}

describe.runIf(process.platform === "linux")("memory", () => {
  test("that the host does not have", () => {
    const say = (bytes: number) => [
      "HostMemoryError",
      "ERR_OUT_OF_MEMORY",
      `out of memory: the host has no buffer of ${bytes} bytes`,
    ];
    const errors = run(
      "",
      `const G = 2 ** 30;
      const make = [
        () => new Arena({ capacity: 3.5 * G }),
        () => new Arena({ capacity: 3.5 * G, shared: true }),
        () => new FrameArena({ capacity: 1.75 * G }),
        () => new TickArena({ frequency: 60, bytesPerTick: 1.5 * G, frames: 1 }),
      ].map(caught);
      console.log(JSON.stringify(make));`,
      "ulimit -v 3000000;",
    );
    expect(errors).toEqual([say(3.5 * 2 ** 30 + 8), say(3.5 * 2 ** 30 + 8), say(3.5 * 2 ** 30 + 8), say(3 * 2 ** 30)]);
  });

  test("that it does not have for a part of it", async () => {
    const Real = ArrayBuffer;
    let left = 0;
    vi.stubGlobal("ArrayBuffer", function stub(bytes: number) {
      if (left-- <= 0) throw new RangeError("Array buffer allocation failed");
      return new Real(bytes);
    });
    const ticks = (() => {
      left = 100;
      return new TickArena({ frequency: 60, bytesPerTick: 64 });
    })();
    const controller = new AbortController();
    controller.abort();
    const make: [number, () => unknown][] = [
      [2, () => new Arena({ capacity: 4096 })],
      [3, () => new FrameArena({ capacity: 4096 })],
      [7, () => new TickArena({ frequency: 60, bytesPerTick: 64, harmonics: 3 })],
      [3, () => ticks.run(() => {}, { signal: controller.signal })],
    ];
    for (const [buffers, call] of make) {
      for (let n = 0; n < buffers; n++) {
        left = n;
        await expect((async () => call())()).rejects.toMatchObject({
          code: "ERR_OUT_OF_MEMORY",
          name: "HostMemoryError",
        });
      }
      left = buffers;
      await call();
    }
    vi.unstubAllGlobals();
    expect(ticks.tick()).toBe(1);
  });

  test("that nothing lies in is not touched", () => {
    const grown = run(
      "",
      `const rss = () => process.memoryUsage.rss();
      const before = rss();
      const arena = new Arena({ capacity: 2 ** 31 });
      const frames = new FrameArena({ capacity: 2 ** 28, checked: true });
      for (let i = 0; i < 8; i++) frames.nextFrame();
      arena.allocate(2 ** 30);
      arena.reset();
      console.log(JSON.stringify(rss() - before));`,
    );
    expect(grown).toBeLessThan(64 * 2 ** 20);
  });
});

test("no SharedArrayBuffer", () => {
  const errors = run(
    "delete globalThis.SharedArrayBuffer",
    `console.log(JSON.stringify([
      caught(() => new Arena({ capacity: 64, shared: true })),
      caught(() => new FrameArena({ capacity: 64, shared: true })),
      caught(() => new TickArena({ frequency: 60, bytesPerTick: 64, shared: true })),
      new Arena({ capacity: 64 }).allocate(8),
    ]));`,
  ) as unknown[][];
  expect(errors.pop()).toBe(8);
  for (const error of errors) {
    expect(error.slice(0, 2)).toEqual(["UnsupportedError", "ERR_UNSUPPORTED"]);
    expect(error[2]).toMatch(/^unsupported: no SharedArrayBuffer here: /);
  }
});

/** It can't be deleted where the engine has it: so another function stands for `Symbol`. */
const WITHOUT = `const Own = Symbol;
  globalThis.Symbol = Object.assign((name) => Own(name), { for: Own.for, iterator: Own.iterator, toStringTag: Own.toStringTag, hasInstance: Own.hasInstance })`;

test.each([
  ["missing: a compiler's stand-in", WITHOUT, 'Symbol.for("Symbol.dispose")', ""],
  ["missing, and polyfilled later", WITHOUT, "Symbol.dispose", "Symbol.dispose = Symbol('late');"],
  ["there", "", "Symbol.dispose", ""],
])("Symbol.dispose %s: a checkpoint is disposed of by it, and by name", (_, before, symbol, polyfill) => {
  const blocks = run(
    before,
    `${polyfill}
    const arena = new Arena({ capacity: 4096 });
    const blocks = () => arena.stats().blocks;
    const seen = [];
    const a = arena.checkpoint();
    arena.allocate(8);
    const b = arena.checkpoint();
    arena.allocate(8);
    seen.push(blocks());
    b[${symbol}]();
    seen.push(blocks());
    a.dispose();
    console.log(JSON.stringify([...seen, blocks()]));`,
  );
  expect(blocks).toEqual([2, 1, 0]);
});

test("frozen intrinsics: errors are errors", () => {
  const errors = run(
    "for (const E of [Error, RangeError, TypeError]) Object.freeze(E.prototype)",
    `const arena = new Arena({ capacity: 64 });
    console.log(JSON.stringify([caught(() => arena.allocate(-1)), caught(() => arena.rewind())].map((e) => e.slice(0, 2))));`,
  );
  expect(errors).toEqual([
    ["InvalidSizeError", "ERR_INVALID_SIZE"],
    ["InvalidArgumentError", "ERR_INVALID_ARGUMENT"],
  ]);
});
