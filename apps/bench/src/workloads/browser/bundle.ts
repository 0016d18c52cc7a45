/** The page's one script, made of our sources. */
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("page.ts", import.meta.url));

let script: Promise<string> | undefined;

/** `page.ts` and all that it imports as one module: made once. */
export const bundlePage = (): Promise<string> => (script ??= bundle());

async function bundle(): Promise<string> {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({ input: ENTRY, platform: "browser", logLevel: "silent" });
  try {
    const { output } = await build.generate({ format: "esm" });
    return output[0].code;
  } finally {
    await build.close();
  }
}
