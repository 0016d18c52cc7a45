/** Pools that are wrong on purpose, each in the way of a bug that somebody had. The model tests must fail each of them. */
import { BlockPool, type Words } from "../src/index.ts";

type Options = ConstructorParameters<typeof BlockPool>[0];

/** vllm-project/vllm#42571, Dynamo#13398: the same block twice in one release counts twice. */
class CountsTwice extends BlockPool {
  override release(ids: Words, from = 0, n = ids.length - from): void {
    const once = [...new Set(ids.subarray(from, from + n))];
    super.release(Int32Array.from(once));
  }
}

/** A list with a wrong id is released up to there. */
class ReleasesHalf extends BlockPool {
  override release(ids: Words, from = 0, n = ids.length - from): void {
    for (let i = from + n - 1; i >= from; i--) super.release(ids, i, 1);
  }
}

/** vllm-project/vllm#11562: touch comes before the check. */
class TouchesFirst extends BlockPool {
  override touch(ids: Words, from = 0, n = ids.length - from): void {
    for (let i = from; i < from + n; i++) super.touch(ids, i, 1);
  }
}

/** What does not fit is given in part. */
class AllocatesSome extends BlockPool {
  override tryAllocate(n: number, out: Words, at = 0): boolean {
    if (n <= this.free) return super.tryAllocate(n, out, at);
    super.tryAllocate(Math.min(this.free, out.length - at), out, at);
    return false;
  }
}

/** vllm-project/vllm#48933, #55092: a removal is told though another copy remains. */
class LosesLastCopy extends BlockPool {
  private lost = 0;

  override evict(id: number): boolean {
    const had = super.evict(id);
    this.lost = had && super.dropped === 0 ? 1 : 0;
    return had;
  }

  override get dropped(): number {
    return Math.max(super.dropped, this.lost ?? 0);
  }

  override droppedAt(i: number): number {
    return i < super.dropped || this.lost === 0 ? super.droppedAt(i) : 1;
  }
}

/** vllm-project/vllm#54727: keys are compared by their low 64 bits. */
class Compares64 extends BlockPool {
  override find(key: Words, at = 0): number {
    const found = super.find(key, at);
    const own = new Int32Array(8);
    for (let id = 1; found === 0 && id <= this.blocks; id++) {
      if (this.keyOf(id, own) && own[0] === (key[at]! | 0) && own[1] === (key[at + 1]! | 0)) return id;
    }
    return found;
  }
}

/** A prefix goes on behind what is not there. */
class FindsBehindAGap extends BlockPool {
  override findPrefix(keys: Words, at: number, n: number, out?: Words, outAt = 0): number {
    let found = 0;
    for (let i = 0; i < n; i++) {
      const id = super.find(keys, at + 8 * i);
      if (id === 0) continue;
      if (out !== undefined) out[outAt + found] = id;
      found++;
    }
    return found;
  }
}

/** A prompt's beginning goes before its end. */
class HeadFirst extends BlockPool {
  override release(ids: Words, from = 0, n = ids.length - from): void {
    super.release(Int32Array.from(ids.subarray(from, from + n)).reverse());
  }
}

/** vllm-project/vllm#42656: what holds nothing pushes out what can be found. */
class EvictsBeforeEmpty extends BlockPool {
  override take(): number {
    const key = new Int32Array(8);
    const cached = Array.from({ length: this.blocks }, (_, i) => i + 1).find((id) => this.isCached(id));
    if (cached === undefined || !this.keyOf(cached, key)) return super.take();
    super.evict(cached);
    return super.take();
  }
}

/** A block before it is in use, or after a reset, gets a key (NVIDIA/TensorRT-LLM#17145). */
class RegistersStale extends BlockPool {
  override register(id: number, key: Words, at = 0): boolean {
    return super.register(id, key, at) || this.find(key, at) !== 0 || true;
  }
}

/** SkyRL#1824, NeMo-RL#4018: a reset under load does nothing. */
class ResetsIdleOnly extends BlockPool {
  override reset(): number {
    return this.used > 0 ? this.epoch : super.reset();
  }
}

/** A reset frees what is in use. */
class ResetFrees extends BlockPool {
  override reset(): number {
    const epoch = super.reset();
    for (let id = 1; id <= this.blocks; id++) {
      while (this.refs(id) > 0) super.release(Int32Array.of(id));
    }
    return epoch;
  }
}

/** vllm-project/vllm#27097 asks for a cap. */
class PinsAll extends BlockPool {
  constructor(options: Options) {
    super({ ...options, pinLimit: 1 });
    Object.defineProperty(this, "pinLimit", { value: Math.floor(this.blocks * (options.pinLimit ?? 0.2) + 1e-6) });
  }
}

/** A block comes back from a pin as the one that was used last. */
class UnpinsLast extends BlockPool {
  override unpin(id: number): void {
    super.unpin(id);
    if (!this.isCached(id)) return;
    super.touch(Int32Array.of(id));
    super.release(Int32Array.of(id));
  }
}

/** vllm-project/vllm#47802: priorities are not looked at; and the other way round, their terms. */
class NoPriority extends BlockPool {
  override setPriority(id: number, priority: number, untilStep?: number): void {
    super.setPriority(id, priority, untilStep);
    super.setPriority(id, 0);
  }
}

class NoTerm extends BlockPool {
  override setPriority(id: number, priority: number, untilStep?: number): void {
    super.setPriority(id, priority, untilStep);
    super.setPriority(id, priority);
  }
}

/** Its clock goes on though it was refused. */
class AdvancesFirst extends BlockPool {
  override advance(steps = 1): number {
    if (steps < 0) super.advance(1);
    return super.advance(steps);
  }
}

/** A lookup counts as a use. */
class FindTouches extends BlockPool {
  override find(key: Words, at = 0): number {
    const id = super.find(key, at);
    if (id !== 0 && this.isCached(id)) {
      super.touch(Int32Array.of(id));
      super.release(Int32Array.of(id));
    }
    return id;
  }
}

/** Of several copies the last one is found. */
class FindsNewest extends BlockPool {
  override find(key: Words, at = 0): number {
    const own = new Int32Array(8);
    for (let id = this.blocks; id > 0; id--) {
      if (this.keyOf(id, own) && own.every((word, i) => word === (key[at + i]! | 0))) return id;
    }
    return 0;
  }
}

/** A run is of blocks that hold nothing only. */
class RunsOfEmpty extends BlockPool {
  override allocateRun(n: number): number {
    return this.empty < n ? 0 : super.allocateRun(n);
  }
}

/** What goes on from a snapshot has another step. */
class SnapshotForgets extends BlockPool {
  override snapshot(): Uint8Array {
    const bytes = super.snapshot();
    new Float64Array(bytes.buffer)[8] += 1;
    return bytes;
  }
}

export const MUTANTS: readonly (new (options: Options) => BlockPool)[] = [
  ...[
    CountsTwice,
    ReleasesHalf,
    TouchesFirst,
    AllocatesSome,
    LosesLastCopy,
    Compares64,
    HeadFirst,
    FindsBehindAGap,
    EvictsBeforeEmpty,
  ],
  ...[RegistersStale, ResetsIdleOnly, ResetFrees, PinsAll, UnpinsLast, NoPriority, NoTerm, AdvancesFirst],
  ...[FindTouches, FindsNewest, RunsOfEmpty, SnapshotForgets],
];
