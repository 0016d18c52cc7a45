/** Subjects that are not installed with the others: installed when asked for, or reported as unavailable. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { FOLDER, isInstalled, PACKAGE } from "../rivals/playcanvas.ts";
import type { Cell } from "./plan.ts";

export interface Prepared {
  readonly available: Cell[];
  /** One line for each subject that is not. */
  readonly unavailable: string[];
}

/** Makes ready what the cells need. Installs at most once; never throws. */
export async function prepareRequested(cells: Cell[], say: (line: string) => void): Promise<Prepared> {
  const isWanted = cells.some(({ subject }) => subject.name === "playcanvas");
  if (!isWanted || isInstalled() || install(say)) return { available: cells, unavailable: [] };
  return {
    available: cells.filter(({ subject }) => subject.name !== "playcanvas"),
    unavailable: [
      `playcanvas is unavailable: it could not be installed; try: npm install --ignore-scripts --prefix ${FOLDER} ${PACKAGE}`,
    ],
  };
}

function install(say: (line: string) => void): boolean {
  say(`installing ${PACKAGE}, once`);
  mkdirSync(FOLDER, { recursive: true });
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", FOLDER, PACKAGE];
  const { status } = spawnSync("npm", args, { stdio: "ignore", shell: process.platform === "win32", timeout: 180_000 });
  return status === 0 && isInstalled();
}
