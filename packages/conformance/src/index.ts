/**
 * # @ariax/conformance: the contract, executable
 *
 * - *section*: one part of the contract, one file in `sections/`, its tests named `section: rule`.
 * - *shadow*: an allocator that watches another: a map of its live blocks, their contents, and who owns each byte.
 * - *model*: random sequences of calls, shrunk to the shortest that still fails, every step watched by a shadow.
 * - *traits*: what the allocator under test claims. What it does not claim is not tested.
 *
 *     conformance({ test, create })
 *       ├─ contract   examples, to be read first          every one of them:
 *       ├─ misuse     wrong arguments change nothing          Shadow ──▶ your allocator
 *       ├─ bulk       long lists, all or nothing               │
 *       ├─ stats      what is told is so                       └─ after a call: disjoint, aligned, in bounds,
 *       ├─ traits     each claim is true                          contents intact, sizeOf, stats, verify()
 *       ├─ failure    a full heap loses nothing
 *       ├─ leak       what was freed can be had again
 *       ├─ growth     blocks survive it
 *       └─ model      all verbs, at random
 *
 * No runner and no runtime is assumed: `test(name, fn)` is yours, and a failure is a thrown `ConformanceError`.
 */
export * from "./conformance.ts";
export { ConformanceError } from "./fail.ts";
export * from "./shadow.ts";
export * from "./soak.ts";
