/** Checks of arguments that are no sizes, alignments or whole numbers: those are in `@ariax/allocator`. */
import { InvalidArgumentError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";

/** Throws `InvalidArgumentError`: "invalid spin: -1 is not …". */
export function refuse(name: string, value: unknown, what: string): never {
  throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is ${what}`);
}

/** `value`, if it is a number above 0 and up to `most`. */
export function checkAboveZero(name: string, value: number, most: number): number {
  if (typeof value === "number" && value > 0 && value <= most) return value;
  return refuse(name, value, `not a number above 0, up to ${most}`);
}
