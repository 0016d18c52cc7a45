/** Traits that are claimed and not true, and growth. */
import { NULL, type Offset, type Offsets, type Traits } from "@ariax/allocator";
import { checkOffsets } from "@ariax/allocator/implement";
import { ReferenceAllocator } from "../../src/reference.ts";
import { Attachable, Bump, Growing } from "../variants.ts";
import { type Broken, broken } from "./broken.ts";

class ClaimsShared extends ReferenceAllocator {
  override get traits(): Traits {
    return { ...super.traits, shared: true };
  }
}

class ClaimsReuse extends Bump {
  override get traits(): Traits {
    return { ...super.traits, reuse: true };
  }
}

class ClaimsResize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    return size <= this.sizeOf(offset) && super.resize(offset, size);
  }
}

class ClaimsAttach extends ReferenceAllocator {
  override get traits(): Traits {
    return { ...super.traits, attachable: true };
  }
}

class AttachesLess extends Attachable {
  static override attach(buffer: ArrayBufferLike): Attachable {
    const heap = super.attach(buffer);
    heap.free(8);
    return heap;
  }
}

class ClaimsGrowth extends ReferenceAllocator {
  override get traits(): Traits {
    return { ...super.traits, grows: true };
  }
}

class ForgetfulGrowth extends Growing {
  protected override moved(bytes: number): ArrayBuffer {
    return new ArrayBuffer(bytes);
  }
}

class GrowsInVain extends Growing {
  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset === NULL && this.end < this.capacity) this.grow(this.capacity);
    return offset;
  }
}

/** Writes on where the list was before the memory grew. */
class WritesStaleList extends Growing {
  override allocateMany(size: number, out: Offsets): number {
    checkOffsets(out);
    for (const i of Array.from(out.keys())) {
      const offset = this.tryAllocate(size);
      if (offset === NULL) return i;
      out[i] = offset;
    }
    return out.length;
  }
}

/** As a wrapper that looks at the list after the call, and not at where it is now. */
class CountsStaleList extends Growing {
  override allocateMany(size: number, out: Offsets): number {
    return Math.min(super.allocateMany(size, out), out.length);
  }
}

export const CLAIMS: readonly Broken[] = [
  broken(ClaimsShared, "claims to be shared", "traits"),
  broken(ClaimsReuse, "claims to reuse", "traits", "leak"),
  broken(ClaimsResize, "claims to resize", "traits"),
  broken(ClaimsAttach, "claims to be attachable", "traits"),
  broken(AttachesLess, "attaching loses a block", "traits"),
  broken(ClaimsGrowth, "claims to grow", "growth"),
  broken(ForgetfulGrowth, "growth loses the contents", "growth"),
  broken(WritesStaleList, "allocateMany into its own memory loses offsets when that grows", "growth"),
  broken(CountsStaleList, "a wrapper of allocateMany counts the offsets of a list that has moved", "growth"),
  broken(GrowsInVain, "grows for a block that does not fit anyway", "growth"),
];
