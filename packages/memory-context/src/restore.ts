/** A context made what it was when its snapshot was taken. */
import { InvalidArgumentError, QuotaExceededError } from "@ariax/allocator";
import { PAGE_SIZE } from "@ariax/slab";
import type { Core } from "./core.ts";
import { quoted } from "./options.ts";
import { checkChildless, eachRun, readSnapshot } from "./snapshot.ts";

/**
 * Everything is checked first: then nothing can fail any more. The limits stay as they are: a snapshot that does not fit the
 * quota is refused. O(bytes of the snapshot + pages).
 */
export function restore(core: Core, snapshot: Uint8Array): void {
  core.ready();
  checkChildless(core, "restore");
  const { name, base, pages, used, control, stored } = readSnapshot(snapshot, core.heap.buffer);
  if (name !== core.name || base !== core.base || pages !== core.pages) {
    throw new InvalidArgumentError(
      `invalid snapshot: it is of ${quoted(name)} at ${base}, ${pages * PAGE_SIZE} bytes, ` +
        `this is ${quoted(core.name)} at ${core.base}, ${core.pages * PAGE_SIZE} bytes`,
    );
  }
  if (used + core.granted > core.quota) throw new QuotaExceededError(name, used, core.granted, core.quota);
  const w = core.current();
  const own = core.ownBytes();
  w.set(control);
  eachRun(control, (from, length, at) => own.set(stored.subarray(at, at + length), from));
  core.charge(used + core.granted - core.used);
}
