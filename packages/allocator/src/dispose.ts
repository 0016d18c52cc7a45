/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What `using` calls, whether or not the host has `Symbol.dispose`.
 *
 * Without it, compilers lower `using` to calls of `Symbol.for("Symbol.dispose")` (esbuild, Babel, SWC), or ask for a polyfill
 * (TypeScript), which may come before this module is loaded, or after. So no class names the symbol: its constructor calls
 * `disposable`, which takes the one that is there by then. A method with a name, `dispose`, does the same everywhere.
 */

/** What `using` calls, and the same with a name. */
export interface Named extends Disposable {
  dispose(): void;
}

/** What the host has, or compilers take for it. */
export function disposeSymbol(): typeof Symbol.dispose {
  return Symbol.dispose ?? Symbol.for("Symbol.dispose");
}

/**
 * Lets `using` find `dispose`, or what it is to do instead, in all objects of a class once it was called for one. O(1). The class
 * declares what it gets: `declare readonly [Symbol.dispose]: () => void`.
 */
export function disposable<T extends Named>(object: T, end: (object: T) => void = (named) => named.dispose()): void {
  const symbol = disposeSymbol();
  if (symbol in object) return;
  let owner: object = object;
  while (!Object.hasOwn(owner, "dispose")) owner = Object.getPrototypeOf(owner);
  const value = function (this: T): void {
    end(this);
  };
  const property = { value, configurable: true, writable: true };
  // Is the class frozen? Then each of its objects has its own.
  if (!Reflect.defineProperty(owner, symbol, property)) Object.defineProperty(object, symbol, property);
}
