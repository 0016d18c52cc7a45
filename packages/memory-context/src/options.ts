/** What a context is asked to be, checked. */
import {
  checkCallback,
  checkInteger,
  checkKnown,
  InvalidArgumentError,
  MAX_CAPACITY,
  QuotaExceededError,
} from "@ariax/allocator";
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
   * Default: `reserveFor(quota)`, or, of what the parent has beyond its own quota, the share that this quota has of that.
   */
  readonly reserve?: number;
  /** Bytes, 0 to the quota, above which `onPressure` is called. Default: the quota, whatever it becomes. */
  readonly soft?: number;
  /**
   * Called before a call that would take `used` above `soft`, with the bytes it is about to add; once for each time that the
   * limit is crossed. It may free, dispose, and set limits; the call goes on with what is true then.
   */
  readonly onPressure?: (context: C, size: number) => void;
  /**
   * Bytes at the end of the run, rounded up to pages, that are not the heap's: for a structure of yours that lives as long as the
   * context. They count in the quota. Where they are: `context.aside`. Default 0.
   */
  readonly aside?: number;
  /** Called once the context is over, by whatever call, or lent: for who keeps views of its memory. What it throws comes out of that call. */
  readonly onLeave?: (context: C) => void;
  /** No byte of it is seen by another context, nor of another by it. Default: what its parent has; below one, always. */
  readonly zero?: boolean;
  /** Memory of its own: a new buffer, or what a function returns that is told the bytes. */
  readonly memory?: "separate" | ((bytes: number) => SeparateMemory);
  /** That new buffer, or the one of a root without a parent, is a `SharedArrayBuffer`. */
  readonly shared?: boolean;
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

const OPTIONS = [...["name", "quota", "reserve", "soft", "onPressure", "onLeave", "zero", "aside", "memory", "shared"]];

export function readOptions<C>(options: OptionsOf<C>, above: Above): Wanted {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError("invalid options: a name and a quota are needed");
  }
  checkKnown(options, OPTIONS);
  const { soft, memory, onPressure } = options;
  const name = checkName(options.name);
  const quota = checkInteger("quota", options.quota, 1, MAX_CAPACITY);
  if (quota > above.quota) {
    throw new InvalidArgumentError(`invalid quota: ${quota} is more than the ${above.quota} of ${quoted(above.name)}`);
  }
  const aside = pagesOf(checkInteger("aside", options.aside ?? 0, 0, MAX_CAPACITY));
  if (aside > quota) throw new QuotaExceededError(name, aside, 0, quota);
  const reserve = options.reserve === undefined ? undefined : wholePages(options.reserve, quota, aside);
  if (soft !== undefined) checkInteger("soft", soft, 0, quota);
  checkCallback("onPressure", onPressure);
  checkCallback("onLeave", options.onLeave);
  const zero = flag("zero", options.zero, above.zero);
  if (above.zero && !zero) throw new InvalidArgumentError(`invalid zero: ${quoted(above.name)}, its parent, zeroes`);
  const shared = flag("shared", options.shared, false);
  checkMemory(memory, shared, above);
  return { name, quota, reserve, soft, zero, memory, shared, aside };
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

function flag(name: string, value: boolean | undefined, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== "boolean") throw new InvalidArgumentError(`invalid ${name}: it is neither true nor false`);
  return value;
}

/** A name as messages show it. */
export function quoted(name: string): string {
  return JSON.stringify(name);
}
