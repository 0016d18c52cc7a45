/** Every order of a few threads' steps, with up to so many preemptions. */
import { describe, expect, test } from "vitest";
import { times } from "../../../../scripts/lib/long.ts";
import { Explorer } from "./explore.ts";
import { SCENARIOS } from "./scenarios.ts";
import { stepped } from "./stepped.ts";
import { explored } from "./world.ts";

const BOUND = times(2, 3);
const explorer = new Explorer(times(20_000, 10_000_000));
const load = await stepped(explorer);
let orders = 0;

describe(`every order of steps, with up to ${BOUND} preemptions`, () => {
  for (const scenario of SCENARIOS) {
    test(scenario.name, () => {
      const found = explored(scenario, explorer, load, BOUND);
      expect(found.failure).toBeUndefined();
      orders += found.runs;
    });
  }

  test("that is tens of thousands of orders", () => expect(orders).toBeGreaterThan(30_000));
});
