/**
 * The long step, `pnpm test:long`: it runs `*.long.test.ts`, and again, with more of everything, each test that has its size from
 * here.
 */

/** Whether this is it: vitest.config.ts says so. */
export const LONG: boolean = process.env.ARIAX_LONG === "1";

/** The part of the long step's sizes that is wanted. 0: only `*.long.test.ts`, as in CI on each change, which has twenty minutes for all. */
const PART: number = Number(process.env.ARIAX_LONG_PART ?? 1);

/** How often: `short` times in the ordinary tests, `long` times in the long step, or a part of that. */
export function times(short: number, long: number): number {
  return LONG ? Math.max(short, Math.round(long * PART)) : short;
}

type Test = (name: string, fn: () => void) => unknown;

/**
 * A `test` for `conformance` over one more kind of memory: in the ordinary tests without the section that looks for leaks, a third
 * of its time, as blocks are chosen in the same way over each.
 */
export function withoutLeaks(test: Test): Test {
  return (name, fn) => (LONG || !name.startsWith("leak: ") ? test(name, fn) : undefined);
}
