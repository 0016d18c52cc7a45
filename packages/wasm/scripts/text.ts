import type { Built } from "./heap.ts";
import type { buildLanes } from "./lanes.ts";

/** `src/module.ts`. */
export function moduleText(built: Built): string {
  return text(
    built,
    `/** Where the module declares its memory's limits: see engine.ts. */
export const LIMITS = ${built.limits};

`,
  );
}

/** `src/lanes-module.ts`. */
export function lanesText(built: Awaited<ReturnType<typeof buildLanes>>): string {
  return text(built, "");
}

function text({ hash, bytes }: Pick<Built, "hash" | "bytes">, more: string): string {
  return `/** Generated from C by scripts/build.ts: don't edit. ${bytes.length} bytes of WebAssembly. */

/** SHA-256 of the C sources, the compiler's version and its arguments. */
export const SOURCE_HASH = "${hash}";

${more}export const BASE64 =
  "${Buffer.from(bytes).toString("base64")}";
`;
}
