import { describe, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { conformance } from "../src/index.ts";
import { ReferenceAllocator } from "../src/reference.ts";
import { Attachable, Bump, Forgetful, Growing, Keeping } from "./variants.ts";

const runs = times(10, 200);

describe("reference", () => conformance({ test, create: (capacity) => new ReferenceAllocator(capacity), runs }));
describe("bump", () => conformance({ test, create: (capacity) => new Bump(capacity), runs }));
describe("growing", () => conformance({ test: withoutLeaks(test), create: (capacity) => new Growing(capacity), runs }));
describe("attachable", () =>
  conformance({ test: withoutLeaks(test), create: (capacity) => new Attachable(capacity), runs }));

describe("forgetful, which calls some double frees invalid", () => {
  const frees = (name: string, fn: () => void) => /^(contract|misuse|bulk|model): /.test(name) && test(name, fn);
  conformance({ test: frees, create: (capacity) => new Forgetful(capacity), runs: 10 });
});

// Of other seeds, only the tests that draw numbers.
describe.each([1, 2, 3, 4].slice(0, times(1, 4)))("keeping, seed %i", (seed) => {
  const drawn = (name: string, fn: () => void) => {
    if (seed === 1 || /^model: |^leak: churned/.test(name)) test(name, fn);
  };
  conformance({ test: drawn, create: (capacity) => new Keeping(capacity), runs: 10, seed });
});
