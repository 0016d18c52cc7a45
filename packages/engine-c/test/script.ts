/**
 * Calls that one engine has performed, written down for another, which performs them in a driver; then results and bytes are
 * compared.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A difference, told by the call after which it shows. */
interface Expected {
  readonly after: number;
  readonly what: string;
  readonly words: Uint32Array;
}

export class Script {
  calls = 0;
  readonly #words: number[];
  readonly #expected: Expected[] = [];

  /** `start`: what the driver reads first. */
  constructor(start: readonly number[]) {
    this.#words = [...start];
  }

  /** A call by its number and its name, and what came of it, if it is asked for. */
  add(number: number, name: string, args: readonly number[], result?: readonly number[] | Uint32Array): void {
    this.calls++;
    this.#words.push(number, ...args);
    if (result !== undefined) {
      this.#expected.push({ after: this.calls, what: `${name}(${args.slice(0, 4)})`, words: Uint32Array.from(result) });
    }
  }

  /** Runs a driver; what differed first, or `undefined`; and what the C engine said of each mutation. */
  run(driver: string): { difference: string | undefined; faults: number[] } {
    const [script, results] = ["script", "results"].map((name) => join(dirname(driver), name));
    writeFileSync(script, Uint32Array.from(this.#words));
    execFileSync(driver, [script, results], { encoding: "utf8", stdio: "pipe" });
    const bytes = readFileSync(results);
    const got = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const faults: number[] = [];
    let at = 0;
    for (const { after, what, words } of this.#expected) {
      const is = got.subarray(at, at + words.length);
      at += words.length;
      if (Buffer.compare(view(is), view(words)) !== 0) {
        const i = words.findIndex((word, k) => word !== is[k]);
        return { difference: `call ${after}, ${what}: word ${i} is ${is[i]}, not ${words[i]}`, faults };
      }
      if (what.startsWith("mutate")) faults.push(got[at++]);
    }
    return { difference: at === got.length ? undefined : `${got.length - at} words too many`, faults };
  }
}

const view = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** What `fn` returns; `otherwise` where it throws an allocator's error. */
export function attempt<T>(fn: () => T, otherwise: T | ((code: string) => T)): T {
  try {
    return fn();
  } catch (error) {
    const { code } = error as { code?: string };
    if (!code?.startsWith("ERR_")) throw error;
    return typeof otherwise === "function" ? (otherwise as (code: string) => T)(code) : otherwise;
  }
}
