/** What an allocator promises beyond the contract. Each claim is checked by `@ariax/conformance`. */
export interface Traits {
  /** A short name for tables: `"slab"`. */
  readonly name: string;
  /** The largest alignment that can be asked for, in bytes. */
  readonly maxAlignment: number;
  /** A freed block's memory can be allocated again before `reset`. */
  readonly reuse: boolean;
  /** `resize` can make some block larger in place. */
  readonly resize: boolean;
  /** Memory can grow: `memory.buffer`, or its length, may change when a block is allocated or made longer. */
  readonly grows: boolean;
  /** The memory is a `SharedArrayBuffer`: other threads can see the blocks. */
  readonly shared: boolean;
  /** Other threads may allocate and free at the same time. */
  readonly threadSafe: boolean;
  /** Memory no longer needed goes back to the system. */
  readonly returnsMemory: boolean;
  /** All state lies in the memory: another context can attach to it. */
  readonly attachable: boolean;
}

/** What each trait says in a table's first column. Feature tables are generated from this. */
export const TRAIT_LABELS: Readonly<Record<Exclude<keyof Traits, "name">, string>> = {
  maxAlignment: "largest alignment",
  reuse: "reuses freed memory",
  resize: "resizes in place",
  grows: "grows",
  shared: "over shared memory",
  threadSafe: "thread-safe",
  returnsMemory: "returns memory",
  attachable: "another context can attach",
};
