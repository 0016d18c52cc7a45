/** A pager's state, from what it is made with. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkBuffer, newBuffer } from "@ariax/allocator/implement";
import { type Core, createCore } from "./core.ts";
import { layOut } from "./layout.ts";
import { type KvPagerOptions, readPagerOptions } from "./options.ts";

/** Throws `InvalidArgumentError`, and `HostMemoryError` where the host has no such memory. O(blocks). */
export function newCore(options: KvPagerOptions): Core {
  const { shape, seed, maker, shared, buffer: given } = readPagerOptions(options);
  const layout = layOut(shape);
  if (given === undefined) return createCore(newBuffer(layout.byteLength, shared), layout, seed, maker);
  if (checkBuffer(given).byteLength < layout.byteLength) {
    throw new InvalidArgumentError(
      `invalid buffer: ${given.byteLength} bytes, but the pager takes ${layout.byteLength}`,
    );
  }
  new Int32Array(given, 0, layout.byteLength / 4).fill(0);
  return createCore(given, layout, seed, maker);
}
