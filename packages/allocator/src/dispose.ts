/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What `using` calls, whether or not the host has `Symbol.dispose`.
 *
 * Without it, compilers lower `using` to calls of `Symbol.for("Symbol.dispose")` (esbuild, Babel, SWC), or ask for a polyfill
 * (TypeScript), which may come before this module is loaded, or after. So a class has its method under `DISPOSE`, and its
 * constructor calls `disposable`, which adds the symbol that came later. A method with a name does the same everywhere.
 */

/** `Symbol.dispose`, or what stands for it where the host has none. */
export const DISPOSE: typeof Symbol.dispose =
  Symbol.dispose ?? /* @__PURE__ */ (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/** Lets `using` find the method of `object` also where a polyfill came after this module. O(1). */
export function disposable(object: Disposable): void {
  const symbol = Symbol.dispose;
  if (symbol === undefined || symbol in object) return;
  const value = function (this: Disposable): void {
    this[DISPOSE]();
  };
  Object.defineProperty(object, symbol, { value, configurable: true, writable: true });
}
