import { AllocatorError } from "@ariax/allocator";

/** A rule that a pager broke. The message is for its author, and may have more than one line. Code `ERR_CONTRACT_BROKEN`. */
export class PagerConformanceError extends AllocatorError {
  override readonly name: string = "PagerConformanceError";

  constructor(message: string, cause?: unknown) {
    super("ERR_CONTRACT_BROKEN", message, cause === undefined ? undefined : { cause });
  }
}

export function check(truth: boolean, otherwise: () => string): asserts truth {
  if (!truth) throw new PagerConformanceError(otherwise());
}

export function equal(what: string, is: unknown, should: unknown): void {
  const [a, b] = [JSON.stringify(is), JSON.stringify(should)];
  check(a === b, () => `${what}: ${a}, expected ${b}`);
}
