/**
 * What makes a heap of one thread one of many today: a lock around each call. Both kinds are as good as they can be, so that what is compared
 * is having a lock, not a slow one.
 *
 *     spin    tests, then sets: Rust's and zig's in WASM           burns its time slice while another thread has it
 *     wait    a futex of three states: 0 free, 1 held, 2 held and wanted (U. Drepper, "Futexes Are Tricky", 2011, mutex2)
 *             as emscripten's and wasi-libc's malloc               may not be taken by a browser's main thread
 */
import type { Target } from "../target.ts";

export interface Lock {
  lock(): void;
  unlock(): void;
}

export class SpinLock implements Lock {
  declare private readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  lock(): void {
    const { words } = this;
    while (Atomics.compareExchange(words, 0, 0, 1) !== 0) while (Atomics.load(words, 0) !== 0);
  }

  unlock(): void {
    Atomics.store(this.words, 0, 0);
  }
}

export class WaitLock implements Lock {
  declare private readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  lock(): void {
    const { words } = this;
    let state = Atomics.compareExchange(words, 0, 0, 1);
    if (state === 0) return;
    if (state !== 2) state = Atomics.exchange(words, 0, 2);
    while (state !== 0) {
      Atomics.wait(words, 0, 2);
      state = Atomics.exchange(words, 0, 2);
    }
  }

  unlock(): void {
    const { words } = this;
    if (Atomics.sub(words, 0, 1) === 1) return;
    Atomics.store(words, 0, 0);
    Atomics.notify(words, 0, 1);
  }
}

/** A heap of one thread, each call of which takes a lock. */
export class Locked implements Target<number> {
  declare private readonly heap: Target<number>;
  declare private readonly by: Lock;

  constructor(heap: Target<number>, by: Lock) {
    this.heap = heap;
    this.by = by;
  }

  allocate(size: number): number {
    this.by.lock();
    try {
      return this.heap.allocate(size);
    } finally {
      this.by.unlock();
    }
  }

  free(offset: number): void {
    this.by.lock();
    try {
      this.heap.free(offset);
    } finally {
      this.by.unlock();
    }
  }

  reallocate(offset: number, size: number): number {
    this.by.lock();
    try {
      return this.heap.reallocate(offset, size);
    } finally {
      this.by.unlock();
    }
  }
}
