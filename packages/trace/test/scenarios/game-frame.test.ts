import { describe, expect, test } from "vitest";
import { ALLOCATE, describeScenario, FREE, gameFrame } from "../../src/index.ts";
import { eachBlock, stepOfEvents } from "./blocks.ts";

const [ENTITY, PARTICLE, STRING] = [0, 1, 2];
/** Five minutes, half of the whole. */
const FRAMES = 18_000;
const scenario = gameFrame({ scale: 0.5 });
const { trace, steps, owner } = scenario;
const stepOf = stepOfEvents(scenario);

/** By frame: the entities before it, and how many of them end in it; the particles that come in it. */
const before = new Int32Array(FRAMES);
const killed = new Int32Array(FRAMES);
const emitted = new Int32Array(FRAMES);
for (let frame = 0, e = 0, entities = 0; frame < FRAMES; frame++) {
  before[frame] = entities;
  for (; e < steps[frame]; e++) {
    if (owner[e] === ENTITY) {
      entities += trace.op[e] === ALLOCATE ? 1 : -1;
      killed[frame] += Number(trace.op[e] === FREE);
    } else if (owner[e] === PARTICLE) {
      emitted[frame] += Number(trace.op[e] === ALLOCATE);
    }
  }
}
/** The frames in which a level begins: every entity goes, and 3,000 come. */
const levels = [...before.keys()].filter((frame) => frame > 0 && killed[frame] >= before[frame]);

describe("a game at 60 Hz", () => {
  test("frames of about 100 events, 3 to 5 million in ten minutes", () => {
    expect(scenario).toMatchObject({ period: 1 / 60, owners: ["entity", "particle", "string"] });
    expect(steps.length).toBe(FRAMES);
    expect(scenario.period * steps.length).toBeCloseTo(300, 9);
    expect(trace.events).toBeGreaterThan(1_500_000);
    expect(trace.events).toBeLessThan(2_500_000);
    expect(trace.reallocations).toBe(0);
  });

  test("frames are uneven: one in a hundred has five times as much to do, a few a hundred times", () => {
    const { p50, p99, max } = describeScenario(scenario).eventsPerStep;
    expect(p99 / p50).toBeGreaterThan(5);
    expect(max / p50).toBeGreaterThan(80);
  });

  test("entities have 64 bytes, particles 32, strings 8–200", () => {
    const sizes = [new Set<number>(), new Set<number>(), new Set<number>()];
    eachBlock(scenario, ({ owner, size }) => sizes[owner].add(size));
    expect([...sizes[ENTITY]]).toEqual([64]);
    expect([...sizes[PARTICLE]]).toEqual([32]);
    expect(Math.min(...sizes[STRING])).toBe(8);
    expect(Math.max(...sizes[STRING])).toBe(200);
  });
});

test("a string is gone at the end of its frame or of the next, three of four at once", () => {
  let [now, next, other, last, wrong] = [0, 0, 0, 0, 0];
  eachBlock(scenario, ({ owner, born, died }) => {
    if (owner !== STRING) return;
    if (died < 0) return void last++;
    const life = stepOf[died] - stepOf[born];
    if (life === 0) now++;
    else if (life === 1) next++;
    else other++;
    // At the end: from here to the end of the frame there is nothing but ends of strings.
    if (trace.op[died + 1] !== FREE && died + 1 !== steps[stepOf[died]]) wrong++;
  });
  expect([other, wrong]).toEqual([0, 0]);
  expect(now / (now + next)).toBeCloseTo(0.75, 2);
  // Of the last frame.
  expect(last).toBeLessThan(20);
});

test("a particle lives for half a second to two, unless a level ends", () => {
  const lives = new Set<number>();
  let [early, wrong] = [0, 0];
  eachBlock(scenario, ({ owner, born, died }) => {
    if (owner !== PARTICLE) return;
    const end = died < 0 ? FRAMES : stepOf[died];
    const life = end - stepOf[born];
    if (died >= 0 && !levels.includes(end)) lives.add(life);
    else if (life > 120) wrong++;
    else early++;
  });
  expect([...lives].sort((a, b) => a - b)).toEqual(Array.from({ length: 91 }, (_, n) => 30 + n));
  expect(wrong).toBe(0);
  expect(early).toBeGreaterThan(0);
});

test("some thousand entities, killed at random after half a minute, in waves", () => {
  const steady = before.subarray(100);
  expect(steady.reduce((a, b) => Math.min(a, b))).toBeGreaterThan(2000);
  expect(steady.reduce((a, b) => Math.max(a, b))).toBeLessThan(4000);
  const lives: number[] = [];
  eachBlock(scenario, ({ owner, born, died }) => {
    if (owner === ENTITY && died >= 0 && !levels.includes(stepOf[died])) lives.push(stepOf[died] - stepOf[born]);
  });
  const mean = lives.reduce((a, b) => a + b) / lives.length / 60;
  expect(mean).toBeGreaterThan(15);
  expect(mean).toBeLessThan(35);
  // In a wave come 10 entities a frame, which nothing else makes likely.
  const born = new Int32Array(FRAMES);
  eachBlock(scenario, (block) => {
    if (block.owner === ENTITY) born[stepOf[block.born]]++;
  });
  const waves = [...born.keys()].filter(
    (frame) => born[frame] >= 10 && born[frame - 1] < 10 && !levels.includes(frame),
  );
  expect(waves.length).toBeGreaterThan(FRAMES / 1800);
  expect(waves.length).toBeLessThan(FRAMES / 600);
});

test("what is killed leaves particles, what explodes hundreds, and neighbours go with it", () => {
  const explosions = [...emitted.keys()].filter((frame) => emitted[frame] >= 150 + 3 * 4);
  expect(explosions.length).toBeGreaterThan(250);
  expect(explosions.length).toBeLessThan(1000);
  for (const frame of explosions) expect(killed[frame]).toBeGreaterThanOrEqual(4);
  for (const [frame, kills] of killed.entries()) {
    if (!levels.includes(frame)) expect(emitted[frame]).toBeGreaterThanOrEqual(4 * kills);
  }
});

test("a new level every 90 to 150 seconds: all entities and particles go, and 3,000 entities come, in one frame", () => {
  expect(levels.length).toBeGreaterThanOrEqual(FRAMES / 9000 - 1);
  expect(levels.length).toBeLessThanOrEqual(FRAMES / 5400);
  for (const [n, frame] of levels.entries()) {
    const since = frame - (levels[n - 1] ?? 0);
    expect(since).toBeGreaterThanOrEqual(5400);
    expect(since).toBeLessThanOrEqual(9000);
  }
  const old = new Map(levels.map((frame) => [frame, 0]));
  eachBlock(scenario, ({ owner, born, died }) => {
    if (owner === STRING) return;
    for (const frame of levels) {
      if (stepOf[born] < frame && (died < 0 || stepOf[died] > frame)) old.set(frame, (old.get(frame) ?? 0) + 1);
    }
  });
  expect([...old.values()]).toEqual(levels.map(() => 0));
  for (const frame of levels) expect(Math.abs(before[frame + 1] - 3000)).toBeLessThan(50);
});

test("options: frames and entities", () => {
  const small = gameFrame({ frames: 200, entities: 10 });
  expect(small.steps.length).toBe(200);
  expect(describeScenario(small).owners[ENTITY].peakBlocks).toBeLessThan(20);
  expect(describeScenario(gameFrame({ frames: 100, entities: 20_000 })).owners[ENTITY].peakBlocks).toBeGreaterThan(
    19_000,
  );
});
