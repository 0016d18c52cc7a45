/** `resize` and `reallocate`: where recent bugs of allocators sit. */
import { NULL, type Offset } from "@ariax/allocator";
import { ReferenceAllocator } from "../../src/reference.ts";
import { type Broken, broken } from "./broken.ts";

class MovingResize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    if (super.resize(offset, size)) return true;
    const moved = this.tryAllocate(size);
    if (moved !== NULL) this.free(offset);
    return moved !== NULL;
  }
}

class LyingResize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    super.resize(offset, size);
    return true;
  }
}

class ShrinkKeepsSize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    const before = this.sizeOf(offset);
    const done = super.resize(offset, size);
    if (this.sizeOf(offset) < before) {
      this.remove(offset);
      this.insert(offset, before);
    }
    return done;
  }
  override verify(): void {}
}

/** Right until many blocks are live. */
class WrongWhenCrowded extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    return super.resize(offset, this.blocks.size > 300 && size > 1000 ? size - 8 : size);
  }
}

/** A `reallocate` of one's own, which copies some of the contents: `bytes` says how many of those that it should. */
function copying(bytes: (all: number) => number): typeof ReferenceAllocator {
  return class extends ReferenceAllocator {
    override reallocate(offset: Offset, size: number): Offset {
      if (this.resize(offset, size)) return offset;
      const moved = this.allocate(size);
      const all = Math.min(this.sizeOf(offset), size);
      new Uint8Array(this.memory.buffer).copyWithin(moved, offset, offset + bytes(all));
      this.free(offset);
      return moved;
    }
  };
}

class LeakingReallocate extends ReferenceAllocator {
  override reallocate(offset: Offset, size: number): Offset {
    if (this.resize(offset, size)) return offset;
    const moved = this.allocate(size);
    new Uint8Array(this.memory.buffer).copyWithin(moved, offset, offset + this.sizeOf(offset));
    return moved;
  }
}

class FreesBeforeMoving extends ReferenceAllocator {
  override reallocate(offset: Offset, size: number): Offset {
    if (this.resize(offset, size)) return offset;
    const bytes = this.sizeOf(offset);
    this.free(offset);
    const moved = this.allocate(size);
    new Uint8Array(this.memory.buffer).copyWithin(moved, offset, offset + Math.min(bytes, size));
    return moved;
  }
}

const KIB = 1024;

export const MOVES: readonly Broken[] = [
  broken(MovingResize, "resize moves", "contract", "model"),
  broken(LyingResize, "resize says that it did what it did not", "contract", "model"),
  broken(ShrinkKeepsSize, "a shrunk block keeps its size", "model"),
  broken(WrongWhenCrowded, "resize fails with many blocks", "model"),
  broken(
    copying(() => 0),
    "reallocate loses the contents",
    "contract",
    "model",
  ),
  broken(
    copying((all) => all - 1),
    "reallocate loses the last byte",
    "contract",
    "model",
  ),
  broken(
    copying((all) => Math.min(all, 128 * KIB)),
    "reallocate copies 128 KiB at most",
    "contract",
  ),
  broken(
    copying((all) => Math.min(all, 1024 * KIB)),
    "reallocate copies 1 MiB at most",
    "contract",
  ),
  broken(LeakingReallocate, "reallocate does not free the old block", "contract", "model"),
  broken(FreesBeforeMoving, "reallocate without room loses the block", "contract", "failure", "model"),
];
