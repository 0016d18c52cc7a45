import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { build } from "../src/build.ts";
import { BUILT, describeHost, libc, PACKAGE, prebuilt } from "../src/host.ts";
import { isAvailable, Region, systemCalls, whyUnavailable } from "../src/index.ts";
import { describeNative, temporary } from "./native.ts";

/** A copy of the package as a tarball without prebuilds has it. */
function copyOfPackage(): string {
  const folder = temporary("native");
  cpSync(join(PACKAGE, "src"), join(folder, "src"), { recursive: true });
  cpSync(join(PACKAGE, "package.json"), join(folder, "package.json"));
  cpSync(join(PACKAGE, "include"), join(folder, "include"), { recursive: true });
  mkdirSync(join(folder, "addon"));
  for (const file of readdirSync(join(PACKAGE, "addon"))) {
    if (file !== "build") cpSync(join(PACKAGE, "addon", file), join(folder, "addon", file), { recursive: true });
  }
  symlinkSync(join(PACKAGE, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

/** What a program that uses a copy of the package prints. */
function run(folder: string): string {
  const program = `
    const { isAvailable, NativeAllocator, Region, systemCalls, whyUnavailable } = await import("./src/index.ts");
    const { SlabAllocator } = await import("@ariax/slab");
    const out = { available: isAvailable(), why: whyUnavailable(), calls: systemCalls() };
    try { Region.map({ bytes: 4096 }); } catch (e) { Object.assign(out, { name: e.name, code: e.code, message: e.message }); }
    const { buffer } = new SlabAllocator({ capacity: 65536 }).memory;
    const use = (make) => { try { const heap = make(); heap.free(heap.allocate(8)); return "works"; } catch (e) { return e.code; } };
    out.heaps = [
      use(() => NativeAllocator.attach(buffer)),
      use(() => NativeAllocator.attach(buffer, 0, { engine: "c" })),
      use(() => new NativeAllocator({ capacity: 65536 })),
    ];
    process.stdout.write(JSON.stringify(out));`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, encoding: "utf8" });
}

const help = (folder: string) =>
  `${describeHost()}; if there is a C compiler, this builds one: node "${join(folder, "src", "build-command.ts")}"`;

describe("a package without an addon for this machine", () => {
  test("imports, and says what is missing and what to do when it is used", () => {
    const folder = copyOfPackage();
    const message = `native addon unavailable: no prebuilt addon for ${help(folder)}`;
    const common = { available: false, why: message, calls: 0 };
    expect(JSON.parse(run(folder))).toEqual({
      ...common,
      name: "NativeUnavailableError",
      code: "ERR_NATIVE_UNAVAILABLE",
      message,
      // What needs no C code needs no addon.
      heaps: ["works", "ERR_NATIVE_UNAVAILABLE", "ERR_NATIVE_UNAVAILABLE"],
    });
  });

  test("says why one that is there does not load", () => {
    const folder = copyOfPackage();
    mkdirSync(join(folder, "addon/build"));
    writeFileSync(join(folder, "addon/build/ariax.node"), "not a library");
    const { message } = JSON.parse(run(folder));
    expect(message).toMatch(/^native addon unavailable: it does not load \(.*ariax\.node.*\) on /);
    expect(message.endsWith(help(folder))).toBe(true);
  });

  test("a machine without a compiler is told so", () => {
    const folder = copyOfPackage();
    const command = [join(folder, "src/build-command.ts")];
    const env = { ...process.env, CC: join(folder, "no-such-compiler") };
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: "utf8" });
    if (process.platform === "win32") return; // node-gyp looks for the compiler there
    expect([status, stdout, stderr]).toEqual([
      1,
      "",
      "native addon not built: no C compiler: $CC, cc, gcc and clang were tried\n",
    ]);
  });
});

describe("names", () => {
  test("of the prebuilt addon are prebuildify's", () => {
    const tag = libc() === undefined ? "" : `.${libc()}`;
    expect(basename(prebuilt())).toBe(`@ariax+native${tag}.node`);
    expect(prebuilt()).toContain(join("prebuilds", `${process.platform}-${process.arch}`));
  });

  test("in binding.gyp are those of all C files", () => {
    const { sources } = JSON.parse(readFileSync(join(PACKAGE, "addon/binding.gyp"), "utf8")).targets[0];
    const files = readdirSync(join(PACKAGE, "addon")).filter((file) => file.endsWith(".c"));
    expect(sources.filter((source: string) => !source.includes("/"))).toEqual(files.sort());
  });
});

describeNative("the addon", () => {
  test("is there", () => {
    expect([isAvailable(), whyUnavailable()]).toEqual([true, undefined]);
    const before = systemCalls();
    Region.map({ bytes: 4096, guard: false }).unmap();
    expect(systemCalls() - before).toBe(2);
  });

  // Only where it was built here, not brought.
  test.skipIf(!existsSync(BUILT))("is not built again while its sources are the same", () => {
    const before = readFileSync(BUILT);
    expect(build()).toEqual({ built: true, path: BUILT });
    expect(readFileSync(BUILT).equals(before)).toBe(true);
  });

  test.skipIf(!existsSync(BUILT))("is what the command in the error message builds", () => {
    const folder = copyOfPackage();
    execFileSync(process.execPath, [join(folder, "src/build-command.ts")]);
    expect(JSON.parse(run(folder))).toEqual({
      available: true,
      calls: 0,
      heaps: ["works", "works", "works"],
    });
  });
});
