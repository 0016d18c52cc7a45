/** The README's times of ticks: `node packages/arena/test/cost.ts`, on a machine that does nothing else. A process for each row. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TickArena, type TickClock } from "../src/index.ts";

const TICKS = 100_000;

function tick(harmonics: number, blocks: number): number {
  const ticks = new TickArena({ frequency: 60, bytesPerTick: 1 << 20, harmonics });
  const beats = TICKS / 10;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 30; round++) {
    let spent = 0;
    if (blocks === 0) {
      const start = performance.now();
      for (let i = 0; i < beats; i++) ticks.tick();
      spent = (performance.now() - start) / beats;
    } else {
      // A tick that has something to end, and so is timed by itself: the clock's own time is in it.
      for (let i = 0; i < 20; i++) {
        for (let b = 0; b < blocks; b++) ticks.fundamental.allocate(8);
        const start = performance.now();
        ticks.tick();
        spent = i === 0 ? performance.now() - start : Math.min(spent, performance.now() - start);
      }
    }
    least = Math.min(least, spent);
  }
  return 1e6 * least;
}

/** On a clock whose timers end at once, and whose time passes only then: what is left is the run's own. */
async function run(): Promise<number> {
  let now = 0;
  const clock: TickClock = {
    now: () => now,
    wake(wake, ms) {
      now += ms;
      queueMicrotask(wake);
    },
    cancel() {},
  };
  const ticks = new TickArena({ frequency: 1000, bytesPerTick: 4096 });
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 30; round++) {
    const start = performance.now();
    await ticks.run(() => {}, { ticks: TICKS, clock, spin: 0 });
    least = Math.min(least, performance.now() - start);
  }
  return (1e6 * least) / TICKS;
}

const rows: Record<string, () => number | Promise<number>> = {
  "tick(), one harmonic": () => tick(1, 0),
  "tick(), harmonics 1 to 3": () => tick(3, 0),
  "tick() by itself, after no block": () => tick(1, 1),
  "tick() by itself, after 100,000 blocks": () => tick(1, 100_000),
  "a beat of run(), its callback and waiting left out": run,
};

const [row] = process.argv.slice(2);
if (row !== undefined) console.log((await rows[row]!()).toFixed(1));
else {
  for (const name of Object.keys(rows)) {
    const ns = execFileSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: "utf8" });
    console.log(`${ns.trim().padStart(10)} ns  ${name}`);
  }
}
