import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { child, describeNative, runChild } from "./native.ts";

describeNative("guard pages", () => {
  test.each([
    ["the first byte", 0],
    ["the last byte", 8191],
  ])("leave %s to be read", (_, at) => {
    const { status, stdout, stderr } = runChild("guard", [String(at)]);
    expect([status, stdout, stderr]).toEqual([0, "mapped 8192\nread 0\n", ""]);
  });

  test.each([
    ["before the start", -1],
    ["a page before the start", -4096],
    ["after the end", 8192],
    ["a page after the end", 8192 + 4095],
  ])("stop C code %s", (_, at) => {
    const { status, signal, stdout } = runChild("guard", [String(at)]);
    expect(stdout).toBe("mapped 8192\n");
    if (process.platform === "win32") expect(status).not.toBe(0);
    else expect(signal === "SIGSEGV" || signal === "SIGBUS").toBe(true);
  });

  test("are not there where they were not wanted, and then nothing beyond is read", () => {
    const { status, stderr } = runChild("guard", ["8192", "unguarded"]);
    expect(status).toBe(1);
    expect(stderr).toContain("invalid offset: more than a page beyond the region");
  });
});

describeNative(
  "the garbage collector",
  () => {
    test("unmaps what is dropped, but not what a view still needs", () => {
      const { stdout, stderr } = runChild("collect", [], ["--expose-gc"]);
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual({ before: 6, withView: 1, read: 4, after: 0 });
    });
  },
  "linux",
);

describeNative(
  "a system without room",
  () => {
    test("is an error, and leaves nothing behind", () => {
      const script = `ulimit -v ${32 * 1024 * 1024}; exec "$0" "$1"`; // 32 GiB of addresses
      const run = spawnSync("sh", ["-c", script, process.execPath, child("exhaust")], { encoding: "utf8" });
      expect(run.stderr).toBe("");
      expect(JSON.parse(run.stdout)).toEqual({
        name: "MapError",
        code: "ERR_OUT_OF_MEMORY",
        message: "out of memory: the system maps no 4294967296 bytes more",
        calls: 1,
        some: true,
      });
    });
  },
  "linux",
);
