/** Checks of arguments that are no sizes, alignments or whole numbers: those are in `@ariax/allocator`. */
import { checkKnown, InvalidArgumentError, show } from "@ariax/allocator";

/** Throws `InvalidArgumentError`: "invalid spin: -1 is not …". */
export function refuse(name: string, value: unknown, what: string): never {
  throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is ${what}`);
}

/** `options`, if they are an object, with `known` names only. */
export function checkOptions<T>(options: T, known?: readonly string[]): T {
  if (typeof options !== "object" || options === null) return refuse("options", options, "no object");
  if (known !== undefined) checkKnown(options, known);
  return options;
}

/** `value`, if it is a number above 0 and up to `most`. */
export function checkAboveZero(name: string, value: number, most: number): number {
  if (typeof value === "number" && value > 0 && value <= most) return value;
  return refuse(name, value, `not a number above 0, up to ${most}`);
}
