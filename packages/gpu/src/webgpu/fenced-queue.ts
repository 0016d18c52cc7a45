/**
 * A device's queue that counts its submits: each is a *fence*, a number, and `done` is the highest that the GPU has passed.
 *
 *     submit   submit   submit             next = 4: what is freed now may be in use until submit 4 is done
 *       1        2        3      (4)
 *     ───┴────────┴────────┴───────▶
 *       done = 1
 *
 * A block may be used by commands that are recorded and not submitted yet, so it waits for the *next* submit, not for the last. One
 * `onSubmittedWorkDone()` a submit moves `done`; nobody is called then: pools look at it when they are asked for something.
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkCallback, present, show, type Words } from "@ariax/allocator/implement";
import type { GpuDevice } from "./device.ts";
import { DeviceLostError, wordsOf } from "./errors.ts";

const VERBS = ["createBuffer", "createCommandEncoder", "pushErrorScope", "popErrorScope"] as const;

interface Now {
  /** The fence of the next submit. */
  next: number;
  done: number;
  /** Why the device is lost, once it is. */
  loss: string | undefined;
  last: Promise<void>;
}

const WORDS: Words<FencedQueue> = {
  name: () => "FencedQueue",
  parts: (it) => [`fence ${it.next} is next`, `${it.done} is done`],
  what: "a queue",
  send: "its device can't either, so use it where the device is",
};

/**
 * Of a device, one; all of its pools and rings share it.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export class FencedQueue<D extends GpuDevice = GpuDevice> {
  declare readonly device: D;
  /** Apart, so that a queue that is frozen goes on. */
  declare private readonly now: Now;
  /** To be done before the next submit, and behind it. */
  declare private readonly hooks: (() => () => void)[];
  declare private readonly recalls: (() => void)[];
  /** This object, and not a proxy of it. */
  declare private readonly itself: () => this;

  /** @throws `InvalidArgumentError` where `device` is no `GPUDevice`. */
  constructor(device: D) {
    present<FencedQueue>(this, WORDS);
    checkDevice(device);
    this.device = device;
    this.now = { next: 1, done: 0, loss: undefined, last: Promise.resolve() };
    this.hooks = [];
    this.recalls = [];
    this.itself = () => this;
    const lost = (why: unknown): void => {
      this.now.loss = wordsOf(why);
    };
    device.lost.then(lost, lost);
  }

  /** The fence of the next submit: what is freed now waits for it. */
  get next(): number {
    return this.itself().now.next;
  }

  /** The highest fence that the GPU has passed; 0 before the first. */
  get done(): number {
    return this.itself().now.done;
  }

  /**
   * `device.queue.submit`, and a fence: its number. What rings have staged is unmapped before, and asked for again behind it. O(1), and
   * O(buffers) of the rings that were used since the last submit.
   */
  submit(commands: Iterable<object>): number {
    const it = this.itself();
    if (typeof (commands as Partial<typeof commands> | undefined)?.[Symbol.iterator] !== "function") {
      throw new InvalidArgumentError(`invalid commands: ${show(commands)} is no list of command buffers`);
    }
    const list = [...commands]; // it may be a generator, which stages something, or throws
    it.flush();
    it.device.queue.submit(list);
    return it.submitted();
  }

  /** Unmaps what rings have staged. Only for who calls `device.queue.submit` himself: before it. */
  flush(): void {
    const { hooks, recalls } = this.itself();
    for (let hook = hooks.pop(); hook !== undefined; hook = hooks.pop()) recalls.push(hook());
  }

  /**
   * For who calls `device.queue.submit` himself, or has an engine that does: to be called behind it. The fence's number. O(1).
   * Without a submit it is a fence too, of all that was submitted before.
   */
  submitted(): number {
    const it = this.itself();
    const done = it.device.queue.onSubmittedWorkDone();
    const { now, recalls } = it;
    const fence = now.next++;
    const pass = (): void => {
      if (now.done < fence) now.done = fence;
    };
    // Is it refused? Then nobody knows what was passed, until a later one is. Of a device that is gone nobody asks.
    now.last = done.then(pass, () => {});
    for (let recall = recalls.pop(); recall !== undefined; recall = recalls.pop()) recall();
    return fence;
  }

  /** Resolves once the GPU has passed every fence that there is now. */
  async idle(): Promise<void> {
    await this.itself().now.last;
  }

  /**
   * For pools.
   *
   * @throws `DeviceLostError` where the device is known to be lost.
   */
  checkAlive(): void {
    const { loss } = this.itself().now;
    if (loss !== undefined) throw new DeviceLostError(loss);
  }

  /** `hook` runs before the next submit, and what it returns behind that. For rings. */
  beforeSubmit(hook: () => () => void): void {
    checkCallback("hook", hook);
    this.itself().hooks.push(hook);
  }
}

function checkDevice(device: GpuDevice): void {
  const given = device as Partial<GpuDevice> | null | undefined;
  const has = VERBS.every((verb) => typeof given?.[verb] === "function");
  if (!has || typeof given?.queue?.submit !== "function" || typeof given.lost?.then !== "function") {
    throw new InvalidArgumentError(`invalid device: ${show(device)} is no GPUDevice`);
  }
}

/** `queue`, and not a proxy of it, if it is a `FencedQueue`; else throws `InvalidArgumentError`. */
export function rawQueue<D extends GpuDevice>(queue: FencedQueue<D>): FencedQueue<D> {
  const itself = (queue as unknown as Partial<Record<"itself", () => FencedQueue<D>>> | null | undefined)?.itself;
  if (typeof itself !== "function") {
    throw new InvalidArgumentError(
      `invalid queue: ${show(queue)} is no FencedQueue: new FencedQueue(device) makes one`,
    );
  }
  return itself();
}
