import type { Allocator, Traits } from "@ariax/allocator";
import { ConformanceError, explain } from "./fail.ts";

/** What a section gets to work with. */
export interface Suite {
  readonly create: (capacity: number) => Allocator;
  readonly attach: ((buffer: ArrayBufferLike) => Allocator) | undefined;
  /** What the allocator claims. */
  readonly traits: Traits;
  readonly seed: number;
  readonly runs: number;
  /** Registers a test of the section. */
  readonly test: (rule: string, fn: () => void) => void;
}

/** One part of the contract: registers its tests. */
export type Section = (suite: Suite) => void;

/** Bytes of a heap that has room for all that an example does. */
export const ROOMY: number = 1 << 20;
/** Bytes of a heap that is to be filled. */
export const TIGHT: number = 1 << 18;

/** Whatever `fn` throws, with the section and the rule in front. */
export function explained(section: string, rule: string, fn: () => void): () => void {
  return () => {
    try {
      fn();
    } catch (error) {
      throw new ConformanceError(`${section}: ${rule}\n  ${explain(error)}`, section, error);
    }
  };
}
