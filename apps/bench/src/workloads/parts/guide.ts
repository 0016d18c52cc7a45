/** The guide: its steps, and the commands that it gives to measure them. Counted in the file itself. */
import { existsSync, readFileSync } from "node:fs";
import { type Figure, figure } from "./figure.ts";

const GUIDE = new URL("../../../../../docs/ariax-optimisation-guide.md", import.meta.url);

export function measure(): readonly Figure[] {
  if (!existsSync(GUIDE)) return [figure("steps (there is no guide yet)", 0)];
  const { steps, commands } = countIn(readFileSync(GUIDE, "utf8"));
  return [figure("steps", steps), figure("different commands that measure", commands)];
}

/** Headings that begin with "Step n" or "n.", and different `pnpm` commands, in blocks or in the text; not those of generated tables. */
export function countIn(text: string): { readonly steps: number; readonly commands: number } {
  const own = text.replace(/<!-- [\w-]+:begin.*?:end -->/gs, "");
  const steps = own.match(/^#{2,4} (?:step )?\d+[.:)]? /gim)?.length ?? 0;
  const commands = new Set(
    [...own.matchAll(/(?:npx --yes pnpm@\d+|pnpm)((?: [\w:./*,'"-]+)+)/g)].map((match) => match[1]!.trim()),
  );
  return { steps, commands: commands.size };
}
