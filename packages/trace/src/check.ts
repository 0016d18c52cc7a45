import { TraceError } from "./error.ts";

/** Throws unless `size` is one that a block can have: a whole number of at most 32 bits. */
export function checkBlockSize(size: number, event: number, byte?: number): void {
  if (Number.isInteger(size) && size >= 0 && size <= 0xffffffff) return;
  throw new TraceError(`size ${size} is not a whole number of 32 bits`, event, byte);
}

/** Throws unless `id` was given out, where the next one is `ids`. */
export function checkId(id: number, ids: number, event: number, byte?: number): void {
  if (Number.isInteger(id) && id >= 0 && id < ids) return;
  throw new TraceError(`there is no block ${id}, only ${ids} were allocated`, event, byte);
}
