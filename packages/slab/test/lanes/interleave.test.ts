/** Every order of a few threads' steps, with up to so many preemptions. */
import { describe, expect, test } from "vitest";
import { Explorer } from "./explore.ts";
import { SCENARIOS } from "./scenarios.ts";
import { stepped } from "./stepped.ts";
import { explored } from "./world.ts";

/** Three are many minutes: `ARIAX_PREEMPTIONS=3`. */
const BOUND = Number(process.env.ARIAX_PREEMPTIONS ?? 2);
const explorer = new Explorer(BOUND > 2 ? 10_000_000 : 20_000);
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
