import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, checkOptions, show, tagOf } from "@ariax/allocator/implement";
import { TraceError } from "./error.ts";
import type { Trace } from "./trace.ts";

/** Throws unless `size` is one that a block can have: a whole number of at most 32 bits. */
export function checkBlockSize(size: number, event: number, byte?: number): void {
  if (Number.isInteger(size) && size >= 0 && size <= 0xffffffff) return;
  throw new TraceError(`size ${show(size)} is not a whole number of 32 bits`, event, byte);
}

/** Throws unless `id` was given out, where the next one is `ids`. */
export function checkId(id: number, ids: number, event: number, byte?: number): void {
  if (Number.isInteger(id) && id >= 0 && id < ids) return;
  throw new TraceError(`there is no block ${show(id)}, only ${ids} were allocated`, event, byte);
}

/** `array`, if it is of one of those kinds; else throws `InvalidArgumentError` naming it. */
export function checkArray<A>(name: string, array: A, ...kinds: readonly [string, ...string[]]): A {
  if (kinds.includes(tagOf(array))) return array;
  throw new InvalidArgumentError(`invalid ${name}: ${show(array)} is no ${kinds.join(" or ")}`);
}

/**
 * The fields of `trace`, each read once, if they are those of one: the arrays, and counts that fit them. What is in the arrays is
 * not looked at. O(1). Throws `InvalidArgumentError`.
 */
export function checkTrace(trace: Trace): Trace {
  const { op, slot, size, events, slots, allocations, frees, reallocations, peakBytes } = checkOptions(trace, "trace");
  checkArray("trace.op", op, "Uint8Array");
  checkArray("trace.slot", slot, "Int32Array");
  checkArray("trace.size", size, "Int32Array", "Uint32Array");
  const most = Math.min(op.length, slot.length, size.length);
  for (const [name, count] of Object.entries({ events, slots, allocations, frees, reallocations })) {
    checkInteger(`trace.${name}`, count, 0, most);
  }
  return { op, slot, size, events, slots, allocations, frees, reallocations, peakBytes };
}

/** `value`, if it has those methods; else throws `InvalidArgumentError` naming it. */
export function checkMethods<T extends object>(name: string, value: T, methods: readonly (keyof T & string)[]): T {
  for (const method of methods) {
    if (typeof (value as T | null | undefined)?.[method] !== "function") {
      throw new InvalidArgumentError(`invalid ${name}: ${show(value)} has no method ${method}`);
    }
  }
  return value;
}
