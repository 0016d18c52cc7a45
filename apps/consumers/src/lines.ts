/**
 * What `pnpm check:pack` gives to this app, and the lines that it gets back. They are two programs, as what this one imports is not
 * installed with the rest. This file is what both know.
 */
import type { Result } from "./cells.ts";

export interface Consumed {
  /** Where the tarballs are installed. */
  readonly from: string;
  /** By name, the tarball of each package, and the folder of each that they need of others: as `file:` URLs. */
  readonly packed: Readonly<Record<string, string>>;
  /** Every entry: `@ariax/slab/engine`. */
  readonly entries: readonly string[];
  /** Programs in TypeScript that compilers are to take, by their paths. */
  readonly sources: readonly string[];
  /** The program of all packages, compiled. */
  readonly everything: string;
  /** Whether there is an addon for this machine. */
  readonly native: boolean;
  /** How many cells at a time. */
  readonly atOnce: number;
}

/** A cell's result, or why some are not there. */
export type Line = Result | { readonly note: string };

export const lineOf = (line: Line): string => JSON.stringify(line);

/** What a line says; undefined, if a tool has printed it. */
export function readLine(text: string): Line | undefined {
  if (!/^\{"(?:what|note)":/.test(text)) return undefined;
  return JSON.parse(text);
}
