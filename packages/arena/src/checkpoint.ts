import type { Offset } from "@ariax/allocator";
import { disposable } from "@ariax/allocator/implement";

/** What a checkpoint is one of: an arena. */
export interface Rewindable {
  rewind(checkpoint: Checkpoint): void;
}

/**
 * A moment of an arena, from `arena.checkpoint()`. `arena.rewind(checkpoint)` goes back to it, as often as wanted; so
 * do `checkpoint.dispose()` and the end of the scope of `using scratch = arena.checkpoint()`. It is void once the arena has
 * been below it.
 */
export class Checkpoint implements Disposable {
  declare readonly [Symbol.dispose]: () => void;
  declare private readonly arena: Rewindable;
  /** Where the next block would have begun. */
  declare readonly offset: Offset;
  /** The offset of the last block then, 0 for none. */
  declare readonly last: Offset;
  /** How many checkpoints below it were in force. */
  declare readonly depth: number;
  /** What it is known by: seen through a proxy it is another object, and this is the same symbol. */
  declare readonly moment: symbol;

  constructor(arena: Rewindable, offset: Offset, last: Offset, depth: number) {
    disposable(this);
    this.arena = arena;
    this.offset = offset;
    this.last = last;
    this.depth = depth;
    this.moment = Symbol();
  }

  /** Rewinds the arena, and throws as `rewind` does. */
  dispose(): void {
    this.arena.rewind(this);
  }
}
