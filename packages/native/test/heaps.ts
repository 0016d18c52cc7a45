/** Heaps for the tests, and what they throw. */
import { AllocatorError } from "@ariax/allocator";
import { type NativeEngine, systemCalls } from "../src/index.ts";

export const ENGINES: readonly NativeEngine[] = ["typescript", "c"];
export const PAGE = 4096;
export const MiB = 1 << 20;

/** What a call throws, as `name code: message`; "nothing" if it doesn't. */
export function thrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (!(error instanceof AllocatorError)) throw error;
    return `${error.name} ${error.code}: ${error.message}`;
  }
  return "nothing";
}

/** How many system calls a function makes. */
export function callsOf(body: () => void): number {
  const before = systemCalls();
  body();
  return systemCalls() - before;
}
