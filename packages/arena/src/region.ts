import { InvalidArgumentError, MAX_CAPACITY, type Memory } from "@ariax/allocator";
import { checkAlone, checkGiven, checkInteger, readOptions } from "@ariax/allocator/implement";
import { givenMemory, ownMemory, type Place } from "./place.ts";

/** Memory that exists: all of it, or the part from `byteOffset` on. */
export type GivenMemory = (
  | { readonly buffer: ArrayBufferLike }
  /** As WebAssembly memory: its buffer may be replaced by a longer one. */
  | { readonly memory: Memory }
) & {
  /** Bytes from the buffer's beginning; default 0. */
  readonly byteOffset?: number | undefined;
  /** Bytes that may be used; default all that follow. */
  readonly byteLength?: number | undefined;
};

/** Memory of its own. */
export interface OwnMemory {
  /** Bytes, from 1 to `MAX_CAPACITY`; rounded up to 8. */
  readonly capacity: number;
  /** Is it a `SharedArrayBuffer`? Default false. */
  readonly shared?: boolean | undefined;
}

/** Where an arena lies: granules of 8 bytes, from `first` up to `limit`. Granule 0 is NULL and never in it. */
export interface Region {
  readonly memory: Memory;
  readonly first: number;
  readonly limit: number;
}

type AllOptions = Place & { readonly capacity?: number; readonly byteLength?: number | undefined };

const GIVEN = ["buffer", "memory", "byteOffset", "byteLength"] as const;

/** The region that these options ask for. */
export function findRegion(options: OwnMemory | GivenMemory): Region {
  const all: AllOptions = readOptions(checkGiven(options, "capacity, buffer or memory is"), [
    "capacity",
    "shared",
    ...GIVEN,
  ]);
  checkAlone(all, "capacity", GIVEN);
  return all.capacity === undefined ? givenRegion(all) : ownRegion(all.capacity, all.shared);
}

/** 8 bytes more than asked for keep the offset 0 free. */
function ownRegion(capacity: number, shared: boolean | undefined): Region {
  const granules = Math.ceil(checkInteger("capacity", capacity, 1, MAX_CAPACITY) / 8);
  return { memory: ownMemory(8 * (1 + granules), shared), first: 1, limit: 1 + granules };
}

/** The whole granules of memory that exists. */
function givenRegion(given: AllOptions): Region {
  const { memory, length } = givenMemory(given);
  const { byteOffset = 0 } = given;
  checkInteger("byteOffset", byteOffset, 0, length);
  const { byteLength = length - byteOffset } = given;
  checkInteger("byteLength", byteLength, 0, length - byteOffset);
  const first = Math.max(1, Math.ceil(byteOffset / 8));
  const limit = Math.min(Math.floor((byteOffset + byteLength) / 8), first + MAX_CAPACITY / 8, 2 ** 29 - 1);
  if (limit <= first) {
    throw new InvalidArgumentError(`invalid buffer: ${byteLength} bytes at ${byteOffset} have no room for a block`);
  }
  return { memory, first, limit };
}
