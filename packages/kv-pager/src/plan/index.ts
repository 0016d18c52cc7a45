/**
 * # @ariax/kv-pager/plan: what other caches would do with a trace
 *
 *     generateTrace ──▶ requests ──▶ Planner.add ──▶ results(): hits by cache
 *     a trace's lines ─▶ (the command)      └──────▶ report(): working sets, reuse, tenants
 */
export { type GeneratedRequest, type GenerateOptions, generateTrace } from "./generate.ts";
export type { BlockHash } from "./hashes.ts";
export * from "./planner.ts";
export type { Capacity } from "./simulate.ts";
export type { WorkingSet } from "./working-set.ts";
