/** Offsets for the bulk calls. What an `Int32Array` has above 2 GiB is negative, and means the same 32 bits. */
export type Offsets = Int32Array | Uint32Array;
