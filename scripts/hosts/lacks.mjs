/** Takes something away from the host, before a program is loaded: `node --import ./lacks.mjs`, and its name in `LACKS`. */
const lacks = {
  /** The program defines it, after its imports have been run. */
  "Symbol.dispose at first": () => lacks["Symbol.dispose"](),
  /** `Symbol.dispose` can't be deleted where the engine has it: so another function stands for `Symbol`. */
  "Symbol.dispose": () => {
    const real = Symbol;
    const stand = (description) => real(description);
    for (const name of Reflect.ownKeys(real)) {
      if (name === "dispose" || name === "asyncDispose" || name === "length") continue;
      Object.defineProperty(stand, name, Object.getOwnPropertyDescriptor(real, name));
    }
    globalThis.Symbol = stand;
  },
  SharedArrayBuffer: () => {
    delete globalThis.SharedArrayBuffer;
  },
  /** Assigning `error.name` fails then. */
  "a writable Error.prototype": () => {
    for (const type of [Error, RangeError, TypeError]) Object.freeze(type.prototype);
  },
};

lacks[process.env.LACKS]();
