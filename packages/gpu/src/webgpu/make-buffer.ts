/** Buffers of a device, which says at once or later that it has none. */
import type { BufferOf, GpuBufferDescriptor, GpuDevice } from "./device.ts";
import { DeviceMemoryError, wordsOf } from "./errors.ts";

export interface Made<B> {
  readonly buffer: B;
  /** What the device said of it, in the end. Never rejects. */
  readonly answer: Promise<DeviceMemoryError | undefined>;
}

/** Throws `DeviceMemoryError` where the device refuses at once. O(1). */
export function makeBuffer<D extends GpuDevice>(device: D, descriptor: GpuBufferDescriptor): Made<BufferOf<D>> {
  const { size } = descriptor;
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  let buffer: BufferOf<D> | undefined;
  let refusal: DeviceMemoryError | undefined;
  try {
    buffer = device.createBuffer(descriptor) as BufferOf<D>;
  } catch (error) {
    refusal = new DeviceMemoryError(size, wordsOf(error));
  }
  const scopes = [device.popErrorScope(), device.popErrorScope()];
  const answer = Promise.all(scopes).then(
    (errors) => {
      const error = errors.find((one) => one !== null);
      return error === undefined ? undefined : new DeviceMemoryError(size, wordsOf(error));
    },
    (error) => new DeviceMemoryError(size, wordsOf(error)),
  );
  if (buffer === undefined) throw refusal;
  return { buffer, answer };
}
