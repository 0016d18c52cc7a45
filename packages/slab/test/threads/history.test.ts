/** Short histories of real threads are such as a heap for one thread could have had: racer.ts makes them, history.ts looks for the order. */
import { once } from "node:events";
import { expect, test } from "vitest";
import { times } from "../../../../scripts/lib/long.ts";
import { SharedSlabAllocator } from "../../src/index.ts";
import { type Call, linearize } from "./history.ts";
import { bundled, said, start, teamOf } from "./team.ts";

test.each([2, 3])("of %i threads", async (threads) => {
  const heap = new SharedSlabAllocator({ capacity: 2 ** 20, lanes: 4 });
  const team = teamOf(heap, threads, times(200, 600), 8);
  const code = await bundled("racer.ts");
  const workers = Array.from({ length: threads }, (_, i) => start(team, code, { thread: i + 1, seed: i + 1 }));
  const ends = workers.map((worker) => once(worker, "exit"));
  const told = (await Promise.all(workers.map(said))) as { history: Call[][]; late: number }[];
  await Promise.all(ends);
  for (let round = 0; round < team.rounds; round++) {
    const calls = told.flatMap(({ history }) => history[round]);
    expect(linearize(calls), `round ${round}: ${JSON.stringify(calls)}`).toBeDefined();
  }
  expect(told.map(({ late }) => late)).toEqual(new Array(threads).fill(0));
});

const call = (begin: number, end: number, freed: number, result: number, size = 0): Call => {
  return { thread: 1, freed, result, size, begin, end };
};

test.each<[string, boolean, Call[]]>([
  ["a block that lives is given out again", false, [call(0, 1, 0, 80, 16), call(2, 3, 0, 80, 16)]],
  ["or a part of it", false, [call(0, 1, 0, 80, 16), call(2, 3, 0, 88, 16)]],
  ["or before it was freed", false, [call(0, 1, 0, 80, 16), call(2, 3, 0, 80, 16), call(4, 5, 80, 1)]],
  ["or while it is freed", true, [call(0, 1, 0, 80, 16), call(2, 4, 0, 80, 16), call(3, 5, 80, 1)]],
  ["two free one block, and both have", false, [call(0, 1, 0, 80, 16), call(2, 4, 80, 1), call(3, 5, 80, 1)]],
  ["or neither", false, [call(0, 1, 0, 80, 16), call(2, 4, 80, 0), call(3, 5, 80, 0)]],
  ["or the one that came later", false, [call(0, 1, 0, 80, 16), call(2, 3, 80, 0), call(4, 5, 80, 1)]],
  ["or either of two at the same time", true, [call(0, 1, 0, 80, 16), call(2, 4, 80, 0), call(3, 5, 80, 1)]],
])("the search: %s", (_, isRight, calls) => expect(linearize(calls) !== undefined).toBe(isRight));
