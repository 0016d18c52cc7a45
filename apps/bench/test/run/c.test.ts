/** The C programs: that they replay what the traces say, find what is wrong, and are missed by name where they can't be. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { encodeForC } from "../../src/run/c-program.ts";
import { buildReplay, findCompiler } from "../../src/subjects/c/compile.ts";
import { readyC } from "../../src/subjects/c/ready.ts";
import { makeProgram } from "../../src/subjects/events.ts";
import { findHeaders } from "../../src/subjects/phases/addon.ts";
import { makeLive, type Target } from "../../src/subjects/target.ts";
import { replay } from "../../src/worker/loops.ts";
import { encodeProgram } from "../../src/workloads/heap/program-file.ts";
import { replacementOf } from "../../src/workloads/heap/replacement.ts";
import { programWork } from "../../src/workloads/heap/traces.ts";
import { inC, observe, reasonOf, replays } from "./c-replays.ts";

const compiler = findCompiler();
describe("the C program", () => {
  replays(["nginx", "lua"]);

  for (const { name } of inC.filter(({ origin }) => origin !== "loop")) {
    const reason = reasonOf(name);
    const title = reason === undefined ? name : `${name} (skipped: ${reason})`;
    test.skipIf(reason !== undefined)(`times ${title}, and says which it is`, async () => {
      const { time, latency, check, version } = await observe(name, "churn", ["time", "latency"]);
      expect(time).toMatchObject({ stopped: false });
      expect(latency!.batches).toBeGreaterThan(0);
      expect(check).toBeUndefined();
      expect(version).toMatch(new RegExp(`^${name} (\\d+\\.\\d+.*, /.*|of this working tree)$`));
    });
  }

  test.skipIf(compiler === undefined)(
    "times the loop alone, and has nothing to check (needs a C compiler)",
    async () => {
      expect(Object.keys(await observe("nothing-c", "git", ["time", "check"]))).toEqual(["version", "time"]);
    },
  );
});

describe("a replacement in C (needs a C compiler)", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ariax-c-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** An allocator that writes down what it is asked for: sizes, and blocks by the number of their making. */
  const source = `
    #include <stddef.h>
    #include <stdint.h>
    #include <stdio.h>
    #include <stdlib.h>
    static size_t made; static FILE *log;
    void *mi_malloc(size_t n) { if (!log) log = fopen(getenv("LOG"), "w"); fprintf(log, "%zu ", n); return (void *)(++made); }
    void mi_free(void *p) { fprintf(log, "-%zu ", (size_t)(uintptr_t)p); }
    void *mi_realloc(void *p, size_t n) { (void)n; return p; }
    __attribute__((destructor)) static void end(void) { if (log) fclose(log); }`;

  test.skipIf(compiler === undefined)("asks for the same as in JavaScript, and goes on where it was", async () => {
    const [code, library, file, log] = ["heap.c", "libmimalloc-log.so", "program", "log"].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    writeFileSync(code, source);
    const args = ["-shared", "-fPIC", "-w", "-o", library, code];
    expect(spawnSync(compiler!.command, [...compiler!.args, ...args], { encoding: "utf8" }).stderr).toBe("");
    const work = replacementOf({ live: 5, least: 8, most: 64 }, 50);
    writeFileSync(file, encodeProgram(work));
    const { path: binary } = buildReplay("libraries") as { path: string };
    const env = { ...process.env, LOG: log };
    expect(spawnSync(binary, ["mimalloc", library, file, "1048576", "0", "1000", "time"], { env }).status).toBe(0);
    const inC = readFileSync(log, "utf8").trim().split(" ");

    const asked: string[] = [];
    let made = 0;
    const target: Target<number> = {
      allocate(size) {
        asked.push(String(size));
        return ++made;
      },
      free: (block) => asked.push(`-${block}`),
      reallocate: (block) => block,
    };
    const live = makeLive("offsets", 5);
    replay(work.program)(target, live)(0, work.prelude);
    const run = work.loop(target, live);
    while (asked.length < inC.length) run(0, work.events);
    expect(inC.length).toBeGreaterThan(5 + 2 * 50 * 6);
    expect(asked).toEqual(inC);
  });
});

describe("a heap that is wrong is found (needs a C compiler)", () => {
  /** Blocks one behind the other; `BROKEN` says how not. */
  const source = `
    #include <string.h>
    #include <stddef.h>
    static char memory[1 << 20]; static size_t top;
    void *mi_malloc(size_t n) { top += n + 64 & ~15ul; return BROKEN == 1 ? memory : BROKEN == 2 && n > 50 ? 0 : memory + top - (n + 64 & ~15ul); }
    void mi_free(void *p) { (void)p; }
    void *mi_realloc(void *p, size_t n) { void *q = mi_malloc(n); return !q || BROKEN == 3 ? q : memcpy(q, p, n); }`;
  const program = makeProgram(6, 2, (at) => {
    [
      [0, 0, 30],
      [0, 1, 41],
      [2, 1, 90],
      [2, 1, 13],
      [1, 0, 0],
      [1, 1, 0],
    ].forEach(([op, slot, size], i) => {
      at(i, op!, slot!, size!);
    });
  });
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ariax-c-"));
    writeFileSync(join(folder, "heap.c"), source);
    writeFileSync(join(folder, "program"), encodeProgram(programWork(program)));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(compiler === undefined).each([
    ["what is right", 0, { corrupted: 0, failures: 0 }],
    ["blocks that overlap", 1, { corrupted: 1, failures: 0 }],
    ["no room", 2, { corrupted: 0, failures: 1, firstFailure: "no room" }],
    ["contents lost by a reallocation", 3, { corrupted: 2, failures: 0 }],
  ])("%s", (_, broken, found) => {
    const library = join(folder, `libmimalloc-${broken}.so`);
    const args = ["-shared", "-fPIC", "-w", `-DBROKEN=${broken}`, "-o", library, join(folder, "heap.c")];
    expect(spawnSync(compiler!.command, [...compiler!.args, ...args], { encoding: "utf8" }).stderr).toBe("");
    const { path: binary } = buildReplay("libraries") as { path: string };
    const run = ["mimalloc", library, join(folder, "program"), "1048576", "1", "1", "check"];
    const { stdout } = spawnSync(binary, run, { encoding: "utf8" });
    expect(JSON.parse(stdout)).toMatchObject({
      check: { ...found, refusedFrees: 0, events: 6 },
      needs: { events: 6, peakLive: 120, peakBlocks: 2, blocksAtEnd: 0, bytesAtEnd: 0 },
    });
  });

  test.skipIf(compiler === undefined)("a file that is no program, and a library that is none", () => {
    const { path: binary } = buildReplay("libraries") as { path: string };
    const call = (...args: string[]) => spawnSync(binary, args, { encoding: "utf8" });
    const path = join(folder, "heap.c");
    expect(call("nothing-c", "", path, "0", "1", "1", "time")).toMatchObject({
      status: 1,
      stderr: `${path}: not a program\n`,
    });
    expect(call("mimalloc", "libmimalloc-none.so").stderr).toMatch(/^mimalloc: libmimalloc-none\.so: cannot open/);
    expect(call("mimalloc").stderr).toBe("replay: 2 or 7 arguments, see replay.c\n");
  });

  test.skipIf(compiler === undefined)("a program without an event to time", () => {
    const path = join(folder, "empty");
    const set = makeProgram(1, 1, (at) => at(0, 0, 0, 8));
    const { path: binary } = buildReplay("libraries") as { path: string };
    for (const work of [programWork(makeProgram(0, 0, () => {})), { ...programWork(set), prelude: 1 }]) {
      writeFileSync(path, encodeProgram(work));
      const { status, stderr } = spawnSync(binary, ["nothing-c", "", path, "0", "1", "1", "time,latency"], {
        encoding: "utf8",
      });
      expect({ status, stderr }).toEqual({ status: 1, stderr: `${path}: nothing to replay\n` });
    }
  });
});

describe("a library that is not here, or not what it should be (needs a C compiler)", () => {
  const ask = (name: string, ...libraries: string[]) =>
    readyC({ kind: "heap", handles: "pointers", origin: "c", what: "", name, libraries });

  test.skipIf(compiler === undefined)("is named with all its names where none is found", () => {
    expect(ask("none", "libnone.so.2", "libnone.so")).toEqual({ reason: "not installed (libnone.so.2, libnone.so)" });
  });

  test.skipIf(compiler === undefined)("is told broken under any of its names", () => {
    const folder = mkdtempSync(join(tmpdir(), "ariax-c-"));
    const broken = join(folder, "libbroken.so");
    writeFileSync(broken, "no library");
    const { reason } = ask("broken", "libbroken.so.2", broken, "libbroken.dylib") as { reason: string };
    expect(reason).toMatch(/libbroken\.so: (file too short|invalid ELF header|.*not a mach-o file)/);
    rmSync(folder, { recursive: true });
  });

  test.skipIf(compiler === undefined)("is refused where its malloc is another's", () => {
    const folder = mkdtempSync(join(tmpdir(), "ariax-c-"));
    const [source, library] = [join(folder, "empty.c"), join(folder, "libempty.so")];
    writeFileSync(source, "int nothing;\n");
    spawnSync(compiler!.command, [...compiler!.args, "-shared", "-fPIC", "-o", library, source]);
    expect(ask("other", library)).toEqual({ reason: `${library} has no malloc of its own` });
    rmSync(folder, { recursive: true });
  });
});

test.skipIf(compiler === undefined)("the C of this folder has no warnings (needs a C compiler)", () => {
  const native = fileURLToPath(new URL("../../native", import.meta.url));
  const warnings = ["all", "extra", "pedantic", "conversion", "shadow", "undef", "strict-prototypes", "error"];
  const args = [...compiler!.args, "-std=c11", "-fsyntax-only", ...warnings.map((name) => `-W${name}`)];
  const engine = fileURLToPath(new URL("../../../../packages/engine-c", import.meta.url));
  const headers = findHeaders();
  const units = [
    ["replay.c"],
    [`-DENGINE="${engine}/src/ariax.c"`, `-I${engine}/include`, "replay.c", "engine.c"],
    ...(headers === undefined ? [] : [["-isystem", headers, "phase-2.c"]]),
  ];
  for (const unit of units) {
    const { stderr } = spawnSync(compiler!.command, [...args, ...unit], { cwd: native, encoding: "utf8" });
    expect(stderr).toBe("");
  }
});

describe("without a compiler", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  test("the build says what it looked for", () => {
    expect(buildReplay("libraries", { PATH: "" })).toEqual({ reason: "no C compiler (cc, gcc or clang)" });
    expect(buildReplay("libraries", { PATH: "", CC: "tcc -w" })).toEqual({ reason: "no C compiler (CC=tcc -w)" });
  });

  test("an allocator in C says that it is not here", async () => {
    vi.stubEnv("PATH", "");
    vi.stubEnv("CC", undefined);
    vi.resetModules();
    const { ask } = await import("../../src/run/processes.ts");
    for (const subject of ["glibc", "engine-c", "nothing-c"]) {
      const request = {
        kind: "heap",
        subject,
        workload: "git",
        passes: ["time"],
        budget: { warm: 10, turns: 1000 },
        limit: 100,
      };
      expect(await ask({ request, patience: 1000 })).toEqual({ unavailable: "no C compiler (cc, gcc or clang)" });
    }
  });
});

test("a reallocation to nothing, which is a free to C libraries, is one to a byte", () => {
  const program = makeProgram(2, 1, (at) => {
    at(0, 0, 0, 7);
    at(1, 2, 0, 0);
  });
  const words = new Uint32Array(encodeForC(programWork(program)).buffer.slice(0, 48));
  expect([...words]).toEqual([0x32505841, 2, 1, 0, 1, 0, 0, 0, 7, 1, 0, 0]);
});
