/** Where blocks lie, what is in them, and when there is none. */
import { NULL, type Offset } from "@ariax/allocator";
import { checkAlignment } from "@ariax/allocator/implement";
import { ReferenceAllocator } from "../../src/reference.ts";
import { type Broken, broken } from "./broken.ts";

class Overlapping extends ReferenceAllocator {
  protected override cut(i: number, start: number, end: number): void {
    super.cut(i, start, end - start > 64 ? end - 8 : end);
  }
  override verify(): void {}
}

class Short extends ReferenceAllocator {
  protected override round(size: number): number {
    return Math.max(8, size - (size % 8));
  }
}

class OffByOne extends ReferenceAllocator {
  protected override get end(): number {
    return super.end + 8;
  }
}

class Misaligned extends ReferenceAllocator {
  override tryAllocate(size: number, alignment: number = 8): Offset {
    return super.tryAllocate(size, Math.min(checkAlignment(alignment, this.traits.maxAlignment), 32));
  }
}

class Scribbles extends ReferenceAllocator {
  override free(offset: Offset): void {
    super.free(offset);
    new Uint8Array(this.memory.buffer)[offset - 1] ^= 0xff;
  }
}

class ThrowsWhenFull extends ReferenceAllocator {
  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset === NULL) throw new RangeError("full");
    return offset;
  }
}

export const BLOCKS: readonly Broken[] = [
  broken(Overlapping, "blocks overlap", "contract", "model"),
  broken(Short, "blocks are shorter than asked for", "contract", "model"),
  broken(OffByOne, "the last block ends beyond the memory", "contract", "leak"),
  broken(Misaligned, "alignments above 32 are ignored", "contract", "traits"),
  broken(Scribbles, "free writes to its neighbour", "contract", "model"),
  broken(ThrowsWhenFull, "tryAllocate throws when there is no room", "contract", "failure"),
];
