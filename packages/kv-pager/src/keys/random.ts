import { UnsupportedError } from "@ariax/allocator";

/** What is there of it in every host of ours; the types of none. */
interface Source {
  getRandomValues?(bytes: Uint8Array): unknown;
}

/** `n` bytes that nobody can guess. Throws `UnsupportedError` where the host has none. */
export function randomBytes(n: number): Uint8Array {
  const { crypto } = globalThis as { crypto?: Source };
  if (typeof crypto?.getRandomValues !== "function") {
    throw new UnsupportedError("no crypto.getRandomValues here: keys without a seed are made from it");
  }
  const bytes = new Uint8Array(n);
  crypto.getRandomValues(bytes);
  return bytes;
}
