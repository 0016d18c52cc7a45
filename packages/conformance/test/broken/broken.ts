import type { Allocator } from "@ariax/allocator";

/** A broken allocator, what is wrong with it, and the sections that must find it. */
export interface Broken {
  readonly fault: string;
  readonly by: readonly string[];
  readonly create: (capacity: number) => Allocator;
}

export function broken(
  type: new (capacity: number) => Allocator,
  fault: string,
  ...by: readonly [string, ...string[]]
): Broken {
  return { fault, by, create: (capacity) => new type(capacity) };
}
