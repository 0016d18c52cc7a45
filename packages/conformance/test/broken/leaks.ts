/**
 * Memory that is lost. The slow ones lose 8 bytes, the least there is, and hardly more than once in a churn of the suite's;
 * none is to be seen in the stats, as a real one is not.
 */

import type { Offset, Offsets } from "@ariax/allocator";
import { isOutOfMemory } from "../../src/fail.ts";
import { ReferenceAllocator } from "../../src/reference.ts";
import { type Broken, broken } from "./broken.ts";

class Leaking extends ReferenceAllocator {
  protected override release(start: number, end: number): void {
    if (end - start < 1000) super.release(start, end);
  }
  override verify(): void {}
}

class NeverCoalescing extends ReferenceAllocator {
  protected override release(start: number, end: number): void {
    const i = this.gaps.findIndex((gap) => gap.start > start);
    this.gaps.splice(i < 0 ? this.gaps.length : i, 0, { start, end });
  }
  override verify(): void {}
}

/** Loses some of what a verb gives back: `lose` says whether these bytes, the nth that this verb gives. */
function losing(verb: "resize" | "freeMany" | "free", lose: (bytes: number, n: number) => boolean) {
  return class extends ReferenceAllocator {
    #verb = "";
    #n = 0;
    override resize(offset: Offset, size: number): boolean {
      return this.#during("resize", () => super.resize(offset, size));
    }
    override free(offset: Offset): void {
      this.#during(this.#verb || "free", () => super.free(offset));
    }
    override freeMany(offsets: Offsets, count?: number): void {
      this.#during("freeMany", () => super.freeMany(offsets, count));
    }
    protected override release(start: number, end: number): void {
      const lost = this.#verb === verb && lose(end - start, ++this.#n);
      if (!lost) super.release(start, end);
      else if (end - start > 8) super.release(start + 8, end);
    }
    override verify(): void {}

    #during<T>(name: string, call: () => T): T {
      const before = this.#verb;
      this.#verb = name;
      try {
        return call();
      } finally {
        this.#verb = before;
      }
    }
  };
}

/** What had to be moved, and could not, costs some gap 8 bytes every so often. */
class LeakingFailure extends ReferenceAllocator {
  #failures = 0;
  override reallocate(offset: Offset, size: number): Offset {
    try {
      return super.reallocate(offset, size);
    } catch (error) {
      const gap = this.gaps.find(({ start, end }) => end - start > 8);
      if (isOutOfMemory(error) && gap !== undefined && ++this.#failures % 50 === 0) gap.start += 8;
      throw error;
    }
  }
  override verify(): void {}
}

class ResetLoses extends ReferenceAllocator {
  private lost?: number; // not yet there when the constructor resets
  override reset(): void {
    super.reset();
    this.lost = this.lost === undefined ? 0 : this.lost + 8;
    this.gaps[0].start += this.lost;
  }
  override verify(): void {}
}

export const LEAKS: readonly Broken[] = [
  broken(Leaking, "large blocks are not reused", "traits", "leak"),
  broken(NeverCoalescing, "free neighbours stay apart", "leak"),
  broken(
    losing("resize", () => true),
    "what shrinking frees is lost in part",
    "leak",
  ),
  broken(
    losing("resize", (bytes) => bytes === 8),
    "a rest of 8 bytes is lost in shrinking",
    "leak",
  ),
  broken(
    losing("resize", (_, n) => n % 100 === 0),
    "8 bytes are lost in one of 100 shrinkings",
    "leak",
  ),
  broken(
    losing("free", (_, n) => n % 1000 === 0),
    "8 bytes are lost in one of 1,000 frees",
    "leak",
  ),
  broken(
    losing("freeMany", (_, n) => n % 200 === 0),
    "8 bytes are lost in one of 200 frees by freeMany",
    "leak",
  ),
  broken(LeakingFailure, "8 bytes are lost in one of 50 moves that fail", "leak"),
  broken(ResetLoses, "8 bytes are lost in each reset", "leak"),
];
