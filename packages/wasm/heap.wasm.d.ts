/** The module, compiled, where the bundler or the runtime makes one of an import: for the option `module`. */
declare const module: object;
export default module;
