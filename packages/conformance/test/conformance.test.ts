import { describe, test } from "vitest";
import { conformance } from "../src/index.ts";
import { ReferenceAllocator } from "../src/reference.ts";
import { Attachable, Bump, Growing } from "./variants.ts";

describe("reference", () => conformance({ test, create: (capacity) => new ReferenceAllocator(capacity) }));
describe("bump", () => conformance({ test, create: (capacity) => new Bump(capacity) }));
describe("growing", () => conformance({ test, create: (capacity) => new Growing(capacity), runs: 30 }));
describe("attachable", () => conformance({ test, create: (capacity) => new Attachable(capacity), runs: 10 }));
