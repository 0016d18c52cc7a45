/** Options of a heap with lanes: those that a program gives, and those that stand for a heap that is there already. */
import { InvalidArgumentError } from "@ariax/allocator";
import { readOptions } from "@ariax/allocator/implement";
import type { Heap } from "../heap.ts";
import type { SharedOptions } from "./heap.ts";
import { checkTicket, drawTicket } from "./state.ts";

/** What a thread says of itself when it attaches. */
export interface AttachOptions {
  /** Its name, which another thread drew before it started: `heap.ticket()`. */
  readonly ticket: number;
  /** Where the heap begins, in bytes. Default 0. */
  readonly byteOffset?: number | undefined;
  /** Called with how many double frees were found late, when blocks are collected: by threads that knew nothing of each other. Where it throws, that error leaves the call, and no block is lost. */
  readonly onLateDoubleFree?: ((count: number) => void) | undefined;
}

/** As SharedOptions; and what is told. */
export interface SharedSlabOptions extends SharedOptions {
  /** See `AttachOptions`. */
  readonly onLateDoubleFree?: ((count: number) => void) | undefined;
}

/** A heap that was opened, for a thread. */
interface Opened {
  readonly heap: Heap;
  readonly ticket: number;
  readonly options: SharedSlabOptions;
}

/** What `attach` opened, by the options that it passes on: known by identity, so that nothing that a user makes is taken for one. */
const openedBy: WeakMap<object, Opened> = /* @__PURE__ */ new WeakMap();

/** The heap that options stand for, if they do. */
export function openedWith(options: object): Opened | undefined {
  return openedBy.get(options);
}

/**
 * The options of `attach`, and `more`, read once. A ticket that is there, but `undefined`, is that of a message without one: the
 * thread would get a ticket that nobody else knows, and never be reclaimed.
 *
 * @throws `InvalidArgumentError` for a wrong option.
 */
export function readAttach<T extends Partial<AttachOptions>>(options: T, more: readonly string[] = []): T {
  const read = readOptions(options, ["ticket", "byteOffset", "onLateDoubleFree", ...more]);
  if (read.ticket === undefined && "ticket" in options) {
    throw new InvalidArgumentError("ticket is undefined: post heap.ticket() to the thread, or leave it out");
  }
  return read;
}

/** A heap that exists, as the options of a `SharedSlabAllocator` over it: for the thread of a ticket, or of one that is drawn now. */
export function laneOptions(
  heap: Heap,
  ticket: number | undefined,
  onLateDoubleFree: ((count: number) => void) | undefined,
): SharedSlabOptions {
  const w = heap.words;
  const options = { onLateDoubleFree };
  openedBy.set(options, { heap, ticket: ticket === undefined ? drawTicket(w) : checkTicket(w, ticket), options });
  return options;
}
