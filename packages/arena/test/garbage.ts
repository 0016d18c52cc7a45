/**
 * Run with `FLAGS` of `scripts/lib/garbage.ts`, and with what to do as the argument: so many ticks with blocks in them, or so many beats of a run
 * in a made-up time, and what they did to JavaScript's heap, as JSON.
 */
import { rounds } from "../../../scripts/lib/garbage.ts";
import { TickArena, type TickClock } from "../src/index.ts";

const ticks = new TickArena({ frequency: 1_000_000, bytesPerTick: 4096, harmonics: 3 });

function allocateDue(): void {
  for (let k = 1; k <= 3; k++) {
    if (!ticks.due(k)) continue;
    const arena = ticks.harmonic(k);
    for (let i = 0; i < 10; i++) arena.allocate(64);
  }
}

function tickAll(beats: number): void {
  for (let i = 0; i < beats; i++) {
    ticks.tick();
    allocateDue();
  }
}

/** A time of which each look takes a little, so that a run never waits but for its turn, once a millisecond. */
class Clock implements TickClock {
  readonly #time: Float64Array = new Float64Array(1);
  #wake: () => void = () => {};

  now(): number {
    this.#time[0] += 0.0001;
    return this.#time[0];
  }
  wake(wake: () => void): void {
    this.#wake = wake;
  }
  cancel(): void {}
  turn(): void {
    this.#wake();
  }
}

/** Goes on with a run that has no end. */
function runAll(beats: number): void {
  const end = ticks.beat + beats;
  while (ticks.beat < end) clock.turn();
}

const clock = new Clock();
const churn = process.argv[2] === "run" ? runAll : tickAll;
if (churn === runAll) void ticks.run(allocateDue, { clock, spin: 1 });

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(50_000);
console.log(JSON.stringify(await rounds(() => churn(500_000))));
