import { conformance } from "@ariax/conformance";
import { test } from "vitest";
import { Arena } from "../src/index.ts";

conformance({ test, create: (capacity) => new Arena({ capacity }) });
