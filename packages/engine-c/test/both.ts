/**
 * One heap, twice: calls are performed by the TypeScript engine at once, and written down for the C engine, which performs
 * them in driver.c. Then results and bytes are compared.
 */
import { SlabAllocator, type SlabOptions } from "@ariax/slab";
import { attempt, Script } from "./script.ts";

/** driver.c's numbers. */
const CALL = {
  allocate: 1,
  aligned: 2,
  free: 3,
  sizeOf: 4,
  resize: 5,
  reallocate: 6,
  many: 7,
  freeMany: 8,
  why: 9,
  reset: 10,
  verify: 11,
  control: 12,
  memory: 13,
  write: 14,
  mutate: 15,
} as const;

const [H_BASE, H_LIMIT, H_BINS, H_HEADS, H_INFO, H_STACKS, H_DEPTH, H_PAGES] = [2, 3, 5, 6, 7, 11, 12, 16];
const CLASSES = 71;
const PAGE = 4096;

export class Both {
  readonly heap: SlabAllocator;
  readonly base: number;
  /** Words of the control block. */
  readonly words: number;
  readonly #script: Script;
  readonly #alignment: number | undefined;

  /**
   * `most`: bytes that the C engine's buffer may have; as many as the TypeScript engine's. `alignment`: the C engine's, if it is
   * compiled with one; the TypeScript engine is asked for it each time.
   */
  constructor(options: SlabOptions, most?: number, alignment?: number) {
    this.#alignment = alignment;
    this.heap = new SlabAllocator(options);
    const w = this.heap.words;
    this.base = w[H_BASE] >>> 0;
    this.words = w[H_STACKS] + CLASSES * w[H_DEPTH];
    this.#script = new Script([this.base, w[H_PAGES], w[H_LIMIT], most ?? this.base + w[H_LIMIT] * PAGE]);
  }

  #call(what: keyof typeof CALL, args: readonly number[], result?: readonly number[] | Uint32Array): void {
    this.#script.add(CALL[what], what, args, result);
  }

  allocate(size: number): number {
    const offset = this.heap.capacity < size ? 0 : this.heap.tryAllocate(size, this.#alignment);
    this.#call("allocate", [size], [offset]);
    return offset;
  }

  aligned(size: number, alignment: number): number {
    const asked = [1, 2, 4, 8].includes(alignment) ? (this.#alignment ?? alignment) : alignment;
    const offset = attempt(() => this.heap.tryAllocate(size, asked), 0);
    this.#call("aligned", [size, alignment], [offset]);
    return offset;
  }

  free(offset: number): void {
    let freed = 0;
    try {
      this.heap.free(offset);
    } catch (error) {
      freed = (error as { code: string }).code === "ERR_DOUBLE_FREE" ? 1 : 2;
    }
    this.#call("free", [offset], [freed]);
    if (freed !== 0) this.#call("why", [offset], [freed]);
  }

  sizeOf(offset: number): number {
    const size = attempt(() => this.heap.sizeOf(offset), 0);
    this.#call("sizeOf", [offset], [size]);
    return size;
  }

  resize(offset: number, size: number): void {
    this.#call("resize", [offset, size], [attempt(() => this.heap.resize(offset, size), false) ? 1 : 0]);
  }

  reallocate(offset: number, size: number): number {
    const moved = attempt(
      () =>
        this.#alignment === undefined ? this.heap.reallocate(offset, size) : this.#reallocateAligned(offset, size),
      0,
    );
    this.#call("reallocate", [offset, size], [moved]);
    return moved;
  }

  #reallocateAligned(offset: number, size: number): number {
    if (this.heap.resize(offset, size)) return offset;
    const moved = this.heap.tryAllocate(size, this.#alignment);
    if (moved === 0) return 0;
    new Uint8Array(this.heap.memory.buffer).copyWithin(moved, offset, offset + this.heap.sizeOf(offset));
    this.heap.free(offset);
    return moved;
  }

  #allocateMany(size: number, out: Int32Array): number {
    if (this.#alignment === undefined) return this.heap.allocateMany(size, out);
    const full = out.findIndex((_, i) => (out[i] = this.heap.tryAllocate(size, this.#alignment)) === 0);
    return full < 0 ? out.length : full;
  }

  many(size: number, count: number): number[] {
    const out = new Int32Array(count);
    const made = attempt(() => this.#allocateMany(size, out), 0);
    const offsets = Array.from(out.subarray(0, made), (offset) => offset >>> 0);
    this.#call("many", [size, count], [made, ...offsets]);
    return offsets;
  }

  freeMany(offsets: readonly number[]): boolean {
    // The first that is no live block, or comes twice.
    const wrong = offsets.findIndex((p, i) => offsets.indexOf(p) < i || attempt(() => this.heap.sizeOf(p), 0) === 0);
    const done = attempt(() => {
      this.heap.freeMany(Int32Array.from(offsets));
      return true;
    }, false);
    if (done !== wrong < 0) throw new Error(`freeMany: ${done}, but the first wrong one is at ${wrong}`);
    this.#call("freeMany", [offsets.length, ...offsets], [done ? offsets.length : wrong]);
    return done;
  }

  reset(): void {
    this.heap.reset();
    this.#call("reset", [], [0]);
  }

  verify(): void {
    this.heap.verify();
    this.#call("verify", [], [0]);
  }

  /** Fills words of a block, for moves to be seen. */
  write(offset: number, words: number, value: number): void {
    new Uint32Array(this.heap.memory.buffer, offset, words).fill(value);
    this.#call("write", [offset, words, value]);
  }

  /** Compares the control blocks. */
  control(): void {
    this.#call("control", [this.words], new Uint32Array(this.heap.memory.buffer.slice(this.base), 0, this.words));
  }

  /** Compares all the memory. */
  memory(): void {
    const w = this.heap.words;
    const bytes = this.base + w[H_PAGES] * PAGE;
    const words = new Uint32Array(1 + bytes / 4);
    words[0] = bytes;
    words.set(new Uint32Array(this.heap.memory.buffer, 0, bytes / 4), 1);
    this.#call("memory", [], words);
  }

  /** Changes words of the control block, tries to open it, and puts them back. Does it open? */
  mutate(changes: readonly (readonly [word: number, value: number])[]): boolean {
    const w = this.heap.words;
    const { buffer } = this.heap.memory;
    const old = changes.map(([word, value]) => {
      const was = w[word];
      w[word] = value;
      return was;
    });
    const opens = attempt(() => SlabAllocator.attach(buffer, this.base) !== undefined && !strayBin(w), false) ? 1 : 0;
    for (let i = changes.length - 1; i >= 0; i--) w[changes[i][0]] = old[i];
    this.#call("mutate", [changes.length, ...changes.flat().map((word) => word >>> 0)], [opens]);
    return opens === 1;
  }

  /** Runs driver.c; what differed first, or `undefined`; and what the C engine said of each mutation. */
  run(driver: string): { difference: string | undefined; faults: number[] } {
    return this.#script.run(driver);
  }
}

/** A bit, or a head, beyond the last bin: the C engine's verify tells, whether or not the TypeScript engine's does. */
function strayBin(w: Int32Array): boolean {
  const [bins, heads] = [w.subarray(w[H_BINS] + 1, w[H_HEADS]), w.subarray(w[H_HEADS], w[H_INFO])];
  for (let bin = heads.length; bin < 32 * bins.length; bin++) if ((bins[bin >>> 5] >>> (bin & 31)) & 1) return true;
  return heads.subarray(32 * bins.length).some((head) => head !== 0);
}
