import type { Built } from "./heap.ts";

/** `src/module.ts`. */
export function moduleText({ hash, bytes, limits }: Built): string {
  return `/** Generated from C by scripts/build.ts: don't edit. ${bytes.length} bytes of WebAssembly. */

/** SHA-256 of the C sources, the compiler's version and its arguments. */
export const SOURCE_HASH = "${hash}";

/** Where the module declares its memory's limits: see engine.ts. */
export const LIMITS = ${limits};

export const BASE64 =
  "${Buffer.from(bytes).toString("base64")}";
`;
}
