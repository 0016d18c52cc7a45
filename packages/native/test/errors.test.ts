import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AllocatorError } from "@ariax/allocator";
import { afterAll, expect, test } from "vitest";
import { Region, systemCalls } from "../src/index.ts";
import { describeNative, runChild } from "./native.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-region-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A process that may read the workspace, and nothing else. */
const PERMISSION = [
  ...["--permission", "--allow-addons", "--no-warnings"],
  `--allow-fs-read=${fileURLToPath(new URL("../../..", import.meta.url))}*`,
];

/** What a call throws, as `name code: message`; and that it made no system call for memory. */
function thrown(call: () => unknown, calls = 0): string {
  const before = systemCalls();
  try {
    call();
  } catch (error) {
    expect(systemCalls() - before).toBe(calls);
    expect(error).toBeInstanceOf(AllocatorError);
    const { name, code, message } = error as AllocatorError;
    return `${name} ${code}: ${message}`;
  }
  return "nothing";
}

describeNative("bad input is refused in plain words", () => {
  test.each([
    [0, "0"],
    [-1, "-1"],
    [-0, "-0"],
    [Number.NaN, "NaN"],
    [1.5, "1.5"],
    [2 ** 32 + 1, "4294967297"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    ["4096", '"4096"'],
    [undefined, "undefined"],
    [4096n, "4096n"],
  ])("%s bytes", (bytes, shown) => {
    const message = `InvalidArgumentError ERR_INVALID_ARGUMENT: invalid bytes: ${shown} is not a whole number from 1 to 4294967296`;
    const options = { bytes: bytes as number };
    expect(thrown(() => Region.map(options))).toBe(message);
    expect(thrown(() => Region.map({ ...options, external: false }))).toBe(message);
    expect(thrown(() => Region.share(options))).toBe(message);
    if (bytes !== undefined) {
      const file = join(folder, "never");
      expect(thrown(() => Region.map({ ...options, file }))).toBe(message);
      expect(existsSync(file)).toBe(false);
    }
  });

  test.each([
    ["", '""'],
    ["a/b", '"a/b"'],
    ["/a", '"/a"'],
    ["..", '".."'],
    ["a b", '"a b"'],
    ["a\0b", '"a\\u0000b"'],
    ["x".repeat(31), `"${"x".repeat(31)}"`],
    [7, "number"],
  ])("the name %j", (name, shown) => {
    const message = `InvalidArgumentError ERR_INVALID_ARGUMENT: invalid name: ${shown} is not a letter or digit and up to 29 letters, digits, ".", "_" or "-" after it`;
    expect(thrown(() => Region.share({ name: name as string, bytes: 4096 }))).toBe(message);
    expect(thrown(() => Region.open({ name: name as string }))).toBe(message);
    expect(thrown(() => Region.unlink(name as string))).toBe(message);
  });

  test("options of another kind", () => {
    const code = "InvalidArgumentError ERR_INVALID_ARGUMENT:";
    const guard = "yes" as unknown as boolean;
    expect(thrown(() => Region.map({ bytes: 4096, guard }))).toBe(`${code} invalid guard: "yes" is not true or false`);
    expect(thrown(() => Region.share({ bytes: 4096, guard }))).toBe(
      `${code} invalid guard: "yes" is not true or false`,
    );
    for (const [file, shown] of [
      [{}, "an object"],
      [-1, "-1"],
    ]) {
      expect(thrown(() => Region.map({ file: file as number, bytes: 4096 }))).toBe(
        `${code} invalid file descriptor: ${shown} is not a whole number from 0 to 2147483647`,
      );
    }
  });

  test("after unmap", () => {
    const region = Region.map({ bytes: 4096 });
    region.unmap();
    const message = "RegionUnmappedError ERR_REGION_UNMAPPED: region unmapped: its 4096 bytes are no longer there";
    expect(thrown(() => region.unmap())).toBe(message);
    expect(thrown(() => region.buffer)).toBe(message);
    expect(thrown(() => region.purge(0, 4096))).toBe(message);
    expect(thrown(() => region.resident())).toBe(message);
    expect(thrown(() => region.hugePageBytes())).toBe(message);
    expect(thrown(() => region.flush())).toBe(message);
  });

  test("a purge beyond the region", () => {
    using region = Region.map({ bytes: 8192 });
    const bytes = new Uint8Array(region.buffer).fill(1);
    const code = "InvalidArgumentError ERR_INVALID_ARGUMENT:";
    expect(thrown(() => region.purge(-1, 1))).toBe(
      `${code} invalid byteOffset: -1 is not a whole number from 0 to 8192`,
    );
    expect(thrown(() => region.purge(8193, 0))).toBe(
      `${code} invalid byteOffset: 8193 is not a whole number from 0 to 8192`,
    );
    expect(thrown(() => region.purge(4096, 4097))).toBe(
      `${code} invalid bytes: 4097 is not a whole number from 0 to 4096`,
    );
    expect(thrown(() => region.purge(0, 0.5))).toBe(`${code} invalid bytes: 0.5 is not a whole number from 0 to 8192`);
    expect(bytes.every((byte) => byte === 1)).toBe(true);
  });
});

describeNative("files that can't be mapped are left as they are", () => {
  test("missing", () => {
    const file = join(folder, "missing");
    const message = `SystemCallError ERR_SYSTEM_CALL: can't open "${file}": ENOENT`;
    expect(thrown(() => Region.map({ file }))).toBe(message);
    expect(thrown(() => Region.map({ file, bytes: 4096, create: false }))).toBe(message);
    expect(existsSync(file)).toBe(false);
    const nowhere = join(folder, "no", "such", "folder");
    expect(thrown(() => Region.map({ file: nowhere, bytes: 4096 }))).toBe(
      `SystemCallError ERR_SYSTEM_CALL: can't open "${nowhere}": ENOENT`,
    );
  });

  test("a folder", () => {
    expect(thrown(() => Region.map({ file: folder }))).toBe(
      `SystemCallError ERR_SYSTEM_CALL: can't open "${folder}": EISDIR`,
    );
  });

  test("a device, a closed descriptor", () => {
    expect(thrown(() => Region.map({ file: "/dev/null", bytes: 4096 }))).toBe(
      'InvalidArgumentError ERR_INVALID_ARGUMENT: invalid file: "/dev/null" is no file that can be mapped',
    );
    expect(thrown(() => Region.map({ file: 1_000_000, bytes: 4096 }))).toBe(
      "SystemCallError ERR_SYSTEM_CALL: can't open descriptor 1000000: EBADF",
    );
  });

  test("too short, or empty", () => {
    const file = join(folder, "short");
    writeFileSync(file, "0123456789");
    const code = "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid file:";
    expect(thrown(() => Region.map({ file, bytes: 11, create: false }))).toBe(
      `${code} "${file}" has 10 bytes, 11 are needed`,
    );
    expect(readFileSync(file, "utf8")).toBe("0123456789");
    writeFileSync(file, "");
    expect(thrown(() => Region.map({ file }))).toBe(`${code} "${file}" has 0 bytes, 1 are needed`);
  });

  test("one that the system does not map: the length it had is put back", () => {
    // A descriptor that may only read can't be mapped for writing: mmap itself refuses.
    const file = join(folder, "read-only");
    writeFileSync(file, "0123456789");
    const descriptor = openSync(file, "r");
    // The guards' reservation, the mapping that fails, the reservation given back.
    expect(thrown(() => Region.map({ file: descriptor }), 3)).toBe(
      `SystemCallError ERR_SYSTEM_CALL: can't map descriptor ${descriptor}: EACCES`,
    );
    closeSync(descriptor);
    expect(statSync(file).size).toBe(10);
  });
});

describeNative(
  "on Linux",
  () => {
    test("shared memory of more bytes than a region may have", () => {
      const name = `ariax-test-long-${process.pid}`;
      const file = `/dev/shm/${name}`;
      writeFileSync(file, "");
      truncateSync(file, 5 * 2 ** 30);
      try {
        // open, stat, close; two calls map it, one unmaps it again
        expect(thrown(() => Region.open({ name }), 6)).toBe(
          "InvalidArgumentError ERR_INVALID_ARGUMENT: " +
            "invalid bytes: 5368709120 is not a whole number from 1 to 4294967296",
        );
      } finally {
        rmSync(file);
      }
    });

    test("mappings that a process may not read", () => {
      const { stdout, stderr } = runChild("smaps", [], PERMISSION);
      expect(stderr).toBe("");
      expect(stdout).toBe("SystemCallError ERR_SYSTEM_CALL: can't read /proc/self/smaps: ERR_ACCESS_DENIED\n");
    });
  },
  "linux",
);

describeNative("shared memory", () => {
  test("that is not there, or there already", () => {
    const name = `ariax-test-errors-${process.pid}`;
    Region.unlink(name);
    expect(Region.unlink(name)).toBe(false);
    expect(thrown(() => Region.open({ name }), 1)).toBe(
      `SystemCallError ERR_SYSTEM_CALL: can't open shared "${name}": ENOENT`,
    );
    using region = Region.share({ name, bytes: 4096 });
    expect(thrown(() => Region.share({ name, bytes: 4096 }), 1)).toBe(
      `SystemCallError ERR_SYSTEM_CALL: can't share "${name}": EEXIST: Region.open opens it, Region.unlink removes it`,
    );
    expect(region.name).toBe(name);
    expect(Region.unlink(name)).toBe(true);
    expect(Region.unlink(name)).toBe(false);
  });
});
