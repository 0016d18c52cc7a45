/** How much another thread does, by the words that it counts in: operations a ms of its processor time. */
import { progressOf, sleep } from "./control.ts";

const LOOKS = 10;
/** ms. */
const LOOK = 40;

/** As many looks as a budget of so many seconds allows. */
export const looksIn = (seconds: number): number => Math.min(LOOKS, Math.ceil(4 * seconds));

export const ratesIn = (control: Int32Array, looks: number): number[] =>
  Array.from({ length: looks }, () => {
    const look = (): number[] => [0, 1].map((word) => Atomics.load(control, progressOf(word)));
    const before = look();
    sleep(LOOK);
    const [operations, micros] = look().map((now, word) => (now - before[word]!) | 0) as [number, number];
    return operations === 0 ? 0 : (1000 * operations) / Math.max(micros, 1);
  });
