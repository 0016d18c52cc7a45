/** What lies in an npm tarball: a gzipped tar, all of whose files are below `package/`. */
import { gunzipSync } from "node:zlib";

/** Each file's path, without `package/`, and contents. */
export function readTarball(tarball: Buffer): Map<string, Buffer> {
  const tar = gunzipSync(tarball);
  const files = new Map<string, Buffer>();
  const text = (from: number, length: number) =>
    tar
      .subarray(from, from + length)
      .toString()
      .replace(/\0.*$/s, "");
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    const prefix = text(at + 345, 155);
    const path = `${prefix === "" ? "" : `${prefix}/`}${text(at, 100)}`;
    // an ordinary file, not a folder or a pax header?
    if (type === "0" || type === "") files.set(path.replace(/^package\//, ""), tar.subarray(at + 512, at + 512 + size));
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}
