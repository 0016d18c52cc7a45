/** The pager beside one that anybody would write, of Maps and arrays: the same blocks, hits, moves, charges and events, call by call. */
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { KvPager } from "../src/pager/kv-pager.ts";
import { model } from "../src/suite/model.ts";
import type { SubjectOptions } from "../src/suite/subject.ts";
import { PlainPager } from "./plain-pager.ts";
import { Twin } from "./twin.ts";

const twin = (options: SubjectOptions) =>
  new Twin(new KvPager({ ...options, policy: "vllm" }), new PlainPager(options));

test("random programs of all verbs: as the plain one does", () => {
  model(twin, 1000, times(4, 60), 100);
});

test("a twin that differs is found", () => {
  const other = (options: SubjectOptions) => new Twin(new KvPager(options), new PlainPager(options, "head first"));
  expect(() => model(other, 1, 5, 60)).toThrow(/table|computed/);
});
