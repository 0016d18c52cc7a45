import { test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { KvPager } from "../src/pager/kv-pager.ts";
import { pagerConformance } from "../src/suite/index.ts";

pagerConformance({ test, create: (options) => new KvPager(options), vllmOrder: true, runs: times(12, 80) });
