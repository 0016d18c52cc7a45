/** What makes a trace doubtful though each of its lines is well-formed: said once each, with the line that shows it. */
import type { Planner, Prompt } from "../planner.ts";
import { excerpt } from "./line-error.ts";

export class Doubts {
  private readonly planner: Planner;
  private readonly warn: (line: string) => void;
  private last = Number.NEGATIVE_INFINITY;
  private isBranchSaid = false;
  private isTimeSaid = false;

  /** Takes what `planner` is to take; `where` is a file and its line. */
  constructor(planner: Planner, warn: (line: string) => void) {
    this.planner = planner;
    this.warn = warn;
  }

  add(prompt: Prompt, where: () => string): void {
    this.planner.add(prompt);
    const { branch } = this.planner;
    if (branch === undefined || this.isBranchSaid) return;
    this.isBranchSaid = true;
    const [hash, behind, before] = [branch.hash, branch.behind, branch.before].map(told);
    this.warn(
      `${where()}: hash ${hash} comes behind ${behind}, and came behind ${before} before: a hash must stand for its block and all before it, in all traces alike, else hits are too many`,
    );
  }

  clear(): void {
    this.planner.clear();
  }

  /** A line's time, ms. */
  time(at: number, where: () => string): void {
    if (at < this.last && !this.isTimeSaid) {
      this.isTimeSaid = true;
      this.warn(
        `${where()}: timestamps run backwards, from ${this.last} to ${at} ms: working sets and reuse in time are off`,
      );
    }
    this.last = at;
  }
}

const told = (hash: number | string | undefined): string =>
  hash === undefined ? "nothing" : typeof hash === "number" ? String(hash) : excerpt(hash);
