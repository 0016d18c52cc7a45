/** What a context is asked to be, checked. */
import { InvalidArgumentError, MAX_CAPACITY, QuotaExceededError } from "@ariax/allocator";
import { checkBoolean, checkCallback, checkInteger } from "@ariax/allocator/implement";
import { MIN_CAPACITY, PAGE_SIZE } from "@ariax/slab";
import type { Settings } from "./core.ts";
import { checkName } from "./name.ts";
import type { SeparateMemory } from "./place.ts";

/** Of a context whose facade is `C`. */
export interface OptionsOf<C> {
  /** 1 to 64 bytes of UTF-8 without control characters; not that of a context beside it. */
  readonly name: string;
  /** The most bytes that its blocks and children may have, 1 to 4 GiB − 64 KiB. All of it counts in its parent's quota. */
  readonly quota: number;
  /**
   * Bytes of the run that it lies in, control block and slack included, rounded up to pages: at least the quota, and 64 KiB.
   * Default: `reserveFor(quota)`, or less: of what is free in the parent, the share that this quota has of the parent's.
   */
  readonly reserve?: number | undefined;
  /** Bytes, 0 to the quota, above which `onPressure` is called. Default: the quota, whatever it becomes. */
  readonly soft?: number | undefined;
  /**
   * Called before a call that would take `used` above `soft`, with the bytes it is about to add; once for each time that the
   * limit is crossed. It may free, dispose, and set limits; the call goes on with what is true then.
   */
  readonly onPressure?: ((context: C, size: number) => void) | undefined;
  /**
   * Bytes at the end of the run, rounded up to pages, that are not the heap's: for a structure of yours that lives as long as the
   * context. They count in the quota. Where they are: `context.aside`. Default 0.
   */
  readonly aside?: number | undefined;
  /** Called once the context is over, by whatever call, or lent: for who keeps views of its memory. What it throws comes out of that call. */
  readonly onLeave?: ((context: C) => void) | undefined;
  /** No byte of it is seen by another context, nor of another by it. Default: what its parent has; below one, always. */
  readonly zero?: boolean | undefined;
  /** Memory of its own: a new buffer, or what a function returns that is told the bytes. */
  readonly memory?: "separate" | ((bytes: number) => SeparateMemory) | undefined;
  /** That new buffer, or the one of a root without a parent, is a `SharedArrayBuffer`. */
  readonly shared?: boolean | undefined;
}

/** Options that were checked. */
export interface Wanted extends Settings {
  /** Bytes to reserve, whole pages, if that is said. */
  readonly reserve: number | undefined;
  readonly memory: OptionsOf<never>["memory"];
  readonly shared: boolean;
}

/** What of the parent decides. */
export interface Above {
  readonly kind: "context" | "allocator" | "nothing";
  readonly name: string;
  readonly quota: number;
  readonly zero: boolean;
}

/** The names of its options. */
export const OPTIONS: readonly (keyof OptionsOf<never>)[] = [
  ...(["name", "quota", "reserve", "soft", "onPressure", "onLeave", "zero", "aside", "memory", "shared"] as const),
];

/** `options` as they were read, checked. */
export function checkWanted(options: OptionsOf<never>, above: Above): Wanted {
  const { soft, zero = above.zero, memory, shared = false, onPressure, onLeave } = options;
  const name = checkName(options.name);
  const quota = checkInteger("quota", options.quota, 1, MAX_CAPACITY);
  if (quota > above.quota) {
    throw new InvalidArgumentError(`invalid quota: ${quota} is more than the ${above.quota} of ${quoted(above.name)}`);
  }
  const aside = options.aside === undefined ? 0 : pagesOf(checkInteger("aside", options.aside, 0, MAX_CAPACITY));
  if (aside > quota) throw new QuotaExceededError(name, aside, 0, quota);
  const reserve = options.reserve === undefined ? undefined : wholePages(options.reserve, quota, aside);
  if (soft !== undefined) checkInteger("soft", soft, 0, quota);
  checkCallback("onPressure", onPressure);
  checkCallback("onLeave", onLeave);
  if (!checkBoolean("zero", zero) && above.zero)
    throw new InvalidArgumentError(`invalid zero: its parent ${quoted(above.name)} has zero: true`);
  checkMemory(memory, checkBoolean("shared", shared), above);
  return { name, quota, reserve, soft, zero, memory, shared, aside, onPressure, onLeave };
}

function wholePages(reserve: number, quota: number, aside: number): number {
  return pagesOf(checkInteger("reserve", reserve, Math.max(MIN_CAPACITY + aside, quota), MAX_CAPACITY));
}

/** Bytes rounded up to whole pages. */
const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE + 0;

function checkMemory(memory: Wanted["memory"], shared: boolean, { kind }: Above): void {
  if (memory !== undefined && memory !== "separate" && typeof memory !== "function") {
    throw new InvalidArgumentError('invalid memory: it is neither "separate" nor a function');
  }
  if (memory !== undefined && kind === "allocator") {
    throw new InvalidArgumentError("invalid memory: the parent is an allocator, whose memory it is");
  }
  const isNew = memory === "separate" || (memory === undefined && kind === "nothing");
  if (shared && !isNew) throw new InvalidArgumentError("invalid shared: no new buffer is made");
}

/** A name as messages show it. */
export function quoted(name: string): string {
  return JSON.stringify(name);
}
