import { describe, test } from "vitest";
import { mapped, unless } from "../mapped.ts";
import { sameRecords } from "./twins.ts";

describe.skipIf(mapped.reason !== undefined)(unless(mapped.reason, "phases 2 and 2.1 keep the same records"), () => {
  test.each([1, 2, 3, 4, 5])("after the same 4,000 calls, seed %i", (seed) => sameRecords(seed, 4000));
});
