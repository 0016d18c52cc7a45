import { type Books, findEach } from "./books.ts";
import type { BlockKeys } from "./keys.ts";

class Block {
  readonly id: number;
  references = 0;
  key: string | undefined = undefined;
  before: Block | undefined = undefined;
  after: Block | undefined = undefined;

  constructor(id: number) {
    this.id = id;
  }
}

/** vLLM's `BlockPool`, `FreeKVCacheBlockQueue` and `KVCacheBlock`: an object a block, linked while it is free. */
export class ObjectBooks implements Books {
  private readonly texts: readonly string[];
  private readonly blocks: readonly Block[];
  private readonly byKey = new Map<string, Block>();
  private readonly head = new Block(0);
  private readonly tail = new Block(0);
  private free = 0;

  constructor(blocks: number, { texts }: BlockKeys) {
    this.texts = texts;
    this.head.after = this.tail;
    this.tail.before = this.head;
    this.blocks = Array.from({ length: blocks + 1 }, (_, id) => new Block(id));
    for (let id = 1; id <= blocks; id++) this.link(this.blocks[id]!, this.tail);
  }

  allocate(n: number, ids: Int32Array, at: number): void {
    if (n > this.free) throw new Error(`${n} blocks where ${this.free} are free`);
    for (let i = 0; i < n; i++) {
      const block = this.head.after!;
      this.remove(block);
      if (block.key !== undefined) {
        this.byKey.delete(block.key);
        block.key = undefined;
      }
      block.references = 1;
      ids[at + i] = block.id;
    }
  }

  touch(ids: Int32Array, n: number): void {
    for (let i = 0; i < n; i++) {
      const block = this.blocks[ids[i]!]!;
      if (block.references++ === 0) this.remove(block);
    }
  }

  release(ids: Int32Array, n: number): void {
    for (let i = n - 1; i >= 0; i--) {
      const block = this.blocks[ids[i]!]!;
      if (--block.references > 0) continue;
      // What holds nothing goes first, as since vllm-project/vllm#42656.
      this.link(block, block.key === undefined ? this.head.after! : this.tail);
    }
  }

  register(id: number, key: number): void {
    const block = this.blocks[id]!;
    block.key = this.texts[key]!;
    this.byKey.set(block.key, block);
  }

  find(key: number): number {
    return this.byKey.get(this.texts[key]!)?.id ?? 0;
  }

  findPrefix(first: number, n: number, ids: Int32Array): number {
    return findEach(this, first, n, ids);
  }

  /** Before another, which is free too, or the end. */
  private link(block: Block, after: Block): void {
    const before = after.before!;
    before.after = block;
    block.before = before;
    block.after = after;
    after.before = block;
    this.free++;
  }

  private remove(block: Block): void {
    block.before!.after = block.after;
    block.after!.before = block.before;
    block.before = block.after = undefined;
    this.free--;
  }
}
