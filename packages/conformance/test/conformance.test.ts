import { describe, test } from "vitest";
import { conformance } from "../src/index.ts";
import { ReferenceAllocator } from "../src/reference.ts";
import { Attachable, Bump, Forgetful, Growing, Keeping } from "./variants.ts";

describe("reference", () => conformance({ test, create: (capacity) => new ReferenceAllocator(capacity) }));
describe("bump", () => conformance({ test, create: (capacity) => new Bump(capacity) }));
describe("growing", () => conformance({ test, create: (capacity) => new Growing(capacity), runs: 30 }));
describe("attachable", () => conformance({ test, create: (capacity) => new Attachable(capacity), runs: 10 }));

describe("forgetful, which calls some double frees invalid", () => {
  const frees = (name: string, fn: () => void) => /^(contract|misuse|bulk|model): /.test(name) && test(name, fn);
  conformance({ test: frees, create: (capacity) => new Forgetful(capacity), runs: 10 });
});

// Of other seeds, only the tests that draw numbers.
describe.each([1, 2, 3, 4])("keeping, seed %i", (seed) => {
  const drawn = (name: string, fn: () => void) => {
    if (seed === 1 || /^model: |^leak: churned/.test(name)) test(name, fn);
  };
  conformance({ test: drawn, create: (capacity) => new Keeping(capacity), runs: 10, seed });
});
