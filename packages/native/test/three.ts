/**
 * Three heaps, one for each engine, which get the same calls: what a call gives, and what the memories hold, must be the same.
 *
 *     call ──▶ TypeScript ──▶ result or error ─┐
 *         ├──▶ WebAssembly ─────────────────────┼──▶ the same?    every thousand calls: all the bytes?
 *         └──▶ native C ────────────────────────┘
 */
import { isDeepStrictEqual } from "node:util";
import type { Allocator, Offset } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";
import { NativeAllocator } from "../src/index.ts";

/** The engines, by the names that are told; the first is what the others are compared with. */
export const ENGINES = ["typescript", "wasm", "native c"] as const;

/** An allocator whose control block can be seen. */
export type Subject = Allocator & { readonly words: Int32Array };

/** Three heaps of the same capacity, a multiple of 64 KiB, in memory that each engine takes for its own. */
export function ownHeaps(capacity: number): Subject[] {
  return [
    new SlabAllocator({ capacity }),
    WasmAllocator.createSync({ capacity }),
    new NativeAllocator({ capacity, engine: "c", purgeDelay: Number.POSITIVE_INFINITY }),
  ];
}

/** Three copies of a heap of `pages` × 64 KiB, in memories of `capacity`, up to whose end it may grow. */
export function growingHeaps(pages: number, capacity: number): Subject[] {
  const memory = new WebAssembly.Memory({ initial: pages });
  const { buffer } = new SlabAllocator({ memory, byteLength: capacity }).memory;
  const copies = ENGINES.map(() => new WebAssembly.Memory({ initial: capacity >>> 16, maximum: capacity >>> 16 }));
  for (const copy of copies) new Uint8Array(copy.buffer).set(new Uint8Array(buffer));
  return [
    SlabAllocator.attach(copies[0]),
    WasmAllocator.attachSync(copies[1]),
    NativeAllocator.attach(copies[2].buffer, 0, { engine: "c" }),
  ];
}

/** What was thrown instead of a result: class, code and message. */
export class Refusal {
  readonly code: string;
  readonly error: string;

  constructor(error: unknown) {
    const { name, code, message } = error as { name: string; code?: string; message: string };
    this.code = String(code);
    this.error = `${name} ${code}: ${message}`;
  }
}

export class Three implements Disposable {
  readonly heaps: readonly Subject[];
  readonly capacity: number;
  calls = 0;
  /** How often each error was thrown, by its code. */
  readonly refusals: Map<string, number> = new Map();
  readonly #every: number;
  #bytes: readonly Uint8Array[] = [];

  /** All the bytes are compared behind each `every`th call, and when `compare` is called. */
  constructor(heaps: readonly Subject[], every = 1000) {
    this.heaps = heaps;
    this.capacity = heaps[0].memory.buffer.byteLength;
    this.#every = every;
    this.#renew();
  }

  /** A verb on each heap: what it gave, or a `Refusal`. Throws where that differs. */
  call<T>(what: string, verb: (heap: Subject) => T): T | Refusal {
    this.calls++;
    const first = outcome(this.heaps[0], verb);
    for (let i = 1; i < this.heaps.length; i++) {
      const other = outcome(this.heaps[i], verb);
      if (!isSame(first, other)) this.#differ(`${what} gives ${show(other)} in ${ENGINES[i]}, ${show(first)} in`);
    }
    if (first instanceof Refusal) this.refusals.set(first.code, (this.refusals.get(first.code) ?? 0) + 1);
    if (this.calls % this.#every === 0) this.compare();
    return first;
  }

  /** Writes `bytes` of a block, on each heap: a pattern of `seed`, to its end. */
  write(offset: Offset, bytes: number, seed: number): void {
    const [first, ...others] = this.#bytes;
    const end = offset + bytes;
    for (let i = offset; i < end; i++) first[i] = Math.imul(seed + i - offset, 0x9e3779b1) >>> 24;
    for (const other of others) other.set(first.subarray(offset, end), offset);
  }

  /** Compares all bytes. O(capacity). */
  compare(): void {
    this.#renew();
    this.#compareBytes(this.capacity);
  }

  /** Compares the control blocks: every decision that was made. O(their bytes). */
  compareControl(): void {
    this.#compareBytes(this.heaps[0].words.byteLength);
  }

  /** Compares what is held, and has each engine verify its own heap. */
  compareState(): void {
    this.call("stats", (heap) => heap.stats());
    this.call("verify", (heap) => heap.verify());
  }

  [Symbol.dispose](): void {
    for (const heap of this.heaps) if (heap instanceof NativeAllocator) heap[Symbol.dispose]();
  }

  #compareBytes(length: number): void {
    const [first, ...others] = this.#bytes;
    for (const [i, other] of others.entries()) {
      if (Buffer.compare(first.subarray(0, length), other.subarray(0, length)) === 0) continue;
      const at = first.findIndex((byte, k) => byte !== other[k]);
      this.#differ(`byte ${at} is ${other[at]} in ${ENGINES[i + 1]}, ${first[at]} in`);
    }
  }

  #renew(): void {
    this.#bytes = this.heaps.map(({ memory }) => new Uint8Array(memory.buffer));
    const lengths = this.#bytes.map(({ length }) => length);
    if (lengths.some((length) => length !== this.capacity)) throw new Error(`the memories have ${lengths} bytes`);
  }

  #differ(what: string): never {
    throw new Error(`after ${this.calls} calls: ${what} ${ENGINES[0]}`);
  }
}

function outcome<T>(heap: Subject, verb: (heap: Subject) => T): T | Refusal {
  try {
    return verb(heap);
  } catch (error) {
    return new Refusal(error);
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === "object" && isDeepStrictEqual(a, b));
}

function show(result: unknown): string {
  return result instanceof Refusal ? `"${result.error}"` : JSON.stringify(result);
}
