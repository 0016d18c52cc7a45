/** The end of a context, and of all that is below it. */
import { type Core, DISPOSED, LENT } from "./core.ts";
import { isGone, wipe } from "./place.ts";

/**
 * Ends a context and its descendants: one block is freed in the parent, whatever they hold; those with memory of their own
 * give that back too. O(descendants), and O(bytes) of those that are wiped.
 *
 * First all of them end, then the memory goes back: what a region, or the memory of a user's function, throws then comes
 * out, but nothing is left half done.
 */
export function dispose(core: Core): void {
  if (core.state !== LENT) core.check();
  const all = descendants(core);
  for (const one of all) end(one);
  core.siblings.delete(core.name);
  const errors: unknown[] = [];
  // The deepest first: a child's memory may be wiped, or lie in what its parent gives back.
  for (const one of all.reverse()) {
    try {
      giveBack(one, one === core);
    } catch (error) {
      errors.push(error);
    }
  }
  for (const one of all) {
    one.forget();
    try {
      const { onLeave } = one;
      onLeave?.(one.context as never);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** A context, and all below it. */
function descendants(core: Core): Core[] {
  const all = [core];
  // The array grows under the loop, until no one has children that are not in it.
  for (const one of all) all.push(...one.children.values());
  return all;
}

function end(core: Core): void {
  core.state = DISPOSED;
  core.owner.gone = true;
  core.refresh();
}

/** `isTop`: its parent lives on, and gets its bytes back. Those below lie in what the top one gives back. */
function giveBack(core: Core, isTop: boolean): void {
  const { place, parent } = core;
  const lies = isTop || place.separate;
  // One that zeroes and lies in another one that does is wiped with that.
  if (core.zero && (lies || !parent?.zero) && !place.borrowed && !isGone(place)) wipe(place);
  if (isTop && parent !== undefined) {
    if (parent.inside.delete(core.base)) parent.inner -= place.bytes;
    parent.granted -= core.quota;
    parent.charge(-core.quota);
  }
  // A memory that is gone takes nothing back; what a function gave is released in any case.
  if (lies && (place.separate || !isGone(place))) place.giveBack();
}
