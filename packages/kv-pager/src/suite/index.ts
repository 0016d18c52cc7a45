/**
 * # @ariax/kv-pager/conformance: what a pager has to do, executable
 *
 * - *subject*: the pager under test: `KvPager`'s verbs, or those of them that it has.
 * - *engine*: has memory for each block, writes what it computes there, and reads all of it back after each call.
 * - *cases*: one thing each, from a bug that a serving engine had; the origin stands beside it.
 * - *model*: random programs of all verbs.
 *
 * No runner is assumed: `test(name, fn)` is yours, and a failure is a thrown `PagerConformanceError`.
 */
export { type PagerConformanceOptions, pagerConformance } from "./conformance.ts";
export { PagerConformanceError } from "./fail.ts";
export type { Subject, SubjectOpen, SubjectOptions } from "./subject.ts";
