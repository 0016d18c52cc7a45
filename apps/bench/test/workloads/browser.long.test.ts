/** The scenario in a real browser, as far as one is here. */
import { describe, expect, test } from "vitest";
import { findChromium } from "../../../../scripts/lib/chromium.ts";
import { ARMS, programOf } from "../../src/subjects/programs/subjects.ts";
import { observe } from "../../src/workloads/browser/observe.ts";
import { FRAMES_AT_ONCE } from "../../src/workloads/browser/result.ts";
import { scenarioOf } from "../../src/workloads/scenarios/scenarios.ts";
import { unless } from "../mapped.ts";

const SCALE = 0.02;
const chromium = findChromium();
const reason = "reason" in chromium ? chromium.reason : undefined;

describe.skipIf(reason !== undefined)(unless(reason, "in Chromium"), () => {
  test.each(ARMS)("%s does the scenario, reads what Node reads, and has a clock that is fine enough", async (arm) => {
    const found = await observe({ kind: "browser", subject: arm, workload: "game-frame in Chromium", scale: SCALE });
    if (!("version" in found)) throw new Error(JSON.stringify(found));
    const { make, programs } = scenarioOf("game-frame");
    const scenario = make(SCALE);
    const frames = scenario.steps.length;
    const program = await programOf(await programs(), "ariax", scenario);
    let from = 0;
    for (const [step, to] of scenario.steps.entries()) {
      program.run(step, from, to);
      from = to;
    }
    program.end();
    const { simulated, real, resolution, pauses, version } = found;
    expect([found.arm, version]).toEqual([arm, expect.stringMatching(/^\d+\./)]);
    expect(simulated).toMatchObject({ events: scenario.trace.events, checksum: program.checksum() });
    expect(simulated.frame.count).toBe(frames);
    expect(real.checksum).toBe(program.checksum());
    expect(real.work.count).toBe(frames / FRAMES_AT_ONCE);
    expect(real.interval.count).toBe(frames / FRAMES_AT_ONCE - 1);
    expect(resolution).toBeLessThan(0.02);
    expect(pauses.simulated.count).toBeGreaterThanOrEqual(0);
  });
});
