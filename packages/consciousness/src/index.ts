/**
 * # @ariax/consciousness: AriaX's words
 *
 * A thin adapter: each part is one of AriaX's, over a package that anyone can use.
 *
 * - *consciousness state*: a small record with a frequency.       `ConsciousnessStatePool`, over @ariax/metadata-pool
 * - *Tesla frequency*: how often a second the system works, in Hz; 3.14159 unless given.
 * - *Tesla consciousness pool*: memory that lives for a tick.     `TeslaConsciousnessPool`, over `TickArena` of @ariax/arena
 * - *mini-VM*: a named part of the system with memory of its own.  `MiniVm`, over @ariax/memory-context
 * - *performance gain*: how many times as long the allocator of phase 1 takes for what a mini-VM did last. Measured.
 *
 *     ┌─ MiniVm "vm-7" ────────────────────────────────────────────┐   ┌─ TeslaConsciousnessPool ───┐
 *     │ quota   ConsciousnessStatePool   blocks        recording   │   │ f   │ tick │ tick │         │
 *     │         ┌────┬────┬────┬──       ┌─────┬───┬─  the last    │   │ 2f  │ tick │ tick │         │
 *     │         │3.14│    │6.28│ …       │     │   │ … operations  │   │ 3f  │ tick │ tick │         │
 *     └────────────────────────────────────────────────────────────┘   └────────────────────────────┘
 */
export { TESLA_FREQUENCY } from "./frequency.ts";
export type { Gain } from "./gain.ts";
export { MiniVm, type MiniVmOptions } from "./mini-vm.ts";
export type { MiniVmLoan, VmOptionsOf } from "./mini-vm-options.ts";
export { ConsciousnessStatePool, type StateHandle } from "./state-pool.ts";
export type { StatePoolOptions } from "./state-records.ts";
export { TeslaConsciousnessPool, type TeslaPoolOptions } from "./tesla-pool.ts";
