/**
 * Programs as they are written in TypeScript, each of them twice: over an allocator, with offsets and typed arrays, and as its
 * *twin*, with the objects, arrays and strings that the garbage collector looks after. A trace says only what was asked of an
 * allocator; a program also writes what its blocks are for and reads it again, so it can be timed against a twin that has no
 * allocator.
 *
 *     seed ──▶ decisions ──┬─▶ store over a heap      offsets in tables, fields in the heap's memory
 *                          └─▶ store of objects       references in tables, fields in objects
 *
 * Both stores write the same values and read the same ones back: the same seed gives the same counts and the same checksum,
 * whatever the memory is.
 */
import type { Allocator } from "@ariax/allocator";

/** What a program needs of an allocator: any `Allocator` has it, and a rival's adapter is quickly written. */
export type ProgramHeap = Pick<Allocator, "memory" | "allocate" | "reallocate" | "free" | "reset"> & {
  /** Where its memory never grows, `memory.buffer` is not read after each allocation. */
  readonly traits?: { readonly grows: boolean } | undefined;
};

export interface ProgramOptions {
  /** A whole number from 0 to 2⁵³ − 1; 1 unless given. */
  seed?: number | undefined;
}

/** What was done so far. The same for a program and its twin: what a block is to one, is an object or an array to the other. */
export interface ProgramCounts {
  readonly steps: number;
  /** Blocks that were made, became larger or smaller, and ended: the program's events. */
  readonly made: number;
  readonly resized: number;
  readonly ended: number;
}

/**
 * One run of a program. Times are its own: nothing is measured or waited for. An error of the allocator's, out of memory first
 * of all, comes through amid a step; then `end` still ends all that is live.
 */
export interface Program {
  /**
   * So many steps more.
   *
   * @throws `InvalidArgumentError` where that is no whole number from 0 on.
   */
  run(steps: number): void;
  /** Ends all that is live, and reads it first, as whenever something ends. The next step begins with nothing. */
  end(): void;
  /** The sum of all that was read back so far, modulo 2³². */
  checksum(): number;
  counts(): ProgramCounts;
}

/** A program and its twin. `H` are the options over a heap, where those are others. */
export interface ProgramKind<O extends ProgramOptions = ProgramOptions, H extends O = O> {
  readonly name: string;
  /** One line. */
  readonly what: string;
  /** What a step is: "a frame". */
  readonly step: string;
  /** Bytes that are enough, where freed memory is used again and parameters are not given. */
  readonly capacity: number;
  /**
   * Over an allocator, which may grow, and need not be the program's alone.
   *
   * @throws `InvalidArgumentError` where it is none.
   */
  over(heap: ProgramHeap, options?: H): Program;
  /** The twin. */
  collected(options?: O): Program;
}
