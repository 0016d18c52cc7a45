/**
 * The prefix cache: how much of a sequence that waits is computed already. A hit is consecutive blocks from the first on; with a sliding
 * window, consecutive blocks that fill the window before the first token to compute: those before them nobody reads any more.
 */
import type { Core } from "./core.ts";
import { blocksFor, fullBlocks, KEY_WORDS, keysAt } from "./sequences.ts";

const key: Int32Array = /* @__PURE__ */ new Int32Array(KEY_WORDS);

/** Can a block of the device be found? */
export function hasKey({ pool }: Core, id: number): boolean {
  return pool.keyOf(id, key, 0);
}

/** Blocks that can be hits at most: one token is always left to compute, as an engine needs its output. */
export function mostHits({ columns, blockTokens }: Core, slot: number): number {
  return Math.min(columns.hashed[slot], fullBlocks(Math.max(columns.length[slot] - 1, 0), blockTokens));
}

/** Blocks that a window needs to be there before its first token. */
export function windowBlocks({ layout, blockTokens }: Core): number {
  return blocksFor(layout.window - 1, blockTokens);
}

/**
 * How many blocks of a sequence are cached on the device. `write`: their ids are written to its table, and that is all that changes; those
 * out of the window stay 0. O(blocks).
 */
export function findHits(core: Core, slot: number, write: boolean): number {
  if (core.layout.window > 0) return findWindow(core, slot, write);
  const { pool, words, columns } = core;
  const most = mostHits(core, slot);
  const at = columns.at[slot];
  return pool.findPrefix(words, keysAt(core, slot), most, write ? words : undefined, at);
}

/** From the right, as vLLM does: the last place where enough blocks stand side by side. */
function findWindow(core: Core, slot: number, write: boolean): number {
  const { pool, words, columns } = core;
  const at = columns.at[slot];
  const keys = keysAt(core, slot);
  const needed = windowBlocks(core);
  let run = 0;
  for (let i = mostHits(core, slot) - 1; i >= 0; i--) {
    const id = pool.find(words, keys + KEY_WORDS * i);
    if (id === 0) {
      if (write) words.fill(0, at + i + 1, at + i + 1 + run);
      run = 0;
    } else {
      if (write) words[at + i] = id;
      if (++run === needed) return i + run;
    }
  }
  return run;
}
