import { conformance } from "@ariax/conformance";
import { test } from "vitest";
import { SlabAllocator } from "../src/index.ts";

conformance({ test, create: (capacity) => new SlabAllocator({ capacity }) });
