/**
 * What a sequence's keys depend on beside its tokens: salt, adapter, media. They are in the buffer, as JSON behind the sequence's tokens, where there are
 * such; the context that the maker of keys has read of them is made again by each thread that needs it.
 */
import type { KeyContext, KeyOptions } from "../keys/keys.ts";
import type { Core } from "./core.ts";
import { noteAt } from "./sequences.ts";
import { fromUtf8, toUtf8 } from "./utf8.ts";

/** What is kept of a sequence's options: nothing, where all keys depend on is tokens. */
export function noteOf({ salt, adapter, media }: KeyContext): Uint8Array {
  if (salt === undefined && adapter === undefined && media.length === 0) return new Uint8Array(0);
  return toUtf8(JSON.stringify({ salt, adapter, media }));
}

/** The context of a sequence's keys. O(1), but for the first time in a thread. */
export function contextOf(core: Core, slot: number): KeyContext {
  const { columns, contexts, sequences } = core;
  if (columns.note[slot] === 0) return core.plain;
  const handle = sequences.handleAt(slot);
  const known = contexts.get(handle);
  if (known !== undefined) return known;
  const context = readNote(core, slot);
  contexts.set(handle, context);
  return context;
}

/** Throws whatever is wrong with a note. */
function readNote(core: Core, slot: number): KeyContext {
  const bytes = new Uint8Array(core.buffer, 4 * noteAt(core, slot), core.columns.note[slot]).slice();
  return core.keys.context(JSON.parse(fromUtf8(bytes)) as KeyOptions);
}

/** Is there a note that keys can be made with, or none? What another thread has read of it is not asked. */
export function isNote(core: Core, slot: number): boolean {
  if (core.columns.note[slot] === 0) return true;
  try {
    readNote(core, slot);
    return true;
  } catch {
    return false;
  }
}
