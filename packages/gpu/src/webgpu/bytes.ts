/** Bytes that are copied to the GPU, by the rules of copies: from a multiple of 4 on, a multiple of 4 of them. */
import { DetachedError, InvalidArgumentError } from "@ariax/allocator";
import { isBuffer, show } from "@ariax/allocator/implement";
import { COPY_ALIGNMENT, type GpuQueue, type Place } from "./device.ts";

/** A typed array, a `DataView`, or a buffer: its bytes as they are. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** `data` as bytes, if they have room `at` bytes from where `target` begins; else throws `InvalidArgumentError`, or `DetachedError` where they are gone. */
export function checkBytes({ size }: Place, data: Bytes, at: number): Uint8Array {
  const bytes = bytesOf(data);
  const { byteLength } = bytes;
  if (!(Number.isInteger(at) && at >= 0 && at % COPY_ALIGNMENT === 0)) {
    throw new InvalidArgumentError(`invalid at: ${show(at)} is not a multiple of ${COPY_ALIGNMENT} from 0 on`);
  }
  if (at + byteLength > size) {
    throw new InvalidArgumentError(`invalid data: ${byteLength} bytes at ${at} exceed the block's ${size}`);
  }
  return bytes;
}

function bytesOf(data: Bytes): Uint8Array {
  const isView = ArrayBuffer.isView(data);
  if (!isView && !isBuffer(data)) {
    throw new InvalidArgumentError(`invalid data: ${show(data)} is neither a typed array nor a buffer`);
  }
  const buffer = isView ? data.buffer : data;
  // Most hosts know; the others show it as one without bytes.
  if ((buffer as { readonly detached?: boolean }).detached === true) {
    throw new DetachedError("the data are gone, their buffer was transferred");
  }
  return isView ? new Uint8Array(buffer, data.byteOffset, data.byteLength) : new Uint8Array(buffer);
}

/** Bytes that were checked, by the queue. */
export function writeBytes(queue: GpuQueue, { buffer, offset }: Place, bytes: Uint8Array, at: number): void {
  const { byteLength } = bytes;
  const tail = byteLength % COPY_ALIGNMENT;
  const head = byteLength - tail;
  if (head > 0) queue.writeBuffer(buffer, offset + at, bytes.buffer, bytes.byteOffset, head);
  if (tail > 0) {
    const last = new Uint8Array(COPY_ALIGNMENT);
    last.set(bytes.subarray(head));
    queue.writeBuffer(buffer, offset + at + head, last.buffer, 0, COPY_ALIGNMENT);
  }
}
