/** What ends the command: a line for the user, and an exit code. */
export class Problem extends Error {
  override readonly name: string = "Problem";
  /** 1: the trace can't be read, or the result not written; 2: wrong arguments. */
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Why the host refused: `ENOENT`, or what it says. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === "string" ? code : String(message).split("\n", 1)[0];
}
