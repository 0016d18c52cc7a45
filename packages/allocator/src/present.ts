/**
 * What an object of ours says of itself: one line where it is printed, and what to send instead where it is sent to another thread.
 *
 * A structured clone reads an object's own enumerable properties in order, and leaves its methods behind. So the first property of such an
 * object is one that throws, in words and with a code, where a useless copy would arrive. Of a proxy it is undefined: libraries that walk
 * through objects, as Vue's deep watchers do, walk through proxies.
 */
import type { Allocator } from "./allocator.ts";
import { UnsupportedError } from "./errors.ts";
import type { AllocatorStats } from "./stats.ts";

/** What an object says. */
export interface Words<T> {
  readonly name: (object: T) => string;
  /** The parts of its line. It may throw: the error's message is the part then. */
  readonly parts: (object: T) => readonly string[];
  /** `a heap`: what can't be sent. */
  readonly what: string;
  /** What to do instead. */
  readonly send: string;
}

/** By object, of which a proxy has none, and by prototype, for proxies. */
const wordsOf: WeakMap<object, Words<never>> = /* @__PURE__ */ new WeakMap();
const wordsBelow: WeakMap<object, Words<never>> = /* @__PURE__ */ new WeakMap();

/** The property that a clone reads first. */
const FIRST = "can't be cloned";
const property: PropertyDescriptor = {
  configurable: true,
  enumerable: true,
  get(this: object): undefined {
    const words = wordsOf.get(this);
    if (words !== undefined) {
      throw new UnsupportedError(`${words.what} can't be cloned or sent to another thread: ${words.send}`);
    }
  },
};

/** What is called for the line: by Node and Bun, by Deno, and by whatever makes JSON, as loggers do. */
const KEYS = [
  /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom"),
  /* @__PURE__ */ Symbol.for("Deno.customInspect"),
  "toJSON",
];

/** For the constructor of a class whose objects live long, before all else in it. A subclass may say other words. O(1). */
export function present<T extends object>(object: T, words: Words<T>): void {
  if (!wordsOf.has(object)) Object.defineProperty(object, FIRST, property);
  wordsOf.set(object, words);
  const own = Object.getPrototypeOf(object) as object;
  wordsBelow.set(own, words);
  if (KEYS[0] in object) return;
  let root: object = object;
  for (let next = root; next !== null && next !== Object.prototype; next = Object.getPrototypeOf(next)) root = next;
  const value = function (this: T): string {
    const said = wordsOf.get(this) ?? wordsBelow.get(Object.getPrototypeOf(this) as object);
    return lineOf(this, (said as Words<T> | undefined) ?? words);
  };
  // Where the class is frozen it is printed as any object is.
  for (const key of KEYS) Reflect.defineProperty(root, key, { value, configurable: true, writable: true });
}

/** `slab { 1 MiB, 5 blocks, 80 B live, 972 KiB free }` */
function lineOf<T>(object: T, { name, parts }: Words<T>): string {
  let said: string;
  try {
    said = parts(object).join(", ");
  } catch (error) {
    said = (error as Error).message;
  }
  return `${name(object)} { ${said} }`;
}

/** The line of whatever it is, if it is ours. */
export function presented(value: object): string | undefined {
  const words = wordsOf.get(value);
  return words && lineOf(value as never, words);
}

/** What an allocator says. */
export function allocatorWords(what: string, send: string): Words<Allocator> {
  return { name: (it) => it.traits.name, parts: (it) => statsParts(it.stats()), what, send };
}

/** What to do instead of sending an object whose state is in one buffer, in which `attach` goes on. */
export function postBuffer(buffer: string, attach: string): string {
  return `post ${buffer}, in the transfer list unless it is shared, and call ${attach} there`;
}

/** An allocator's stats, in short. */
export function statsParts({ committed, blocks, live, free }: AllocatorStats): string[] {
  return [bytes(committed), counted(blocks, "block"), `${bytes(live)} live`, `${bytes(free)} free`];
}

/** `1 MiB`, `1.43 MiB`, `80 B` */
export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${+value.toPrecision(value < 1000 ? 3 : 4)} ${UNITS[unit]}`;
}
const UNITS = ["B", "KiB", "MiB", "GiB"];

/** `1 block`, `10,000 blocks` */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}
