import { AllocatorError, PoolExhaustedError } from "@ariax/allocator";

/** One pin more than the pool's share of pinned blocks. Nothing changed; unpinning another block helps. */
export class PinLimitError extends AllocatorError {
  override readonly name: string = "PinLimitError";

  constructor(pinned: number, limit: number, blocks: number) {
    super("ERR_PIN_LIMIT", `pin limit: ${pinned} of ${blocks} blocks are pinned, and ${limit} may be`);
  }
}

/** More blocks asked for than are free. Nothing changed; releasing some helps. A `PoolExhaustedError`. */
export class BlocksExhaustedError extends PoolExhaustedError {
  constructor(asked: number, free: number, blocks: number) {
    super(blocks, 0, "pool", `${asked} blocks were asked for, and ${free} of ${blocks} are free`);
  }
}
