import { AllocatorError, PoolExhaustedError } from "@ariax/allocator";

/** One pin more than the pool's share of pinned blocks. Nothing changed; unpinning another block helps. */
export class PinLimitError extends AllocatorError {
  override readonly name: string = "PinLimitError";

  /** Pins: one was asked for. */
  readonly requested: number = 1;
  /** Blocks that may be pinned still: none. */
  readonly free: number;
  readonly largestFree: number;

  constructor(pinned: number, limit: number, blocks: number) {
    super("ERR_PIN_LIMIT", `pin limit: ${pinned} of ${blocks} blocks are pinned, and ${limit} may be`);
    this.free = this.largestFree = Math.max(0, limit - pinned);
  }
}

/** More blocks asked for than are free. Nothing changed; releasing some helps. A `PoolExhaustedError`. */
export class BlocksExhaustedError extends PoolExhaustedError {
  /** All that there are, free or not. */
  readonly blocks: number;

  constructor(asked: number, free: number, blocks: number) {
    super(blocks, 0, "pool", `${asked} blocks were asked for, and ${free} of ${blocks} are free`, asked, free);
    this.blocks = blocks;
  }
}
