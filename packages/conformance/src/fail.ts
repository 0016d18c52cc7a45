import { AllocatorError, InvalidArgumentError } from "@ariax/allocator";

/**
 * A rule of the contract that an allocator broke. The message is for the allocator's author, and may have more than one line: where
 * calls were random, the shortest sequence of them is in it. Code `ERR_CONTRACT_BROKEN`.
 */
export class ConformanceError extends AllocatorError {
  override readonly name: string = "ConformanceError";
  declare readonly code: "ERR_CONTRACT_BROKEN";
  /** The section of the suite that found it: `"model"`; empty outside a suite, in a `Shadow` of one's own. */
  readonly section: string;

  constructor(message: string, section = "", cause?: unknown) {
    super("ERR_CONTRACT_BROKEN", message, cause === undefined ? undefined : { cause });
    this.section = section;
  }
}

export function fail(message: string): never {
  throw new ConformanceError(message);
}

export function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) fail(message());
}

export function equal(what: string, actual: unknown, expected: unknown): void {
  if (!Object.is(actual, expected)) fail(`${what} is ${print(actual)}, expected ${print(expected)}`);
}

/**
 * `call` must throw one of the errors given: same class, same code, same message, word for word. Classes are compared by
 * name, so that an allocator may bring its own copy of `@ariax/allocator`.
 */
export function refuses(what: string, call: () => unknown, ...expected: readonly AllocatorError[]): void {
  const wanted = expected.map(describe).join(", or ");
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    if (!(error instanceof AllocatorError))
      fail(`${what} threw ${describe(error)}, no AllocatorError; expected ${wanted}`);
    if (!expected.some((e) => sameError(error, e))) fail(`${what} threw ${describe(error)}, expected ${wanted}`);
    return;
  }
  fail(`${what} returned ${print(result)}, expected ${wanted}`);
}

function sameError(a: AllocatorError, b: AllocatorError): boolean {
  return isRangeError(a) === isRangeError(b) && a.name === b.name && a.code === b.code && a.message === b.message;
}

/** Is it a `RangeError`, of whatever realm? */
function isRangeError(error: object): boolean {
  const type: object | null = Object.getPrototypeOf(error);
  return (
    type !== null && ((Object.hasOwn(type, "name") && (type as Error).name === "RangeError") || isRangeError(type))
  );
}

/** Throws `InvalidArgumentError` where an option that must be a function is none. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw new InvalidArgumentError(`invalid ${name}: it is no function`);
}

/** Is it the error of an allocation that does not fit? */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof AllocatorError && error.code === "ERR_OUT_OF_MEMORY";
}

/** A thrown value in one line. */
export function describe(error: unknown): string {
  if (error instanceof AllocatorError) return `${error.name} [${error.code}] "${error.message}"`;
  const { name, message } = (error ?? {}) as { readonly name?: unknown; readonly message?: unknown };
  return typeof name === "string" && typeof message === "string" ? `${name} "${message}"` : print(error);
}

/** Why a test failed: a broken rule speaks for itself, any other error is the allocator's. */
export function explain(error: unknown): string {
  return error instanceof ConformanceError ? error.message : `the allocator threw ${describe(error)}`;
}

/** A value in a message: strings quoted, −0 as such, a bigint with its n, a list as its items. */
export function print(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(print).join(", ")}]`;
  if (typeof value === "object" && value !== null) return "an object";
  return Object.is(value, -0) ? "-0" : String(value);
}
