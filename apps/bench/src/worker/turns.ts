/**
 * Turns: processes that are compared are there at the same time, and work one at a time. Each waits until it is its turn, works
 * for some ms, and waits again; so all of them have the same seconds, however fast the machine is in these.
 */
import { createInterface } from "node:readline";

/** Waits for the next turn; `false` where there is none any more. The first one is for warming up. */
export type Turns = () => Promise<boolean>;

/** What a process prints when it waits for its turn. */
export const WAITING = ".";

/** Turns that another process gives: a line on the standard input each, until its end. */
export function turnsOfParent(): Turns & Disposable {
  const input = createInterface({ input: process.stdin });
  const lines = input[Symbol.asyncIterator]();
  const next = async (): Promise<boolean> => {
    process.stdout.write(`${WAITING}\n`);
    return !(await lines.next()).done;
  };
  // Who has answered waits for nothing any more.
  return Object.assign(next, { [Symbol.dispose]: () => void process.stdin.destroy() });
}

/** The same for a process that is alone: one to warm up, then so many. */
export function turnsAlone(count: number): Turns & Disposable {
  let left = count + 1;
  return Object.assign(async () => left-- > 0, { [Symbol.dispose]() {} });
}

/** Leaves the turns that are left to the others. What comes then is nobody's turn, and disturbs nobody. */
export async function untilTheLast(turns: Turns): Promise<void> {
  while (await turns());
}
