/**
 * # @ariax/memory-context: named heaps with hard quotas, in a tree
 *
 * - *context*: a heap of its own, under a name, in a run of pages cut from its parent: the control block, then blocks.
 * - *quota*: the most bytes that its blocks and its children's quotas may have. What a block is charged is what `sizeOf` says.
 * - *reserve*: the bytes of the run: the quota, the control block, and slack for slabs that are not full.
 * - *soft limit*: above it `onPressure` is called, before the call goes on. *reference*: a block and its context, in a number.
 *
 *     region, or memory of its own
 *     └─ root ┌ control │ blocks │ child "a" ┌ control │ blocks … ┐ │ blocks │ child "b" ┌ control │ … ┐ │ … ┐
 *                                  └── a large block of the root's heap: freed in O(1), with all that is in it
 *
 * So a neighbour can't take what a quota promises, two comparisons tell whose an offset is, a context can be lent to another
 * thread, and its contents are one range of bytes.
 *
 * Layers, each importing those below it only: context, what the user holds; verbs, the contract over a quota; build, dispose,
 * transfer, snapshot, restore, diff and loan, what is done with whole contexts; access, lookup and quota, what is done in one;
 * core, its state; place, reserve, room, ref, options and name, what it is made of.
 */
export type { Kind, ValueOf } from "./access.ts";
export { type ContextOptions, MemoryContext } from "./context.ts";
export { type BlockChange, type BlockOf, diffSnapshots, type SnapshotDiff } from "./diff.ts";
export type { ContextLoan } from "./loan.ts";
export { MAX_NAME_BYTES } from "./name.ts";
export type { OptionsOf } from "./options.ts";
export type { SeparateMemory } from "./place.ts";
export type { ContextUsage } from "./quota.ts";
export type { BlockRef } from "./ref.ts";
export { reserveFor } from "./reserve.ts";
