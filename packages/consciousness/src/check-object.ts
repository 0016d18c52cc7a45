import { InvalidArgumentError, show } from "@ariax/allocator";

/** `options`, if they are an object; else throws `InvalidArgumentError`. */
export function checkObject<T>(options: T, name = "options"): T {
  if (typeof options === "object" && options !== null) return options;
  throw new InvalidArgumentError(`invalid ${name}: ${show(options)} is no object`);
}
