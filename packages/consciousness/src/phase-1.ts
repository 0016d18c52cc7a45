/**
 * # @ariax/consciousness/phase-1: the allocator that AriaX began with
 *
 * What a mini-VM's gain is measured against. One region, first fit, headers between the blocks:
 *
 *     ┌────────┬───────────────┬────────┬──────┬──────────┬────────┬───────────────┬──
 *     │ header │ a live block  │ header │ next │ previous │ header │ a live block  │ …
 *     └────────┴───────────────┴────────┴──────┴──────────┴────────┴───────────────┴──
 *                                a free block, in a list
 *
 * Not for use: its headers lie where programs write.
 */
export { PhaseOne } from "./phase-1/phase-one.ts";
export { HEADER, Region, type RegionCounts } from "./phase-1/region.ts";
