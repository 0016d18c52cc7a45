/** Counts checks, and prints a line for each. */
export class Tally {
  passed = 0;
  failed = 0;

  /** One check: it passed when `problems` is empty. */
  check(what: string, problems: readonly string[]): void {
    if (problems.length === 0) {
      this.passed++;
      console.log(`ok      ${what}`);
    } else {
      this.failed++;
      console.log(`FAILED  ${what}`);
      for (const problem of problems) console.log(problem.replace(/^/gm, "          "));
    }
  }

  /** Prints the counts; the process will exit with 1 if a check failed. */
  finish(): void {
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
    if (this.failed > 0) process.exitCode = 1;
  }
}
