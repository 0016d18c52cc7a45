/**
 * The errors, in the words of the whole family: a stable `code`, one line with the numbers in it, and the brand by which
 * `AllocatorError` of `@ariax/allocator` knows its instances. Made here, as this package stands on nothing.
 */
const BRAND = /* @__PURE__ */ Symbol.for("@ariax/allocator.error");

/** Throws `error`, with its name and code. They are defined, not assigned: that fails where `Error.prototype` is frozen. */
export function fail(error: Error, name: string, code: string): never {
  throw Object.defineProperties(error, {
    name: { value: name },
    code: { value: code, enumerable: true },
    [BRAND]: { value: true },
  });
}

/** A wrong argument is also a `RangeError` or a `TypeError`. */
export function refuse(Kind: ErrorConstructor, what: string): never {
  fail(new Kind(`invalid ${what}`), "InvalidArgumentError", "ERR_INVALID_ARGUMENT");
}

/** What the words of a set are where their buffer was transferred, or shrunk: none, and all that is read undefined. */
export function gone(): never {
  fail(
    new Error("detached: the words are gone, their buffer was transferred or shrunk"),
    "DetachedError",
    "ERR_DETACHED",
  );
}

/** What is found where a word is empty: −1, if it is there. */
export function nothing(word: number): -1 {
  if (word === undefined) gone();
  return -1;
}

/** Throws unless the words of a set are there. */
export function checkThere(words: Int32Array): void {
  if (words.length === 0) gone();
}

/** Throws unless `value` is a whole number from `least` to `most`. Hot paths compare first, and come here to fail. */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    const none = most < least ? ": there is none" : ""; // of a set of no bits
    refuse(RangeError, `${name}: ${show(value)} is not a whole number from ${least} to ${most}${none}`);
  }
}

/** Apart, as V8 inlines by size. */
export function checkIndex(i: number, length: number): void {
  checkInteger("index", i, 0, length - 1);
}

/** A value in one line, in the words of `@ariax/allocator`: strings quoted. An object is not asked what it is. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function" || (typeof value === "object" && value !== null)) return "an object";
  return String(value).replace(/\s+/g, " ");
}
