import type { Offset } from "@ariax/allocator";
import type { Arena } from "./arena.ts";

/**
 * A moment of an arena, from `arena.checkpoint()`. `arena.rewind(checkpoint)` goes back to it, as often as wanted; so
 * does the end of the scope of `using scratch = arena.checkpoint()`. It is void once the arena has been below it.
 */
export class Checkpoint implements Disposable {
  readonly #arena: Arena;
  /** Where the next block would have begun. */
  readonly offset: Offset;
  /** The offset of the last block then, 0 for none. */
  readonly last: Offset;
  /** How many checkpoints below it were in force. */
  readonly depth: number;

  constructor(arena: Arena, offset: Offset, last: Offset, depth: number) {
    this.#arena = arena;
    this.offset = offset;
    this.last = last;
    this.depth = depth;
  }

  [Symbol.dispose](): void {
    this.#arena.rewind(this);
  }
}
