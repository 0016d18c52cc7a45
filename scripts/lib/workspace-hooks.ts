/**
 * For `node --import`: lets a program that lies anywhere import `@ariax/*` from the workspace's sources, as one in a
 * project that installed the packages would. Each package is resolved as if from inside itself, by its own `exports`.
 */
import { registerHooks } from "node:module";

const PACKAGES = new URL("../../packages/", import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    const name = /^@ariax\/([^/]+)/.exec(specifier)?.[1];
    if (name === undefined) return next(specifier, context);
    return next(specifier, { ...context, parentURL: new URL(`${name}/package.json`, PACKAGES).href });
  },
});
