import type { Allocator } from "@ariax/allocator";
import type { ContextLoan, ContextOptions } from "@ariax/memory-context";
import type { Schema } from "@ariax/metadata-pool";

/** What a memory context takes, but its name, and …; of a VM that is a `V`. */
export interface VmOptionsOf<F extends Schema, V>
  extends Omit<ContextOptions, "name" | "quota" | "onPressure" | "onLeave" | "aside"> {
  /** 1 to 64 bytes of UTF-8, and of no other context beside it. */
  readonly vmName: string;
  /** Bytes that its states and blocks may have; default 1 MiB. */
  readonly quota?: number | undefined;
  /** States; default 10,000. */
  readonly poolSize?: number | undefined;
  /** What a state holds beside its frequency. */
  readonly fields?: F | undefined;
  /**
   * How many operations it remembers, 0 to 2²⁴; default 4,096, 16 bytes each. They are recorded in rows, of so many and at least 4,096: the
   * first, and then one after every seven that pass unseen.
   */
  readonly recording?: number | undefined;
  /** What its gain is measured against, of a capacity in bytes; default phase 1. */
  readonly baseline?: ((capacity: number) => Allocator) | undefined;
  /** See `ContextOptions`. */
  readonly onPressure?: ((vm: V, size: number) => void) | undefined;
}

/** The names of its options. */
export const VM_OPTIONS: readonly string[] = [
  ...["vmName", "quota", "poolSize", "fields", "recording", "baseline"],
  // Of its context:
  ...["reserve", "soft", "onPressure", "zero", "memory", "shared"],
];

/** The names of a loan. */
export const LOAN: readonly string[] = ["context", "vmName", "quota", "poolSize", "fields", "recording"];

/** A VM on its way to another thread: can be posted. */
export interface MiniVmLoan<F extends Schema>
  extends Pick<VmOptionsOf<F, never>, "vmName" | "quota" | "poolSize" | "fields" | "recording"> {
  readonly context: ContextLoan;
}
