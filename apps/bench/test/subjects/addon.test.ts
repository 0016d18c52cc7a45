/** Phase 2 without its addon: one line says why. And who must do without it goes on. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findCompiler } from "../../src/subjects/c/compile.ts";
import { mapped, unless } from "../mapped.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ariax-addon-"));
  vi.stubEnv("ARIAX_BENCH_RESULTS", folder);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** What comes of loading the addon in an environment. */
async function load(env: { readonly PATH?: string; readonly CC?: string | undefined }): Promise<unknown> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.resetModules();
  const { loadMappedRecords } = await import("../../src/subjects/phases/addon.ts");
  try {
    return loadMappedRecords();
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { name, code, message };
  }
}

const unavailable = (message: unknown) => ({ name: "NoAddonError", code: "ERR_ADDON_UNAVAILABLE", message });
const NO_COMPILER = "it needs a C compiler: install gcc or clang, or name one in $CC";

/** A compiler that is asked for its version, and then does as `script` says. */
function compiler(script: string): string {
  const path = join(folder, "some-cc");
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && echo "some cc 1.0" && exit\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe.skipIf(process.platform === "win32")("without the addon", () => {
  test("there is no compiler", async () => {
    expect(await load({ PATH: "", CC: undefined })).toEqual(unavailable(NO_COMPILER));
  });

  test("$CC names none, and no other is taken for it, as for the other programs in C", async () => {
    expect(await load({ CC: "/no/such/cc -O3" })).toEqual(unavailable(NO_COMPILER));
    expect(findCompiler({ ...process.env, CC: "/no/such/cc -O3" })).toBeUndefined();
  });

  test("it does not compile", async () => {
    const CC = compiler("echo phase-2.c: in function f >&2; echo 'phase-2.c:7: error: no such thing' >&2; exit 1");
    const message = `${CC} does not compile it: phase-2.c:7: error: no such thing`;
    expect(await load({ CC })).toEqual(unavailable(message));
  });

  test("Node can't load what came of it", async () => {
    const CC = compiler('while [ "$1" != -o ]; do shift; done; echo no addon > "$2"');
    const message = expect.stringMatching(/^Node can't load what was compiled: .*phase-2-\w+\.node: .+$/);
    expect(await load({ CC })).toEqual(unavailable(message));
  });

  test("a worker says it, and what is measured beside it goes on", async () => {
    vi.stubEnv("PATH", "");
    vi.stubEnv("CC", undefined);
    vi.resetModules();
    const { ask } = await import("../../src/run/processes.ts");
    const request = { kind: "heap", subject: "phase-2", workload: "pairs", passes: ["check"], budget: 1, limit: 1000 };
    expect(await ask({ request, patience: 600_000 })).toEqual({ unavailable: NO_COMPILER });
  });
});

test.skipIf(mapped.reason !== undefined)(
  unless(mapped.reason, "a compiler with options of its own builds it"),
  async () => {
    const { command, args } = findCompiler()!;
    const records = (await load({ CC: [command, ...args, "-g"].join(" ") })) as NonNullable<typeof mapped.records>;
    const out = new Int32Array(4);
    const address = records.map(1, 2, 3, 4);
    records.resize(address, 5);
    records.read(address, out);
    records.unmap(address);
    expect([...out]).toEqual([1, 5, 3, 4]);
    expect(records.systemCalls()).toBe(2);
  },
);
