/** What the user asked for can't be: the message says what can. Ends the program with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What went wrong, in one line. */
export const lineOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;

/** Whether an error says that something is not here at all, which is no fault. */
export const isUnavailable = (error: unknown): boolean =>
  /UNAVAILABLE$|^ERR_MODULE_NOT_FOUND$/.test((error as { code?: string } | undefined)?.code ?? "");
