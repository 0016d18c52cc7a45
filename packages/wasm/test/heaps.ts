/** Memories and calls for the tests. */
import type { Allocator } from "@ariax/allocator";

export const PAGE = 65536;

/** A memory of so many pages of 64 KiB. */
export function memoryOf(initial: number, maximum = initial, shared = false): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial, maximum, shared });
}

/** A memory with the same bytes as a buffer. */
export function memoryWith(bytes: ArrayBufferLike): WebAssembly.Memory {
  const memory = memoryOf(Math.ceil(bytes.byteLength / PAGE), 65536, !(bytes instanceof ArrayBuffer));
  new Uint8Array(memory.buffer).set(new Uint8Array(bytes));
  return memory;
}

/** A whole number from 0 to `bound` − 1. */
export type Random = (bound: number) => number;

/** Repeatable numbers: Marsaglia's 32-bit xorshift, its seed spread by a multiplication. */
export function random(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** `calls` calls of every verb that changes a heap, among them some that fail; `live` is kept up to date. What they gave. */
export function drive(heap: Allocator, live: number[], next: Random, calls: number): unknown[] {
  const log: unknown[] = [];
  const anySize = () => next([129, 129, 1500, 20_000, 100_000][next(5)]);
  const any = () => live[next(live.length)];
  const take = () => live.splice(next(live.length), 1)[0];
  for (let i = 0; i < calls; i++) {
    const dice = next(100);
    try {
      if (live.length === 0 || dice < ((i >>> 8) % 2 === 0 ? 55 : 35)) {
        const offset = heap.tryAllocate(anySize(), dice < 4 ? 1 << next(17) : undefined);
        if (offset !== 0) live.push(offset);
        log.push(offset);
      } else if (dice < 82) heap.free(take());
      else if (dice < 87) log.push(heap.resize(any(), anySize()));
      else if (dice < 92) {
        const at = next(live.length);
        log.push((live[at] = heap.reallocate(live[at], anySize())));
      } else if (dice < 94) {
        const out = new Int32Array(1 + next(40));
        const made = heap.allocateMany(next(300), out);
        for (let k = 0; k < made; k++) live.push(out[k] >>> 0);
        log.push(made);
      } else if (dice < 96) heap.freeMany(Int32Array.from({ length: Math.min(live.length, next(40)) }, take));
      else if (dice < 98) heap.free(any() + 8);
      else heap.freeMany(Int32Array.of(any(), any(), any(), 12));
    } catch (error) {
      log.push(`${error}`);
    }
  }
  return log;
}

/** What `fn` throws, as `code: message`; "nothing" if it doesn't. */
export function thrownBy(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return "nothing";
}

/** What a promise is rejected with, in the same words. */
export async function rejectedBy(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "nothing",
    (error) =>
      thrownBy(() => {
        throw error;
      }),
  );
}
