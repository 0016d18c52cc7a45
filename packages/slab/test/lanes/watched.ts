/**
 * A call of the engine, watched: every load and store of a word of the control block is counted, and what each store changes is kept.
 * The engine's own code runs, over a Proxy of its view; its `Atomics` are replaced meanwhile by such as take the view out of the Proxy.
 *
 * A thread that is killed before its access k leaves the words as accesses 1 to k − 1 have made them, and nothing else. So *killed at
 * every access* is: once for every store that changed a word, from the words as they were then on. Nothing is thrown to stop a call: that would run
 * its `finally`, which a thread that is killed does not.
 */

import { Heap } from "../../src/heap.ts";
import type { SharedSlabAllocator } from "../../src/index.ts";

/** What a store changed. */
export interface Change {
  readonly at: number;
  readonly value: number;
}

/** What a call did. */
export interface Watched {
  /** Loads and stores of words, each atomic instruction counted once. */
  readonly accesses: number;
  /** In order. */
  readonly changes: readonly Change[];
}

/** Runs a call over the words of a heap; `heap` has a view of them already, where it is not made by the call. */
export function watched(words: Int32Array, heap: SharedSlabAllocator | undefined, call: () => void): Watched {
  const changes: Change[] = [];
  let accesses = 0;
  const stored = (at: number, value: number) => {
    accesses++;
    if (words[at] === (value | 0)) return;
    changes.push({ at, value: value | 0 });
    words[at] = value;
  };
  const fill = (value: number, from: number, to: number) => {
    for (let at = from; at < to; at++) stored(at, value);
  };
  const proxy: Int32Array = new Proxy(words, {
    get: (target, key) => {
      if (typeof key === "string" && isIndex(key)) {
        accesses++;
        return target[Number(key)];
      }
      return key === "fill" ? fill : Reflect.get(target, key, target);
    },
    set: (_, key, value) => {
      if (typeof key !== "string" || !isIndex(key)) throw new Error(`not a word: ${String(key)}`);
      stored(Number(key), value);
      return true;
    },
  });
  const undo = [
    replace(Heap.prototype, "words", { get: () => proxy }),
    ...ATOMICS.map((name) => {
      const real = Atomics[name] as (view: Int32Array, at: number, ...rest: number[]) => number;
      return replace(Atomics, name, {
        value: (view: Int32Array, at: number, ...rest: number[]) => {
          if (view !== proxy) return real(view, at, ...rest);
          const before = words[at];
          const result = real(words, at, ...rest);
          accesses++;
          if (words[at] !== before) changes.push({ at, value: words[at] });
          return result;
        },
      });
    }),
  ];
  const hidden = heap as unknown as { view: Int32Array } | undefined;
  if (hidden !== undefined && hidden.view.length !== 0) hidden.view = proxy;
  try {
    call();
  } finally {
    for (const back of undo) back();
    if (hidden?.view === proxy) hidden.view = words;
  }
  return { accesses, changes };
}

const ATOMICS = ["load", "store", "exchange", "compareExchange", "or", "add"] as const;

function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57;
}

/** Another property in place of one; what is returned puts it back. */
function replace(object: object, name: string, other: PropertyDescriptor): () => void {
  const was = Object.getOwnPropertyDescriptor(object, name);
  if (was === undefined) throw new Error(`no property ${name}`);
  Object.defineProperty(object, name, { ...other, configurable: true });
  return () => Object.defineProperty(object, name, was);
}
