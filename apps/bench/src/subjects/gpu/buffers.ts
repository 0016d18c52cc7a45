/** A `GPUBuffer` for each object, by Dawn on Chromium's SwiftShader. */
import { existsSync } from "node:fs";
import type { Suballocator } from "./suballocator.ts";

const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const [COPY_DST, VERTEX] = [0x8, 0x20];

/** Not here: says why, as a worker's answer does. */
class UnavailableError extends Error {
  readonly code = "ERR_GPU_UNAVAILABLE";
}

export class Buffers implements Suballocator<GPUBuffer> {
  readonly moved = 0;
  private readonly device: GPUDevice;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  allocate(size: number): GPUBuffer {
    return this.device.createBuffer({ size, usage: VERTEX | COPY_DST });
  }

  /** WebGPU itself waits for what still reads it. */
  free(buffer: GPUBuffer): void {
    buffer.destroy();
  }

  frame(): void {
    this.device.queue.submit([]);
  }

  offsetOf(): undefined {}

  room(): undefined {}
}

let device: Promise<GPUDevice> | undefined;
/** Kept: Dawn ends with its instance, when that is collected. */
let instance: GPU | undefined;

/** Of one device, as a program has one. Throws where there is none here. */
export const makeBuffers = async (): Promise<Buffers> => new Buffers(await (device ??= findDevice()));

async function findDevice(): Promise<GPUDevice> {
  process.env.VK_DRIVER_FILES ??= DRIVER;
  if (!existsSync(process.env.VK_DRIVER_FILES)) throw new UnavailableError(`no Vulkan driver (looked for ${DRIVER})`);
  const { create } = await import("webgpu");
  instance = create([]);
  const adapter = await instance.requestAdapter();
  if (adapter === null) throw new UnavailableError("Dawn finds no adapter (is libvulkan1 installed?)");
  return adapter.requestDevice();
}
