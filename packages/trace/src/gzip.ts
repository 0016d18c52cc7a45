/**
 * gzip packed by the stream that browsers and Node ≥ 18 share. Its type lives in TypeScript's DOM library, which is not loaded
 * here lest browser-only names slip in: what is used of it is declared below.
 */
import { UnsupportedError } from "@ariax/allocator";
import { concat } from "./arrays.ts";
import { type ByteStream, chunksOf } from "./source.ts";

interface Transform {
  readonly readable: ByteStream;
  readonly writable: {
    getWriter(): { write(chunk: Uint8Array): Promise<void>; close(): Promise<void> };
  };
}
declare const CompressionStream: new (format: "gzip") => Transform;

/** `bytes` packed. Throws `UnsupportedError` where the host can't. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof CompressionStream === "undefined") {
    throw new UnsupportedError("no CompressionStream here: compress what writeTrace returns by other means");
  }
  const { readable, writable } = new CompressionStream("gzip");
  const writer = writable.getWriter();
  const feeding = writer.write(bytes).then(() => writer.close());
  feeding.catch(() => {}); // said by the readable side as well
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(readable)) chunks.push(chunk);
  await feeding;
  return concat(chunks);
}
