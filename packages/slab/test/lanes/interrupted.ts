/** Another thread's calls in the midst of one: at any of its atomic instructions, and before it clears words. */
import { vi } from "vitest";

const NAMES = ["load", "compareExchange"] as const;

/** Makes a call, and another at its atomic instruction, or `fill`, number `k`; were there so many? */
export function interrupted(k: number, call: () => unknown, other: () => unknown): boolean {
  let count = 0;
  const spies = NAMES.map((name) => {
    const real = Atomics[name] as (w: Int32Array, ...rest: number[]) => number;
    return vi.spyOn(Atomics, name).mockImplementation(((w: Int32Array, ...rest: number[]) => {
      if (count++ === k) other();
      return real(w, ...rest);
    }) as never);
  });
  const { fill } = Int32Array.prototype;
  const filling = vi.spyOn(Int32Array.prototype, "fill").mockImplementation(function (this: Int32Array, ...rest) {
    if (count++ === k) other();
    return fill.apply(this, rest);
  });
  try {
    call();
  } finally {
    for (const spy of [...spies, filling]) spy.mockRestore();
  }
  return count > k;
}
