import type { Offset } from "@ariax/allocator";

/**
 * A moment of an arena, from `arena.checkpoint()`. `arena.rewind(checkpoint)` goes back to it, as often as wanted; so
 * does the end of the scope of `using scratch = arena.checkpoint()`. It is void once the arena has been below it.
 */
export class Checkpoint implements Disposable {
  readonly #rewind: (checkpoint: Checkpoint) => void;
  /** Where the next block would have begun. */
  readonly offset: Offset;
  /** The offset of the last block then, 0 for none. */
  readonly last: Offset;
  /** How many checkpoints below it were in force. */
  readonly depth: number;

  constructor(rewind: (checkpoint: Checkpoint) => void, offset: Offset, last: Offset, depth: number) {
    this.#rewind = rewind;
    this.offset = offset;
    this.last = last;
    this.depth = depth;
  }

  [Symbol.dispose](): void {
    this.#rewind(this);
  }
}
