import { InvalidArgumentError } from "@ariax/allocator";
import { bytes, checkInteger, counted, present, readOptions, show, type Words } from "@ariax/allocator/implement";
import { TraceBuilder } from "./builder.ts";
import { bytesOf } from "./bytes.ts";
import { TraceError } from "./error.ts";
import { ALLOCATE, FREE, REALLOCATE, type Trace } from "./trace.ts";

/** How much a reader takes. */
export interface TraceReadOptions {
  /**
   * The most bytes there may be, unpacked. A byte can be an event, which takes up to 21 bytes of
   * memory, so 64 KiB of gzip can be 1.4 GB of trace. 2²⁴ unless given: 350 MB at the worst, and seven million events as
   * programs make them.
   */
  maxBytes?: number | undefined;
}

/** `maxBytes`, unless given. */
const MOST_BYTES = 2 ** 24;

/** The options, read and complete. Throws `InvalidArgumentError`. */
export function readTraceOptions(options: TraceReadOptions): { readonly maxBytes: number } {
  const { maxBytes = MOST_BYTES } = readOptions(options, ["maxBytes"]);
  return { maxBytes: checkInteger("maxBytes", maxBytes, 0, Number.MAX_SAFE_INTEGER) };
}

/** The next integer is the new size of a reallocation, not the first of an event. */
const NOTHING_PENDING = -1;

const WORDS: Words<TraceDecoder> = {
  name: () => "TraceDecoder",
  parts: (it) => [counted(it.events, "event"), bytes(it.bytes)],
  what: "a decoder",
  send: "post the bytes that it was to take",
};

/**
 * The reader as a machine that is fed bytes in pieces of any length: an integer, or an event, may be cut anywhere. What it has
 * refused once it refuses for good, with the same error.
 *
 *     push(bytes) push(bytes) … end() → Trace
 *
 * The stream is a row of unsigned LEB128 integers (seven bits a byte, the lowest first, the top bit set on all but the
 * last byte). The low two bits of an event's first integer are its operation, the rest is the size of the block, or its
 * distance: (next id) − (id of the block).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export class TraceDecoder {
  declare private readonly builder: TraceBuilder;
  /** Bytes taken in whole pieces before the present one. */
  private before = 0;
  /** The integer that is being put together: its value so far, the weight of its next seven bits, its first byte. */
  private value = 0;
  private weight = 1;
  private start = 0;
  /** The block of a reallocation whose size is still to come. */
  private pending = NOTHING_PENDING;
  private readonly maxBytes: number;
  private failure: unknown;

  constructor(options: TraceReadOptions = {}) {
    present(this, WORDS);
    this.builder = new TraceBuilder();
    this.maxBytes = readTraceOptions(options).maxBytes;
  }

  /** Events decoded so far. */
  get events(): number {
    return this.builder.events;
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.before;
  }

  /**
   * Takes the next bytes.
   *
   * @throws `TraceError` at the first event that is impossible, and where there are too many bytes.
   * @throws `DetachedError` where the bytes are gone, as their buffer was transferred or has shrunk.
   */
  push(bytes: Uint8Array): void {
    const piece = bytesOf(bytes);
    if (piece === undefined) throw new InvalidArgumentError(`invalid bytes: ${show(bytes)} is no Uint8Array`);
    this.whole(() => this.take(piece));
  }

  /**
   * The whole trace.
   *
   * @throws `TraceError` where the bytes end in the middle of an event.
   */
  end(): Trace {
    return this.whole(() => {
      if (this.weight !== 1) this.fail("the integer is cut off");
      if (this.pending !== NOTHING_PENDING) this.failAt(this.before, "the new size of a reallocation is missing");
      return this.builder.build();
    });
  }

  /** Runs a step, unless one has failed before. */
  private whole<T>(step: () => T): T {
    if (this.failure !== undefined) throw this.failure;
    try {
      return step();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  private take(bytes: Uint8Array): void {
    let value = this.value;
    let weight = this.weight;
    const length = Math.min(bytes.length, this.maxBytes - this.before);
    for (let i = 0; i < length; i++) {
      const byte = bytes[i];
      if (weight === 1) this.start = this.before + i;
      value += (byte & 127) * weight;
      // Past 53 bits, in value or in length?
      if (weight >= 2 ** 49 && (byte >= 128 || value > Number.MAX_SAFE_INTEGER)) {
        this.fail("the integer takes more than 53 bits");
      }
      if (byte >= 128) {
        weight *= 128;
      } else {
        this.integer(value);
        value = 0;
        weight = 1;
      }
    }
    this.value = value;
    this.weight = weight;
    this.before += length;
    if (length < bytes.length) this.failAt(this.before, `the stream is longer than maxBytes, ${this.maxBytes}`);
  }

  private integer(value: number): void {
    const builder = this.builder;
    builder.position = this.start;
    if (this.pending !== NOTHING_PENDING) {
      builder.reallocate(this.pending, value);
      this.pending = NOTHING_PENDING;
      return;
    }
    const op = value % 4;
    const rest = (value - op) / 4;
    if (op === ALLOCATE) builder.allocate(rest);
    else if (op === FREE) builder.free(this.block(rest));
    else if (op === REALLOCATE) this.pending = this.block(rest);
    else this.fail("operation 3 is reserved");
  }

  /** The id that lies `distance` before the next one. */
  private block(distance: number): number {
    const ids = this.builder.nextId;
    if (distance < 1 || distance > ids) this.fail(`distance ${distance} leads to no block, there are ${ids}`);
    return ids - distance;
  }

  private fail(problem: string): never {
    this.failAt(this.start, problem);
  }

  private failAt(byte: number, problem: string): never {
    throw new TraceError(problem, this.builder.events, byte);
  }
}

/**
 * A trace from uncompressed bytes, at once. O(bytes).
 *
 * @throws `TraceError` for what no trace can have.
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `DetachedError` where the bytes are gone, as their buffer was transferred or has shrunk.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function decodeTrace(bytes: Uint8Array, options: TraceReadOptions = {}): Trace {
  const decoder = new TraceDecoder(options);
  decoder.push(bytes);
  return decoder.end();
}
