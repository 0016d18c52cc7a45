/**
 * Lending: a context over shared memory, operated by another thread. Its control block is all that the other one needs: one
 * lends, and lets go; one adopts, works, and lets go; then the first takes it back, and looks what has become of it.
 */
import { CorruptionError, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { checkBoolean, checkCallback, checkInteger, isBuffer, isShared, readOptions } from "@ariax/allocator/implement";
import { PAGE_SIZE } from "@ariax/slab";
import { growable, heapStats, openHeap } from "@ariax/slab/engine";
import { Core, LENT, LIVE, type Settings } from "./core.ts";
import { checkHeap } from "./heap-check.ts";
import { checkName } from "./name.ts";
import { quoted } from "./options.ts";
import { borrowedPlace } from "./place.ts";

/** A context on its way to another thread: send it with `postMessage`. */
export interface ContextLoan {
  readonly buffer: SharedArrayBuffer;
  readonly byteOffset: number;
  readonly name: string;
  readonly quota: number;
  readonly soft: number;
  readonly zero: boolean;
  readonly aside: number;
}

/** Lets go of a context. Throws `InvalidArgumentError` where its memory is not shared, or it has children. */
export function lend(core: Core): ContextLoan {
  core.ready();
  const { buffer } = core.heap;
  const { name, quota, soft, zero, aside } = core;
  if (!isShared(buffer)) throw new InvalidArgumentError(`invalid loan: the memory of ${quoted(name)} is not shared`);
  if (core.children.size > 0) {
    throw new InvalidArgumentError(`invalid loan: ${quoted(name)} has ${core.children.size} children`);
  }
  core.state = LENT;
  core.refresh();
  const { onLeave } = core;
  try {
    onLeave?.(core.context as never);
  } catch (error) {
    if (core.state === LENT) core.state = LIVE;
    core.refresh();
    throw error;
  }
  // Has that ended it, or taken it back?
  if (core.state !== LENT)
    throw new InvalidArgumentError(`invalid loan: ${quoted(name)} was taken back by its onLeave`);
  return { buffer, byteOffset: core.base, name, quota, soft, zero, aside };
}

/**
 * Takes it back. Everything that can be wrong is looked for: then this throws `CorruptionError`, it stays lent, and only `dispose`
 * is left. O(pages).
 */
export function reclaim(core: Core): void {
  if (core.state !== LENT) {
    core.check();
    throw new InvalidArgumentError(`invalid reclaim: ${quoted(core.name)} is not lent`);
  }
  const w = core.current();
  checkHeap(w, core.base, core.pages);
  const used = heapStats(w).live + core.aside;
  if (used > core.quota) {
    throw new CorruptionError(`${quoted(core.name)} came back with ${used} bytes, its quota is ${core.quota}`);
  }
  core.state = LIVE;
  core.charge(used - core.used);
}

const LOAN = ["buffer", "byteOffset", "name", "quota", "soft", "zero", "aside"];

/** A context over one that was lent: a root, to which the same limits apply. Throws `CorruptionError` where no heap is there. */
export function adopt(loan: ContextLoan, callbacks: Pick<Settings, "onPressure" | "onLeave">): Core {
  const { onPressure, onLeave } = readOptions(callbacks, ["onPressure", "onLeave"]);
  checkCallback("onPressure", onPressure);
  checkCallback("onLeave", onLeave);
  const { buffer, byteOffset: base, name, quota, soft, zero = false, aside = 0 } = readOptions(loan, LOAN, "loan");
  if (!isBuffer(buffer) || !isShared(buffer)) throw new InvalidArgumentError("invalid loan: it has no shared buffer");
  checkName(name);
  checkInteger("byteOffset", base, 0, buffer.byteLength);
  if (base % PAGE_SIZE !== 0) throw new InvalidArgumentError(`invalid byteOffset: ${base} is no multiple of 4096`);
  checkInteger("quota", quota, 1, MAX_CAPACITY);
  checkInteger("soft", soft, 0, quota);
  checkBoolean("zero", zero);
  const heap = openHeap(buffer, base);
  const own = heap.words[3 /* H_LIMIT */] * PAGE_SIZE;
  checkInteger("aside", aside, 0, buffer.byteLength - base - own);
  if (aside % PAGE_SIZE !== 0) throw new InvalidArgumentError(`invalid aside: ${aside} is no multiple of 4096`);
  const place = borrowedPlace(growable(buffer), base, own + aside, quota);
  const core = new Core({ name, quota, soft, zero, aside, onPressure, onLeave }, place, undefined, new Map(), heap);
  if (core.used > quota) throw new CorruptionError(`${quoted(name)} has ${core.used} bytes, its quota is ${quota}`);
  core.siblings.set(name, core);
  return core;
}
