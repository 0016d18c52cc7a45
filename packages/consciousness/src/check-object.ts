import { checkKnown, InvalidArgumentError, show } from "@ariax/allocator";

/** `options`, if they are an object, with `known` names only; else throws `InvalidArgumentError`. */
export function checkObject<T>(options: T, known?: readonly string[], name = "options"): T {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError(`invalid ${name}: ${show(options)} is no object`);
  }
  if (known !== undefined) checkKnown(options, known);
  return options;
}
