/** Heaps with lanes whose threads are killed anywhere, change turns anywhere, and are real ones: programs in C, which say what they found. */
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import {
  build,
  findClang,
  findCompiler,
  hasThreadSanitizer,
  hasUcontext,
  instruments,
  NO_COMPILER,
  SOURCE,
  sanitizers,
} from "../scripts/compiler.ts";

const ENGINE = `${SOURCE}/ariax-lanes.c`;
const program = (name: string) => new URL(`${name}.c`, import.meta.url).pathname;
const run = (file: string, ...args: number[]) =>
  execFileSync(file, args.map(String), { encoding: "utf8", stdio: "pipe" });

const compiler = findCompiler();
const clang = findClang();

for (const [name, found, none] of [
  ["the system's C compiler", compiler, NO_COMPILER],
  ["the system's clang", clang === compiler ? undefined : clang, "no other clang on PATH"],
] as const) {
  const options = found === undefined ? undefined : instruments(found);
  const why = found === undefined ? none : options === undefined ? "it has no -fsanitize=thread" : undefined;
  describe.skipIf(why !== undefined)(`compiled by ${name}${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
    /** The engine calls the test before each access: test/access.h. */
    const instrumented = (test: string) => {
      const object = build(found!, ["-std=c11", "-O2", ...options!, "-c", ENGINE]);
      const own = build(found!, ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-c", program(test)]);
      return build(found!, [own, object]);
    };

    test("a thread is killed before each store of each call, and who repairs its lane is", () => {
      const said = run(instrumented("lanes-kill"), times(2, 4), times(2000, 1000));
      const numbers = said.match(/\d+/g)!.map(Number);
      expect(numbers).toHaveLength(14);
      // Of each kind of call, and of repairs.
      for (const kills of numbers) expect(kills).toBeGreaterThan(0);
    });

    const noTurns = found !== undefined && !hasUcontext(found);
    test.skipIf(noTurns)(
      `threads change turns at any load and store, and are killed at any${noTurns ? " (skipped: no ucontext.h)" : ""}`,
      () => {
        const [calls, switches, kills] = run(instrumented("lanes-interleave"), times(30, 120))
          .match(/\d+/g)!
          .map(Number);
        expect(calls).toBeGreaterThan(5000);
        expect(switches).toBeGreaterThan(100_000);
        expect(kills).toBeGreaterThan(1000);
      },
    );
  });
}

describe.skipIf(compiler === undefined || process.platform === "win32")(
  `real threads${compiler === undefined ? ` (skipped: ${NO_COMPILER})` : ""}`,
  () => {
    const threads = (cc: string, ...options: string[]) =>
      build(cc, ["-std=c11", "-pthread", "-Wall", "-Wextra", ...options, program("lanes-threads"), ENGINE]);

    test.each([2, 4, 8])("%i at once hand blocks over, rest, die, and are reclaimed", (count) => {
      const said = run(threads(compiler!, "-O2"), count, times(5000, 20_000));
      expect(said).toBe(`${2 * count} threads, ${count} reclaimed\n`);
    });

    test("with AddressSanitizer and UndefinedBehaviorSanitizer", () => {
      const said = run(threads(compiler!, ...sanitizers(compiler!)), 4, times(3000, 9000));
      expect(said).toBe("8 threads, 4 reclaimed\n");
    });

    for (const [name, found] of [
      ["the system's C compiler", compiler],
      ["the system's clang", clang === compiler ? undefined : clang],
    ] as const) {
      const has = found !== undefined && hasThreadSanitizer(found);
      test.skipIf(!has)(`with ${name}'s ThreadSanitizer${has ? "" : " (skipped: there is none)"}`, () => {
        const said = run(threads(found!, "-g", "-O1", "-fsanitize=thread"), 4, times(2000, 6000));
        expect(said).toBe("8 threads, 4 reclaimed\n");
      });
    }
  },
);
