/** Stats that are not so. */
import { type AllocatorStats, NULL, type Offset } from "@ariax/allocator";
import { makeStats } from "@ariax/allocator/implement";
import { ReferenceAllocator } from "../../src/reference.ts";
import { type Broken, broken } from "./broken.ts";

class DriftingStats extends ReferenceAllocator {
  protected override remove(offset: Offset): void {
    const bytes = this.blocks.get(offset)!;
    super.remove(offset);
    if (bytes === 40) this.live += 8;
  }
}

class CountsFailures extends ReferenceAllocator {
  #failed = 0;
  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset === NULL) this.#failed++;
    return offset;
  }
  override stats(): AllocatorStats {
    const stats = super.stats();
    return { ...stats, overhead: stats.overhead + this.#failed, committed: stats.committed + this.#failed };
  }
}

class ResetKeepsStats extends ReferenceAllocator {
  override reset(): void {
    const { live } = this;
    super.reset();
    this.live = live ?? 0;
  }
}

class ResetForgetsPeak extends ReferenceAllocator {
  override reset(): void {
    super.reset();
    this.peak = 0;
  }
}

class PeakFalls extends ReferenceAllocator {
  override stats(): AllocatorStats {
    const stats = super.stats();
    return { ...stats, peakReserved: stats.reserved };
  }
}

/** A page that is on its way from one list to another, and counted in neither. */
class PageShort extends ReferenceAllocator {
  override stats(): AllocatorStats {
    const { classes, fragmentation, ...fields } = super.stats();
    const short = fields.free > 8192 && fields.blocks > 7 ? 4096 : 0;
    const free = fields.free - short;
    return makeStats({ ...fields, free, largestFree: Math.min(fields.largestFree, free) });
  }
}

class StaleLargest extends ReferenceAllocator {
  #before = 0;
  override resize(offset: Offset, size: number): boolean {
    this.#before = super.stats().largestFree;
    return super.resize(offset, size);
  }
  override stats(): AllocatorStats {
    const { classes, fragmentation, ...fields } = super.stats();
    const stale = this.#before <= fields.free ? this.#before : 0;
    return makeStats({ ...fields, largestFree: Math.max(stale, fields.largestFree) });
  }
}

export const STATS: readonly Broken[] = [
  broken(DriftingStats, "stats drift", "contract", "model"),
  broken(CountsFailures, "failed calls leave traces in the stats", "failure"),
  broken(ResetKeepsStats, "reset forgets the stats", "contract"),
  broken(ResetForgetsPeak, "reset forgets the peak", "contract", "stats", "model"),
  broken(PeakFalls, "the peak falls with what is reserved", "contract", "stats", "model"),
  broken(PageShort, "a page is neither reserved nor free", "contract", "stats", "model"),
  broken(StaleLargest, "largestFree is that from before the last resize", "stats"),
];
