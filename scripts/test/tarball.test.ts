import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readTarball } from "../lib/tarball.ts";

/** One entry of a ustar archive. */
function entry(path: string, content: string, type = "0", prefix = ""): Buffer {
  const block = Buffer.alloc(512 + 512 * Math.ceil(content.length / 512));
  block.write(path, 0);
  block.write(content.length.toString(8).padStart(11, "0"), 124);
  block.write(type, 156);
  block.write(prefix, 345);
  block.write(content, 512);
  return block;
}

test("readTarball finds the files of an npm tarball", () => {
  const tar = Buffer.concat([
    entry("package/package.json", "{}"),
    entry("package/dist", "", "5"),
    entry("index.js", "x".repeat(513), "0", "package/dist"),
    entry("package/empty.txt", ""),
    entry("package/last.txt", "z"),
    Buffer.alloc(1024),
  ]);
  const files = readTarball(gzipSync(tar));
  expect([...files].map(([path, content]) => [path, content.length])).toEqual([
    ["package.json", 2],
    ["dist/index.js", 513],
    ["empty.txt", 0],
    ["last.txt", 1],
  ]);
  expect(files.get("last.txt")?.toString()).toBe("z");
});
