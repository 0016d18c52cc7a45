/** 10,000 live states of 20,000, so that no slot is worn; one of a hundred is in the band that is looked up. */
import { ConsciousnessStatePool } from "@ariax/consciousness";
import { type Figure, timed } from "./figure.ts";

const STATES = 10_000;
const UNITS = 1000;
/** In Hz: most states are below, 100 are in it. */
const BAND = [300, 400] as const;

export function measure(quick: boolean): readonly Figure[] {
  const pool = new ConsciousnessStatePool({ poolSize: 2 * STATES, fields: { phase: "f64", serial: "u32" } });
  for (let i = 0; i < STATES; i++) pool.allocateConsciousnessState(i % 100 === 0 ? 320 : 3.14159 * (1 + (i % 8)));
  const pair = timed("allocateConsciousnessState() + release()", UNITS, quick, () => {
    let sum = 0;
    for (let i = 0; i < UNITS; i++) {
      const handle = pool.allocateConsciousnessState(3.14159);
      sum += handle & 1;
      pool.release(handle);
    }
    return sum;
  });
  const byBand = timed(`inBand(): 100 of ${STATES.toLocaleString("en-US")} states`, 1, quick, () => {
    let found = 0;
    for (const handle of pool.inBand(...BAND)) found += handle > 0 ? 1 : 0;
    return found;
  });
  const byScan = timed("the same by a look at all of them", 1, quick, () => {
    let found = 0;
    for (const handle of pool) {
      const frequency = pool.frequencyOf(handle);
      if (frequency >= BAND[0] && frequency < BAND[1]) found++;
    }
    return found;
  });
  return [pair, byBand, byScan];
}
