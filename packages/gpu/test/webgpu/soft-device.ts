/**
 * A device in software that keeps the rules of WebGPU that the pools rely on, and throws where one is broken: a queue in order, copies
 * of multiples of 4 between different buffers, no use of what is mapped or destroyed. It works when `run` says so, and not before.
 */
import type { GpuBuffer, GpuBufferDescriptor, GpuDevice, GpuEncoder } from "../../src/webgpu/index.ts";

const [MAP_WRITE, COPY_SRC, COPY_DST] = [0x2, 0x4, 0x8];

function rule(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the device: ${what}`);
}

export class SoftBuffer implements GpuBuffer {
  readonly size: number;
  readonly usage: number;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly label: string;
  state: "mapped" | "mapping" | "unmapped" | "destroyed";
  mapped: ArrayBuffer | undefined;
  private readonly device: SoftDevice;

  constructor(device: SoftDevice, { size, usage, mappedAtCreation = false, label }: GpuBufferDescriptor) {
    rule(!mappedAtCreation || size % 4 === 0, "mapped at creation: a multiple of 4");
    this.device = device;
    this.label = label;
    this.size = size;
    this.usage = usage;
    this.data = new Uint8Array(size);
    this.state = mappedAtCreation ? "mapped" : "unmapped";
  }

  /** As a real one: proxies that wrap what is nested leave it. */
  get [Symbol.toStringTag](): string {
    return "GPUBuffer";
  }

  destroy(): void {
    this.state = "destroyed";
  }

  mapAsync(): Promise<void> {
    rule((this.usage & MAP_WRITE) !== 0 && this.state === "unmapped", `mapAsync of a buffer that is ${this.state}`);
    this.state = "mapping";
    return this.device.inOrder(() => {
      rule(this.state === "mapping", "the buffer was destroyed while it was mapped");
      this.state = "mapped";
    });
  }

  getMappedRange(): ArrayBuffer {
    rule(this.state === "mapped" && this.mapped === undefined, "one range of a mapped buffer");
    this.mapped = this.data.buffer.slice(0);
    return this.mapped;
  }

  unmap(): void {
    rule(this.state === "mapped", `unmap of a buffer that is ${this.state}`);
    if (this.mapped !== undefined) this.data.set(new Uint8Array(this.mapped.transfer()));
    this.mapped = undefined;
    this.state = "unmapped";
  }
}

type Command = { readonly uses: readonly SoftBuffer[]; run(): void };

/** `read` stands for a draw: the bytes there must be `stamp` when the GPU comes to it. */
export class SoftEncoder implements GpuEncoder {
  readonly commands: Command[] = [];
  isFinished = false;

  copyBufferToBuffer(source: GpuBuffer, from: number, target: GpuBuffer, to: number, size: number): void {
    const [a, b] = [source as SoftBuffer, target as SoftBuffer];
    rule(a !== b, "a copy within one buffer");
    rule(
      [from, to, size].every((value) => value % 4 === 0),
      `a copy of ${size} from ${from} to ${to}`,
    );
    rule(from + size <= a.size && to + size <= b.size, "a copy beyond the end");
    rule((a.usage & COPY_SRC) !== 0 && (b.usage & COPY_DST) !== 0, "a copy that the usage does not allow");
    this.commands.push({ uses: [a, b], run: () => b.data.set(a.data.subarray(from, from + size), to) });
  }

  read({ buffer, offset, size }: { buffer: SoftBuffer; offset: number; size: number }, stamp: number): void {
    const run = (): void => {
      const seen = buffer.data.subarray(offset, offset + size);
      let i = 0;
      while (i < seen.length && seen[i] === stamp) i++;
      rule(i === seen.length, `a draw of ${stamp} finds ${seen[i]} at ${offset} + ${i}`);
    };
    this.commands.push({ uses: [buffer], run });
  }

  finish(): SoftEncoder {
    rule(!this.isFinished, "finish of what is finished");
    this.isFinished = true;
    return this;
  }
}

export interface SoftOptions {
  readonly maxBufferSize?: number;
  /** What to say of a buffer: an error's message, or null. */
  readonly refuse?: (size: number) => string | null;
}

export class SoftDevice implements GpuDevice {
  readonly limits: GpuDevice["limits"];
  readonly lost: Promise<{ message: string }>;
  /** Every buffer that was made. */
  readonly buffers: SoftBuffer[] = [];
  lose: (message: string) => void = () => {};
  /** What is in the queue and not done. */
  private readonly pending: (() => void)[] = [];
  private readonly scopes: (string | null)[] = [];
  private readonly refuse: (size: number) => string | null;

  constructor({ maxBufferSize = 2 ** 20, refuse = () => null }: SoftOptions = {}) {
    this.limits = { maxBufferSize, minUniformBufferOffsetAlignment: 256, minStorageBufferOffsetAlignment: 256 };
    this.refuse = refuse;
    this.lost = new Promise((resolve) => {
      this.lose = (message) => resolve({ message });
    });
  }

  readonly queue = {
    submit: (lists: Iterable<object>): void => {
      for (const { commands } of lists as Iterable<SoftEncoder>) {
        for (const { uses } of commands) {
          for (const { state } of uses) rule(state === "unmapped", `submit with a buffer that is ${state}`);
        }
        for (const { run } of commands) this.pending.push(run);
      }
    },
    onSubmittedWorkDone: (): Promise<void> => this.inOrder(() => {}),
    writeBuffer: (buffer: GpuBuffer, at: number, data: ArrayBufferLike, from = 0, size = data.byteLength): void => {
      const target = buffer as SoftBuffer;
      rule(at % 4 === 0 && size % 4 === 0 && at + size <= target.size, `writeBuffer of ${size} at ${at}`);
      rule((target.usage & COPY_DST) !== 0 && target.state === "unmapped", `writeBuffer to one ${target.state}`);
      const bytes = new Uint8Array(data, from, size).slice();
      this.pending.push(() => target.data.set(bytes, at));
    },
  };

  createBuffer(descriptor: GpuBufferDescriptor): SoftBuffer {
    rule(descriptor.size <= this.limits.maxBufferSize, `a buffer of ${descriptor.size} bytes`);
    const message = this.refuse(descriptor.size);
    if (message !== null) this.scopes[this.scopes.length - 1] = message;
    const buffer = new SoftBuffer(this, descriptor);
    this.buffers.push(buffer);
    return buffer;
  }

  createCommandEncoder(): SoftEncoder {
    return new SoftEncoder();
  }

  pushErrorScope(): void {
    this.scopes.push(null);
  }

  popErrorScope(): Promise<{ message: string } | null> {
    const message = this.scopes.pop() ?? null;
    return Promise.resolve(message === null ? null : { message });
  }

  /** Resolves when the queue has come so far. */
  inOrder(then: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.pending.push(() => {
        then();
        resolve();
      });
    });
  }

  /** Does what comes next, so many steps; and what promises of them lead to. */
  async run(steps: number = this.pending.length): Promise<void> {
    for (let i = 0; i < steps && this.pending.length > 0; i++) this.pending.shift()?.();
    for (let i = 0; i < 8; i++) await Promise.resolve();
  }

  /** Buffers that were not destroyed. */
  get live(): SoftBuffer[] {
    return this.buffers.filter(({ state }) => state !== "destroyed");
  }
}
