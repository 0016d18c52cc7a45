/**
 * What an adapter makes of a rival: three verbs over handles, and where the bytes of a handle are. An adapter adds no
 * work of its own to `allocate` and `free`, so that the rival is measured and not the adapter.
 */
export interface Adapter<H = number> {
  /** A handle, or 0 or null where there is no room. It may throw instead. */
  allocate(size: number): H;
  free(handle: H): unknown;
  /** A handle of `size` bytes with the old contents; 0, null or a throw where there is no room. */
  reallocate(handle: H, size: number): H;
  /** The memory that number handles are offsets into, as it is now. Absent where handles are objects. */
  readonly memory?: { readonly buffer: ArrayBufferLike };
}

/** What the rivals' set adapters offer: a set bit is a free slot, `claim` takes the lowest (or any, see the registry). */
export interface BitAdapter {
  /** The lowest set bit, or −1. */
  first(): number;
  /** The lowest set bit, cleared; or −1. */
  claim(): number;
  /** Sets the bit again. */
  release(index: number): unknown;
}
