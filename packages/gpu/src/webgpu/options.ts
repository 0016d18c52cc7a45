/** What a pool is asked to be, checked. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, readOptions, show } from "@ariax/allocator/implement";
import { COPY_ALIGNMENT, type GpuDevice } from "./device.ts";

export interface PoolOptions {
  /** Of its buffers, and in its errors. */
  readonly label?: string | undefined;
  /**
   * Offsets are multiples of it: a power of two from 4 to 65,536; of vertices any multiple of 4, so that `offset / stride` is the
   * `baseVertex` of a draw. A block takes a whole number of strides.
   */
  readonly stride?: number | undefined;
  /** Bytes of a buffer: the pool grows by so many at a time, or by one block, if that is larger. 64 MiB, or what the device allows. */
  readonly bufferBytes?: number | undefined;
  /** Bytes of all buffers together, at most; no less than `bufferBytes`. No limit but the device's. */
  readonly maxBytes?: number | undefined;
  /** Further bits of `GPUBufferUsage`, beside those of the pool's kind and of copies. */
  readonly usage?: number | undefined;
}

export interface PoolKind {
  readonly name: string;
  readonly usage: number;
  readonly stride: number;
  /** Whether a stride may be any multiple of 4. */
  readonly anyStride: boolean;
}

export interface Checked {
  readonly label: string;
  readonly unit: number;
  readonly bufferBytes: number;
  readonly maxBytes: number;
  /** Of one block, at most. */
  readonly maxSize: number;
  readonly usage: number;
}

const KNOWN = ["label", "stride", "bufferBytes", "maxBytes", "usage"];
const MAX_STRIDE = 65_536;
const BUFFER_BYTES = 64 * 2 ** 20;
/** Strides in a buffer, at most: as many granules as a heap tells apart. */
const MAX_UNITS = 2 ** 32 - 1;
let count = 0;

export function checkPool(kind: PoolKind, options: PoolOptions, { limits }: GpuDevice): Checked {
  const given = readOptions(options, KNOWN);
  const label = checkLabel(given.label, kind.name);
  const unit = checkStride(given.stride ?? kind.stride, kind);
  const maxBytes = checkInteger("maxBytes", given.maxBytes ?? Number.MAX_SAFE_INTEGER, unit, Number.MAX_SAFE_INTEGER);
  const most = Math.min(limits.maxBufferSize, maxBytes, MAX_UNITS * unit);
  const bufferBytes = checkBufferBytes(given.bufferBytes ?? Math.min(BUFFER_BYTES, most), unit, most, maxBytes);
  const usage = kind.usage | checkInteger("usage", given.usage ?? 0, 0, 0xffff);
  return { label, unit, bufferBytes, maxBytes, maxSize: most - (most % unit), usage };
}

/** Bytes of a buffer, up to `most`: what the device allows, and `maxBytes` of all buffers. */
export function checkBufferBytes(bytes: number, least: number, most: number, maxBytes: number): number {
  if (Number.isInteger(bytes) && bytes > maxBytes) {
    throw new InvalidArgumentError(`invalid bufferBytes: ${bytes} exceed the maxBytes of ${maxBytes}`);
  }
  return checkInteger("bufferBytes", bytes, least, most);
}

/** A label, or a new one. */
export function checkLabel(label: string | undefined, kind: string): string {
  if (label === undefined) return `${kind} ${++count}`;
  if (typeof label !== "string") throw new InvalidArgumentError(`invalid label: ${show(label)} is no string`);
  return label;
}

function checkStride(stride: number, { anyStride, stride: least }: PoolKind): number {
  checkInteger("stride", stride, COPY_ALIGNMENT, MAX_STRIDE);
  const isRight = anyStride ? stride % COPY_ALIGNMENT === 0 : stride % least === 0 && (stride & (stride - 1)) === 0;
  if (!isRight) {
    const what = anyStride ? `a multiple of ${COPY_ALIGNMENT}` : `a power of two from ${least} on`;
    throw new InvalidArgumentError(`invalid stride: ${stride} is not ${what}`);
  }
  return stride;
}
