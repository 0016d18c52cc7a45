import test from "node:test";
import { conformance } from "../src/index.ts";
import { ReferenceAllocator } from "../src/reference.ts";

conformance({ test, create: (capacity) => new ReferenceAllocator(capacity), runs: 10 });
