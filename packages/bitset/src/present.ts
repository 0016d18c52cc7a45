/**
 * What a set says of itself where it is printed, and where it is sent to another thread. As `present` of `@ariax/allocator` has it, which
 * says why it is done so; made here, as this package stands on nothing.
 */
import { fail } from "./errors.ts";
import type { Bits } from "./layout.ts";

type Set = Bits & { readonly count: number };

/** By set, its class's name: a proxy has none. */
const names: WeakMap<object, string> = /* @__PURE__ */ new WeakMap();

const property: PropertyDescriptor = {
  configurable: true,
  enumerable: true,
  get(this: object): undefined {
    const name = names.get(this);
    if (name === undefined) return;
    const what = `unsupported: a set can't be cloned or sent to another thread: post set.words, and call ${name}.over(words, 0, length) there`;
    fail(new Error(what), "UnsupportedError", "ERR_UNSUPPORTED");
  },
};

const KEYS = ["nodejs.util.inspect.custom", "Deno.customInspect"];

/** For the constructor of a set's class, before all else in it. O(1). */
export function present(set: Set, name: string): void {
  Object.defineProperty(set, "can't be cloned", property);
  names.set(set, name);
  if ("toJSON" in set) return;
  const value = function (this: Set): string {
    try {
      return `${name} { ${this.length} bits, ${this.count} set }`;
    } catch (error) {
      return `${name} { ${(error as Error).message} }`;
    }
  };
  let root: object = Object.getPrototypeOf(set);
  while (Object.getPrototypeOf(root) !== Object.prototype) root = Object.getPrototypeOf(root);
  for (const key of ["toJSON", ...KEYS.map((key) => Symbol.for(key))]) {
    Reflect.defineProperty(root, key, { value, configurable: true, writable: true });
  }
}
