import { conformance } from "@ariax/conformance";
import { test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { Arena } from "../src/index.ts";

conformance({ test, runs: times(20, 300), create: (capacity) => new Arena({ capacity }) });
