/** The operations, as they stand in `Trace.op` and in the low two bits of a stored event. */
export const ALLOCATE = 0;
export const FREE = 1;
export const REALLOCATE = 2;

/**
 * A trace ready to be replayed: a struct of arrays, 9 bytes an event. A *slot* stands for one live block, and is used
 * again for a later one after its free, last in first out; so the number of slots is the most blocks live at once, and
 * a replay needs only that many offsets.
 *
 *     event   0         1         2         3           op[e]    ALLOCATE, FREE or REALLOCATE
 *     op      allocate  allocate  free      allocate    slot[e]  whose block
 *     slot    0         1         0         0           size[e]  bytes asked for; 0 for a free
 *     size    24        100       0         8
 */
export interface Trace {
  readonly op: Uint8Array;
  readonly slot: Int32Array;
  /** Unsigned only where some size is 2³¹ or more, so that replaying ordinary traces stays in small integers. */
  readonly size: Int32Array | Uint32Array;
  readonly events: number;
  /** How many slots there are: the most blocks live at once. */
  readonly slots: number;
  readonly allocations: number;
  readonly frees: number;
  readonly reallocations: number;
  /** The most bytes asked for and live at once. */
  readonly peakBytes: number;
}
