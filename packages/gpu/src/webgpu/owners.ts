/** Whose blocks lie in a buffer: by it a ring asks a pool whether a block is live, as the pool itself does before it writes. */
import type { GpuBuffer, Place } from "./device.ts";

/** A pool, as much of it as a ring needs. */
export interface Owner {
  /** A live block as its pool has it; throws for any other. */
  live(block: Place): Place;
}

const owners: WeakMap<GpuBuffer, Owner> = /* @__PURE__ */ new WeakMap();

export function setOwner(buffer: GpuBuffer, owner: Owner): void {
  owners.set(buffer, owner);
}

/** Undefined where the buffer is no pool's. */
export function ownerOf(buffer: GpuBuffer): Owner | undefined {
  return owners.get(buffer);
}
