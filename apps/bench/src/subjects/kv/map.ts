import { type Books, findEach } from "./books.ts";
import type { BlockKeys } from "./keys.ts";

/** Empty blocks are a stack; of cached ones a Set has the order in which it was filled: its first is who was let go first. */
export class MapBooks implements Books {
  private readonly texts: readonly string[];
  private readonly references: number[];
  private readonly keys: (string | undefined)[];
  private readonly byKey = new Map<string, number>();
  private readonly empty: number[] = [];
  private readonly cached = new Set<number>();

  constructor(blocks: number, { texts }: BlockKeys) {
    this.texts = texts;
    this.references = new Array(blocks + 1).fill(0);
    this.keys = new Array(blocks + 1).fill(undefined);
    for (let id = blocks; id > 0; id--) this.empty.push(id);
  }

  allocate(n: number, ids: Int32Array, at: number): void {
    const free = this.empty.length + this.cached.size;
    if (n > free) throw new Error(`${n} blocks where ${free} are free`);
    for (let i = 0; i < n; i++) {
      const id = this.empty.pop() ?? this.evict();
      this.references[id] = 1;
      ids[at + i] = id;
    }
  }

  touch(ids: Int32Array, n: number): void {
    for (let i = 0; i < n; i++) {
      const id = ids[i]!;
      if (this.references[id]!++ === 0) this.cached.delete(id);
    }
  }

  release(ids: Int32Array, n: number): void {
    for (let i = n - 1; i >= 0; i--) {
      const id = ids[i]!;
      if (--this.references[id]! > 0) continue;
      if (this.keys[id] === undefined) this.empty.push(id);
      else this.cached.add(id);
    }
  }

  register(id: number, key: number): void {
    const text = this.texts[key]!;
    this.keys[id] = text;
    this.byKey.set(text, id);
  }

  find(key: number): number {
    return this.byKey.get(this.texts[key]!) ?? 0;
  }

  findPrefix(first: number, n: number, ids: Int32Array): number {
    return findEach(this, first, n, ids);
  }

  private evict(): number {
    const id: number = this.cached.values().next().value!;
    this.cached.delete(id);
    this.byKey.delete(this.keys[id]!);
    this.keys[id] = undefined;
    return id;
  }
}
