/**
 * References: a block and the context it belongs to, in one number.
 *
 *     reference = serial · 2²⁹ + offset / 8 < 2⁵³         an offset has 32 bits, the last three of which are 0
 *
 * A serial is never used again in a process: 2²⁴ − 1 contexts have one. So a reference of a context that is gone never comes alive, and which
 * context it was is known as long as its name is remembered. An offset below 2²⁹ is never taken for one.
 *
 * tried: serials from 8 on, so that no offset is; measured: V8 makes an object of each number from 2³¹ on, and the hot verbs made garbage.
 */
import {
  ContextDisposedError,
  ForeignBlockError,
  InvalidArgumentError,
  InvalidBlockError,
  type Offset,
} from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";

/** A block together with its context: `context.ref(offset)`. */
export type BlockRef = number & { readonly [BRAND]: true };
declare const BRAND: unique symbol;

const SPAN: number = 2 ** 29;
const MAX_SERIAL: number = 2 ** 24 - 1;
/** Contexts whose names are remembered, of those that gave references. */
export const REMEMBERED = 65536;

/** Who a reference belongs to. */
export interface Owner {
  readonly serial: number;
  readonly name: string;
  gone: boolean;
}

let contexts = 0;
const owners: Map<number, Owner> = /* @__PURE__ */ new Map();

/** A new serial. */
export function register(name: string): Owner {
  return { serial: ++contexts, name, gone: false };
}

/** Throws `InvalidArgumentError` where the serials of the process have run out. */
export function makeRef(owner: Owner, offset: Offset): BlockRef {
  const { serial } = owner;
  if (serial > MAX_SERIAL) {
    throw new InvalidArgumentError(
      `invalid ref: this is context ${serial} of the process, the first ${MAX_SERIAL} can give references`,
    );
  }
  if (!owners.has(serial)) remember(owner);
  return (serial * SPAN + offset / 8) as BlockRef;
}

function remember(owner: Owner): void {
  if (owners.size === REMEMBERED) owners.delete(owners.keys().next().value!);
  owners.set(owner.serial, owner);
}

/** The offset in a reference, if it is the owner's; else throws, naming whose it is. O(1). */
export function offsetIn(owner: Owner, ref: BlockRef): Offset {
  const serial = Number.isSafeInteger(ref) ? Math.floor(ref / SPAN) : 0;
  // Can no context have given it?
  if (serial < 1 || serial > Math.min(contexts, MAX_SERIAL)) {
    throw new InvalidBlockError(ref, `${show(ref)} is no reference: ref(offset) makes one`);
  }
  const offset = (ref % SPAN) * 8;
  if (serial === owner.serial) return offset;
  const other = owners.get(serial);
  if (other?.gone) throw new ContextDisposedError(other.name);
  throw new ForeignBlockError(offset, other?.name ?? `context ${serial}`, owner.name);
}
