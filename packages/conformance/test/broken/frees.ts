/** Frees that should be refused, or by another error. */
import { DoubleFreeError, InvalidFreeError, NULL, type Offset } from "@ariax/allocator";
import { ReferenceAllocator } from "../../src/reference.ts";
import { type Broken, broken } from "./broken.ts";

class AcceptsDoubleFree extends ReferenceAllocator {
  override free(offset: Offset): void {
    if (!this.freed.has(offset)) super.free(offset);
  }
}

class AcceptsInterior extends ReferenceAllocator {
  override free(offset: Offset): void {
    const inside = [...this.blocks].find(([start, bytes]) => offset > start && offset < start + bytes);
    super.free(inside?.[0] ?? offset);
  }
}

class AcceptsStrings extends ReferenceAllocator {
  override free(offset: Offset): void {
    super.free(typeof offset === "string" ? Number(offset) : offset);
  }
}

class AcceptsBigints extends ReferenceAllocator {
  override sizeOf(offset: Offset): number {
    return super.sizeOf(typeof offset === "bigint" ? Number(offset) : offset);
  }
}

class Wraps extends ReferenceAllocator {
  override free(offset: Offset): void {
    super.free(offset >>> 0);
  }
}

/** Reckons before it has looked what it was given: a bigint or a symbol is then a TypeError of the language's. */
class Reckons extends ReferenceAllocator {
  override free(offset: Offset): void {
    if (offset - 8 < 0) throw new InvalidFreeError(offset);
    super.free(offset);
  }
}

class NullIsFreed extends ReferenceAllocator {
  override free(offset: Offset): void {
    if (offset !== NULL) super.free(offset);
  }
}

class VagueErrors extends ReferenceAllocator {
  protected override checkFree(offset: Offset): void {
    if (!this.blocks.has(offset)) throw new InvalidFreeError(offset);
  }
}

class RashErrors extends ReferenceAllocator {
  protected override checkFree(offset: Offset): void {
    super.checkFree(offset % 8 === 0 && !this.blocks.has(offset) ? this.doubled(offset) : offset);
  }
  private doubled(offset: Offset): never {
    throw new DoubleFreeError(offset);
  }
}

/** As one that has a list of the latest frees, as some do. */
class ShortMemory extends ReferenceAllocator {
  override free(offset: Offset): void {
    super.free(offset);
    if (this.freed.size > 100) for (const first of this.freed) return void this.freed.delete(first);
  }
}

/** As one whose free blocks are not told apart from other free memory once the next is made. */
class ForgetsSoon extends ReferenceAllocator {
  protected override insert(offset: Offset, bytes: number): void {
    super.insert(offset, bytes);
    this.freed.clear();
  }
}

export const FREES: readonly Broken[] = [
  broken(AcceptsDoubleFree, "a double free is accepted", "contract", "misuse", "model"),
  broken(AcceptsInterior, "a free of an interior pointer is accepted", "contract", "misuse", "model"),
  broken(AcceptsStrings, "a free of a string is accepted", "misuse"),
  broken(AcceptsBigints, "a bigint is taken for an offset", "misuse"),
  broken(Wraps, "offsets wrap at 2³²", "misuse"),
  broken(Reckons, "a free of a bigint throws a TypeError", "misuse"),
  broken(NullIsFreed, "a free of NULL is accepted", "misuse"),
  broken(VagueErrors, "a double free is called an invalid free", "contract", "misuse"),
  broken(RashErrors, "a free inside of a block is called a double free", "misuse"),
  broken(ForgetsSoon, "a double free is called so until the next allocation only", "misuse"),
  broken(ShortMemory, "a double free is called so for the latest 100 only", "misuse"),
];
