/** Contexts with one thing wrong, for the model to find: would a test fail, if that were broken? */
import type { Offset, TypedArrayConstructor, ViewOf } from "@ariax/allocator";
import type { Core } from "../src/core.ts";
import { type ContextOptions, MemoryContext } from "../src/index.ts";

/** A context's inside. */
const inside = (context: MemoryContext): Core => (context as unknown as { core: Core }).core;

export const BROKEN: Record<string, typeof MemoryContext> = {
  "the quota is charged per page, not per block": class extends MemoryContext {
    override tryAllocate(size: number, alignment?: number): Offset {
      const p = super.tryAllocate(size, alignment);
      if (p !== 0) inside(this).charge((4096 - (this.sizeOf(p) % 4096)) % 4096);
      return p;
    }
  },
  "a large block is not charged": class extends MemoryContext {
    override tryAllocate(size: number, alignment?: number): Offset {
      const p = super.tryAllocate(size, alignment);
      if (p !== 0 && size > 16_384) inside(this).charge(-this.sizeOf(p));
      return p;
    }
  },
  "free gives back too little": class extends MemoryContext {
    override free(offset: Offset): void {
      const { used } = this;
      super.free(offset);
      if (used - this.used > 5000) inside(this).charge(8);
    }
  },
  "freeMany forgets one": class extends MemoryContext {
    override freeMany(offsets: Int32Array, count = offsets.length): void {
      let room = 0;
      try {
        room = count > 2 ? this.sizeOf(offsets[2] >>> 0) : 0;
      } catch {}
      super.freeMany(offsets, count);
      inside(this).charge(room);
    }
  },
  "resize is not charged": class extends MemoryContext {
    override resize(offset: Offset, size: number): boolean {
      const before = this.used;
      const done = super.resize(offset, size);
      inside(this).charge(before - this.used);
      return done;
    }
  },
  "a move is charged for both blocks": class extends MemoryContext {
    override reallocate(offset: Offset, size: number): Offset {
      const room = this.sizeOf(offset);
      const to = super.reallocate(offset, size);
      if (to !== offset) inside(this).charge(room);
      return to;
    }
  },
  "reallocate goes above the quota": class extends MemoryContext {
    override reallocate(offset: Offset, size: number): Offset {
      const core = inside(this);
      const { quota } = core;
      core.quota = quota + 65_536;
      core.refresh();
      try {
        return super.reallocate(offset, size);
      } finally {
        core.quota = quota;
        core.refresh();
      }
    }
  },
  "allocateMany goes above the quota": class extends MemoryContext {
    override allocateMany(size: number, out: Int32Array): number {
      const core = inside(this);
      core.quota += 4096;
      core.refresh();
      const made = super.allocateMany(size, out);
      core.quota -= 4096;
      core.refresh();
      return made;
    }
  },
  "a foreign offset is accepted": class extends MemoryContext {
    override free(offset: Offset): void {
      for (const child of this.children) {
        const core = inside(child);
        if (!core.place.separate && offset >= core.base && offset < core.base + core.place.bytes)
          return void child.free(offset);
      }
      super.free(offset);
    }
  },
  "a foreign block is read": class extends MemoryContext {
    override view<T>(offset: Offset, type: TypedArrayConstructor<T>, length?: number): ViewOf<T, ArrayBufferLike> {
      try {
        return super.view(offset, type, length);
      } catch (error) {
        if ((error as { code?: string }).code !== "ERR_FOREIGN_BLOCK") throw error;
        return new type(this.memory.buffer, offset, length ?? 1) as ViewOf<T, ArrayBufferLike>;
      }
    }
  },
  "a reference of another context is taken": class extends MemoryContext {
    override check(ref: ReturnType<MemoryContext["ref"]>): Offset {
      try {
        return super.check(ref);
      } catch (error) {
        if ((error as { code?: string }).code !== "ERR_FOREIGN_BLOCK") throw error;
        return (ref % 2 ** 29) * 8;
      }
    }
  },
  "dispose forgets a child": class extends MemoryContext {
    override dispose(): void {
      const [child] = this.children;
      super.dispose();
      if (child !== undefined) {
        inside(child).state = 0;
        inside(child).refresh();
      }
    }
  },
  "dispose does not give the quota back": class extends MemoryContext {
    override dispose(): void {
      const { parent } = this;
      super.dispose();
      if (parent !== undefined) inside(parent).charge(16);
    }
  },
  "dispose keeps the memory": class extends MemoryContext {
    override dispose(): void {
      const { parent } = this;
      const core = inside(this);
      if (parent !== undefined && !core.place.separate) core.place = { ...core.place, giveBack: () => {} };
      super.dispose();
    }
  },
  "transfer frees first": class extends MemoryContext {
    override transfer(offset: Offset, to: MemoryContext, bytes?: number): Offset {
      if (to === this) return offset;
      const room = bytes ?? this.sizeOf(offset);
      const copy = this.view(offset, Uint8Array, room).slice();
      this.free(offset);
      const moved = to.allocate(room);
      to.view(moved, Uint8Array, room).set(copy);
      return moved;
    }
  },
  "transfer copies one byte less": class extends MemoryContext {
    override transfer(offset: Offset, to: MemoryContext, bytes?: number): Offset {
      const room = this.sizeOf(offset);
      const moved = super.transfer(offset, to, bytes);
      if (to !== this) to.store("u8", moved, room - 1, to.load("u8", moved, room - 1) ^ 1);
      return moved;
    }
  },
  "transfer leaves the block": class extends MemoryContext {
    override transfer(offset: Offset, to: MemoryContext): Offset {
      if (to === this) return offset;
      const room = this.sizeOf(offset);
      const moved = to.allocate(room);
      to.view(moved, Uint8Array, room).set(this.view(offset, Uint8Array));
      return moved;
    }
  },
  "a child's quota is not charged to its parent": class extends MemoryContext {
    constructor(parent: ConstructorParameters<typeof MemoryContext>[0], options: ContextOptions) {
      super(parent, options);
      if (this.parent !== undefined) {
        inside(this.parent).granted -= this.quota;
        inside(this.parent).charge(-this.quota);
      }
    }
  },
  "a larger quota is not charged to the parent": class extends MemoryContext {
    override get quota(): number {
      return super.quota;
    }
    override set quota(bytes: number) {
      const parent = inside(this).parent;
      const before = parent?.used ?? 0;
      super.quota = bytes;
      if (parent !== undefined) parent.charge(before - parent.used);
    }
  },
  "the quota can be below what is used": class extends MemoryContext {
    override get quota(): number {
      return super.quota;
    }
    override set quota(bytes: number) {
      super.quota = Math.max(bytes, this.used);
    }
  },
  "reset ends children": class extends MemoryContext {
    override reset(): void {
      for (const child of this.children) child.dispose();
      super.reset();
    }
  },
  "reset forgets what is charged": class extends MemoryContext {
    override reset(): void {
      const { used } = this;
      super.reset();
      inside(this).charge(used - this.used);
    }
  },
  "restore forgets what is charged": class extends MemoryContext {
    override restore(snapshot: Uint8Array): void {
      const { used } = this;
      super.restore(snapshot);
      inside(this).charge(used - this.used);
    }
  },
  "restore takes a damaged snapshot": class extends MemoryContext {
    override restore(snapshot: Uint8Array): void {
      try {
        super.restore(snapshot);
      } catch (error) {
        if ((error as { code?: string }).code !== "ERR_CORRUPTED") throw error;
      }
    }
  },
  "a snapshot misses a page": class extends MemoryContext {
    override restore(snapshot: Uint8Array): void {
      super.restore(snapshot);
      for (let page = 0; page < inside(this).pages; page++) {
        const p = inside(this).base + 4096 * page;
        try {
          this.fill(p, 0);
        } catch {}
      }
    }
  },
  "reclaim does not count again": class extends MemoryContext {
    override reclaim(): void {
      const { used } = inside(this);
      super.reclaim();
      inside(this).charge(used - inside(this).used);
    }
  },
  "the peak is forgotten": class extends MemoryContext {
    override free(offset: Offset): void {
      super.free(offset);
      inside(this).peak = 0;
    }
  },
};
