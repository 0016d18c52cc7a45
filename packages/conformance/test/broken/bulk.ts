/** `allocateMany` and `freeMany` by code of their own, and what goes wrong there. */
import { DoubleFreeError, InvalidFreeError, type Offset, type Offsets } from "@ariax/allocator";
import { checkCount } from "@ariax/allocator/implement";
import { ReferenceAllocator } from "../../src/reference.ts";
import { type Broken, broken } from "./broken.ts";

class OptimisticMany extends ReferenceAllocator {
  override allocateMany(size: number, out: Offsets): number {
    const made = super.allocateMany(size, out);
    return made < out.length ? made + 1 : made;
  }
}

/** As a call into another language that is given the buffer, and not where in it the array lies. */
class IgnoresByteOffset extends ReferenceAllocator {
  override allocateMany(size: number, out: Offsets): number {
    return super.allocateMany(size, new Int32Array(out.buffer, 0, out.length));
  }
}

class AtMost512 extends ReferenceAllocator {
  override allocateMany(size: number, out: Offsets): number {
    return super.allocateMany(size, out.subarray(0, 512));
  }
}

class OneLargeAtATime extends ReferenceAllocator {
  override allocateMany(size: number, out: Offsets): number {
    return super.allocateMany(size, size > 16_384 ? out.subarray(0, 1) : out);
  }
}

class AnyOut extends ReferenceAllocator {
  override allocateMany(size: number, out: Offsets): number {
    if (!Array.isArray(out)) return super.allocateMany(size, out);
    const words = new Int32Array(out.length);
    const made = super.allocateMany(size, words);
    for (const [i, word] of words.entries()) out[i] = word;
    return made;
  }
}

class AnyList extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    super.freeMany(Int32Array.from(offsets ?? []), count);
  }
}

class HalfFreeMany extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    super.freeMany(offsets, 0);
    for (const offset of offsets.subarray(0, count)) this.free(offset >>> 0);
  }
}

class FreesBackwards extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    const length = checkCount(count, offsets);
    for (let i = length - 1; i >= 0; i--) this.free(offsets[i] >>> 0);
  }
}

/** Checks all, and frees all, of so many, and then of the next. */
function inBatches(of: number): typeof ReferenceAllocator {
  return class extends ReferenceAllocator {
    override freeMany(offsets: Offsets, count?: number): void {
      const length = checkCount(count, offsets);
      for (let i = 0; i < length; i += of) super.freeMany(offsets.subarray(i, Math.min(length, i + of)));
    }
  };
}

class BlindToDuplicates extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    const once = new Set(offsets.subarray(0, count));
    super.freeMany(Int32Array.from(once));
  }
}

class LooksBack16 extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    const list = offsets.subarray(0, checkCount(count, offsets));
    for (const [i, word] of list.entries()) {
      if (list.subarray(Math.max(0, i - 16), i).includes(word)) throw new DoubleFreeError(word >>> 0);
      this.checkFree(word >>> 0);
    }
    for (const word of list) if (this.blocks.has(word >>> 0)) this.free(word >>> 0);
  }
}

class VagueDuplicates extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    const seen = new Set<Offset>();
    const length = checkCount(count, offsets);
    for (const word of offsets.subarray(0, length)) {
      if (seen.has(word)) throw new InvalidFreeError(word >>> 0);
      seen.add(word);
    }
    super.freeMany(offsets, count);
  }
}

class SortsItsList extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    super.freeMany(offsets, count);
    offsets.subarray(0, count).sort();
  }
}

class WipesItsList extends ReferenceAllocator {
  override freeMany(offsets: Offsets, count?: number): void {
    super.freeMany(offsets, count);
    offsets.fill(0, 0, count);
  }
}

export const BULK: readonly Broken[] = [
  broken(OptimisticMany, "allocateMany counts one too many", "contract", "bulk", "failure"),
  broken(IgnoresByteOffset, "allocateMany writes to the start of the buffer", "bulk"),
  broken(AtMost512, "allocateMany makes 512 blocks at most", "bulk"),
  broken(OneLargeAtATime, "allocateMany makes one large block at most", "bulk", "model"),
  broken(AnyOut, "allocateMany writes to a plain array", "bulk"),
  broken(AnyList, "freeMany takes any list", "contract", "bulk"),
  broken(HalfFreeMany, "freeMany frees what comes before a bad offset", "contract", "bulk", "model"),
  broken(FreesBackwards, "freeMany frees what comes behind a bad offset", "contract", "bulk", "model"),
  broken(inBatches(12), "freeMany checks 12 offsets at a time", "bulk"),
  broken(inBatches(64), "freeMany checks 64 offsets at a time", "bulk"),
  broken(BlindToDuplicates, "freeMany accepts an offset twice", "contract", "bulk", "model"),
  broken(LooksBack16, "freeMany finds duplicates within 16 places only", "bulk"),
  broken(VagueDuplicates, "freeMany calls a duplicate an invalid free", "contract", "bulk", "model"),
  broken(SortsItsList, "freeMany sorts its list", "bulk", "model"),
  broken(WipesItsList, "freeMany wipes its list", "contract", "bulk", "model"),
];
