import { existsSync } from "node:fs";

/** The script of `@ariax/native` that compiles its addon where there is a compiler. */
const SCRIPT = new URL("../../../packages/native/scripts/build.ts", import.meta.url);

/** Builds the addon from its present sources. What goes wrong is told by the subjects that need it. */
export async function buildAddon(): Promise<void> {
  if (!existsSync(SCRIPT)) return;
  try {
    const { build } = (await import(SCRIPT.href)) as { build: () => unknown };
    await build();
  } catch {
    // A prebuilt one may be there; if none is, the addon's own error says what to do.
  }
}
