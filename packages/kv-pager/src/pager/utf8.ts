/** Text as bytes, and back: of the classes that every host has but Jest's jsdom, and the types of none. */
import { UnsupportedError } from "@ariax/allocator";

interface Coders {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new () => { decode(bytes: Uint8Array): string };
}

export function toUtf8(text: string): Uint8Array {
  const { TextEncoder } = globalThis as unknown as Coders;
  if (typeof TextEncoder !== "function") throw new UnsupportedError("there is no TextEncoder here");
  return new TextEncoder().encode(text);
}

/** Of bytes that are nobody's else: a decoder takes none that are shared. */
export function fromUtf8(bytes: Uint8Array): string {
  const { TextDecoder } = globalThis as unknown as Coders;
  if (typeof TextDecoder !== "function") throw new UnsupportedError("there is no TextDecoder here");
  return new TextDecoder().decode(bytes);
}
