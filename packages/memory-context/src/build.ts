/** Making a context: options are checked, bytes are taken from where they come from; then it is there, or nothing has changed. */
import {
  type Allocator,
  AllocatorError,
  InvalidArgumentError,
  MAX_CAPACITY,
  NULL,
  type Offset,
  OutOfMemoryError,
} from "@ariax/allocator";
import { isBuffer, isRevoked, isUint32, outOfMemory, readOptions, show } from "@ariax/allocator/implement";
import { PAGE_SIZE } from "@ariax/slab";
import { Core } from "./core.ts";
import { type Above, checkWanted, OPTIONS, type OptionsOf, quoted, type Wanted } from "./options.ts";
import { ownPlace, type Place, partOf, separatePlace } from "./place.ts";
import { allows, heapFree, press, refusal } from "./quota.ts";
import { childReserves, regionReserves, reserveFor, rootReserveFor } from "./reserve.ts";

/** What `new MemoryContext` makes. The options are read first: their getters are the user's code, after which nothing is as it was. */
export function build<C>(parent: unknown, given: OptionsOf<C>): Core {
  if (given === undefined)
    throw new InvalidArgumentError("invalid options: none; the first argument is the parent, or null");
  const options = readOptions(given, OPTIONS) as OptionsOf<never>;
  const above = coreOf(parent);
  if (above !== undefined) return buildChild(above, options);
  return parent === null ? buildAlone(options) : buildOver(parent as Allocator, options);
}

/** What a context is made of, if it is one. */
export function coreOf(context: unknown): Core | undefined {
  if (isRevoked(context)) return undefined;
  const core = (context as { readonly core?: unknown } | null | undefined)?.core;
  return core instanceof Core ? core : undefined;
}

/** A context whose bytes are a block of its parent's heap, or, with `memory`, none of its parent's. Its quota is its parent's. */
function buildChild(parent: Core, options: OptionsOf<never>): Core {
  parent.check();
  const wanted = checkWanted(options, { kind: "context", name: parent.name, quota: parent.quota, zero: parent.zero });
  const { name, quota, memory, aside } = wanted;
  checkFree(parent.children, name);
  press(parent, quota);
  if (memory === undefined) return childIn(placeInside(parent, wanted), wanted, parent);
  checkRoom(parent, quota);
  return childIn(newPlace(wanted, withAside(reserveFor(quota - aside), aside)), wanted, parent);
}

function childIn(place: Place, wanted: Wanted, parent: Core): Core {
  const { name, quota } = wanted;
  return orGivenBack(place, () => {
    // The user's code may have run: told that `soft` is crossed, or asked for memory.
    parent.check();
    checkFree(parent.children, name);
    checkRoom(parent, quota);
    const core = new Core(wanted, place, parent, parent.children);
    parent.children.set(name, core);
    if (!place.separate) {
      parent.inside.set(place.base, core);
      parent.inner += place.bytes;
    }
    parent.granted += quota;
    parent.charge(quota);
    return core;
  });
}

/** A block of the parent's heap, as long as is asked for, or as it has room for. */
function placeInside(parent: Core, { quota, reserve, aside }: Wanted): Place {
  checkRoom(parent, quota);
  const { slab } = parent;
  const left = parent.quota - parent.used;
  const reserves =
    reserve === undefined
      ? childReserves(quota - aside, Math.max(1, left - aside), heapFree(parent) - aside).map((bytes) =>
          withAside(bytes, aside),
        )
      : [reserve];
  for (const bytes of reserves) {
    const base = bytes <= slab.capacity ? slab.tryAllocate(bytes) : NULL;
    if (base !== NULL) return partOf(parent.place.memory, base, bytes, () => slab.free(base));
  }
  throw outOfMemory(slab, reserves[reserves.length - 1], PAGE_SIZE);
}

/** A run's bytes: those of its heap, and what is set aside; not more than there can be. */
const withAside = (heap: number, aside: number): number => Math.min(MAX_CAPACITY, heap + aside);

function checkRoom(parent: Core, quota: number): void {
  if (!allows(parent, quota)) throw refusal(parent, quota);
}

const NOTHING: Above = { kind: "nothing", name: "", quota: MAX_CAPACITY, zero: false };

/** A context with memory of its own, below no other. */
function buildAlone(options: OptionsOf<never>): Core {
  const wanted = checkWanted(options, NOTHING);
  return rootIn(
    newPlace(wanted, withAside(rootReserveFor(wanted.quota - wanted.aside), wanted.aside)),
    wanted,
    new Map(),
  );
}

/** A context whose bytes are a block of an allocator. */
function buildOver(region: Allocator, options: OptionsOf<never>): Core {
  checkRegion(region);
  const wanted = checkWanted(options, { ...NOTHING, kind: "allocator" });
  const family = familyOf(region);
  checkFree(family, wanted.name);
  return rootIn(placeOver(region, wanted), wanted, family);
}

/** Where an allocator has the contexts over it, by name: with itself, so that a proxy of it has the same. */
const FAMILY: unique symbol = Symbol("contexts");
/** The same of those that can't have it, as they are frozen. */
const families: WeakMap<Allocator, Map<string, Core>> = /* @__PURE__ */ new WeakMap();

function familyOf(region: Allocator & { readonly [FAMILY]?: () => Map<string, Core> }): Map<string, Core> {
  const known = region[FAMILY]?.() ?? families.get(region);
  if (known !== undefined) return known;
  const family = new Map<string, Core>();
  // A function: Vue's proxy would wrap the map.
  if (!Reflect.defineProperty(region, FAMILY, { value: () => family, configurable: true }))
    families.set(region, family);
  return family;
}

/** A block of an allocator, as long as is asked for, or as it has room for; its own error where it has none. */
function placeOver(region: Allocator, { quota, reserve, aside }: Wanted): Place {
  const reserves =
    reserve === undefined
      ? regionReserves(quota - aside, aside, region).map((bytes) => withAside(bytes, aside))
      : [reserve];
  const least = reserves.pop()!;
  for (const bytes of reserves) {
    const base = tryAllocate(region, bytes);
    if (base !== NULL) return over(region, base, bytes);
  }
  const base = tryAllocate(region, least);
  // What it says itself where it has no room; but a size above its capacity is not the caller's.
  const room = base === NULL ? region.stats() : undefined;
  if (room !== undefined && least > room.committed) {
    throw new OutOfMemoryError(least, PAGE_SIZE, room.committed, room);
  }
  return over(region, base === NULL ? region.allocate(least, PAGE_SIZE) : base, least);
}

/** `NULL`, too, where it is more than the allocator ever has. */
function tryAllocate(region: Allocator, bytes: number): Offset {
  try {
    return region.tryAllocate(bytes, PAGE_SIZE);
  } catch (error) {
    if (error instanceof AllocatorError && error.code === "ERR_INVALID_SIZE") return NULL;
    throw error;
  }
}

function over(region: Allocator, base: Offset, bytes: number): Place {
  return partOf(region.memory, base, bytes, () => region.free(base));
}

function rootIn(place: Place, wanted: Wanted, siblings: Map<string, Core>): Core {
  return orGivenBack(place, () => {
    // An allocator is anyone's code.
    checkFree(siblings, wanted.name);
    if (place.base % PAGE_SIZE !== 0) {
      throw new InvalidArgumentError(`invalid parent: its block at ${place.base} is not aligned to ${PAGE_SIZE}`);
    }
    const core = new Core(wanted, place, undefined, siblings);
    siblings.set(core.name, core);
    return core;
  });
}

/** What `make` makes of a place; where it can't, the place goes back. */
function orGivenBack(place: Place, make: () => Core): Core {
  try {
    return make();
  } catch (error) {
    place.giveBack();
    throw error;
  }
}

function newPlace({ memory, reserve, shared }: Wanted, otherwise: number): Place {
  const bytes = reserve ?? otherwise;
  return typeof memory === "function" ? separatePlace(memory, bytes) : ownPlace(bytes, shared);
}

function checkFree(siblings: Map<string, Core>, name: string): void {
  if (siblings.has(name)) throw new InvalidArgumentError(`invalid name: there is a context ${quoted(name)} already`);
}

/** Throws where it is no allocator, or one whose blocks can't begin at a page. */
function checkRegion(region: Allocator): void {
  const { allocate, tryAllocate, free, stats, memory, traits } = isRevoked(region) ? {} : (region ?? {});
  const verbs = [allocate, tryAllocate, free, stats].every((verb) => typeof verb === "function");
  if (!verbs || !isBuffer(memory?.buffer)) {
    throw new InvalidArgumentError("invalid parent: it is neither a context nor an allocator nor null");
  }
  if (!(isUint32(traits?.maxAlignment) && traits.maxAlignment >= PAGE_SIZE)) {
    throw new InvalidArgumentError(
      `invalid parent: an allocator that aligns blocks to ${PAGE_SIZE} is needed, this one aligns to ${show(traits?.maxAlignment)}`,
    );
  }
}
