/** A tick after nothing, and after 100,000 blocks. */
import { TeslaConsciousnessPool } from "@ariax/consciousness";
import { type Figure, middle } from "./figure.ts";

const SIZE = 64;
const MANY = 100_000;

export function measure(quick: boolean): readonly Figure[] {
  const rounds = quick ? 20 : 200;
  const [pool, other] = [newPool(), newPool()];
  /** In the first case the blocks are another pool's, so that as much memory was touched: a cold cache is no work of the tick's. */
  const after = (blocks: number): Figure => {
    const times = Float64Array.from({ length: rounds }, () => {
      // The next tick is one of all harmonics.
      for (const one of [pool, other]) while ((one.ticks.beat + 1) % one.ticks.beatsPerPeriod !== 0) one.tick();
      for (let i = 0; i < MANY; i++) (i < blocks ? pool : other).allocate(SIZE);
      const start = performance.now();
      pool.tick();
      const ms = performance.now() - start;
      other.tick();
      return ms;
    });
    const after = `after ${blocks.toLocaleString("en-US")} blocks`;
    return middle(`one tick() of all harmonics, its memory out of the cache, ${after}`, times);
  };
  after(MANY);
  return [after(0), after(MANY)];
}

const newPool = () => new TeslaConsciousnessPool({ bytesPerTick: MANY * SIZE, harmonics: 3 });
