/** Before a run: builds and installs what its subjects need. What goes wrong here is told by the subject when it is measured. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { FOLDER, isInstalled, PACKAGE } from "../../rivals/playcanvas.ts";

/** The script of `@ariax/native` that compiles its addon where there is a compiler. */
const NATIVE = new URL("../../../../packages/native/scripts/build.ts", import.meta.url);

/** Never throws. */
export async function prepare(subjects: ReadonlySet<string>, say: (line: string) => void): Promise<void> {
  if (["native", "native-c"].some((name) => subjects.has(name)) && existsSync(NATIVE)) {
    try {
      const { build } = (await import(NATIVE.href)) as { build: () => unknown };
      await build();
    } catch {
      // A prebuilt one may be there; if none is, the addon's own error says what to do.
    }
  }
  if (subjects.has("playcanvas") && !isInstalled()) {
    say(`installing ${PACKAGE}, once`);
    mkdirSync(FOLDER, { recursive: true });
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", FOLDER, PACKAGE];
    spawnSync("npm", args, { stdio: "ignore", shell: process.platform === "win32", timeout: 180_000 });
  }
}
