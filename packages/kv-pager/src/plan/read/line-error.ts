import { AllocatorError } from "@ariax/allocator";

/** A line of a trace that says nothing that can be planned with: why, without the line's number, which the reader knows. */
export class LineError extends AllocatorError {
  override readonly name: string = "LineError";

  /** Whether the line may only be cut off. */
  readonly isSyntax: boolean;

  constructor(problem: string, isSyntax = false) {
    super("ERR_INVALID_TRACE", problem);
    this.isSyntax = isSyntax;
  }
}

/** So much of a line is shown. */
const SHOWN = 40;

/** The beginning of a text, in quotes, on one line. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`);
}
