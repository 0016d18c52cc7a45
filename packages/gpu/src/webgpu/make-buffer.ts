/** Buffers of a device, which says at once or later that it has none. */
import type { BufferOf, GpuBufferDescriptor, GpuDevice } from "./device.ts";
import { DeviceMemoryError, wordsOf } from "./errors.ts";

export interface Asked<B> {
  readonly buffer: B;
  /** What the device said of it, in the end. Never rejects. */
  readonly answer: Promise<DeviceMemoryError | undefined>;
}

/** A buffer, for which the device is asked whether it has it. Throws `DeviceMemoryError` where it refuses at once. O(1). */
export function askForBuffer<D extends GpuDevice>(device: D, descriptor: GpuBufferDescriptor): Asked<BufferOf<D>> {
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  let scopes: Promise<{ readonly message: string } | null>[] = [];
  let buffer: BufferOf<D>;
  try {
    buffer = makeBuffer(device, descriptor);
  } finally {
    scopes = [device.popErrorScope(), device.popErrorScope()];
    // Is there nobody to hear it? The device is lost, which is said elsewhere.
    for (const scope of scopes) scope.catch(() => {});
  }
  const refusal = (error: unknown): DeviceMemoryError => new DeviceMemoryError(descriptor.size, wordsOf(error));
  const answer = Promise.all(scopes).then((errors) => {
    const error = errors.find((one) => one !== null);
    return error === undefined ? undefined : refusal(error);
  }, refusal);
  return { buffer, answer };
}

/** A buffer, of which the device says to itself if it has none. Throws `DeviceMemoryError` where it refuses at once. O(1). */
export function makeBuffer<D extends GpuDevice>(device: D, descriptor: GpuBufferDescriptor): BufferOf<D> {
  try {
    return device.createBuffer(descriptor) as BufferOf<D>;
  } catch (error) {
    throw new DeviceMemoryError(descriptor.size, wordsOf(error));
  }
}
