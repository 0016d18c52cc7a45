import { AllocatorError } from "@ariax/allocator";

/** A token appended to a sequence whose tokens before it have no slots yet. Nothing changed; `allocateSlots` comes first. Code `ERR_NO_SLOTS`. */
export class SlotsMissingError extends AllocatorError {
  override readonly name: string = "SlotsMissingError";

  constructor(scheduled: number, length: number) {
    super("ERR_NO_SLOTS", `no slots: ${scheduled} of the sequence's ${length} tokens have them`);
  }
}
