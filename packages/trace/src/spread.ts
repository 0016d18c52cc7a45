/**
 * The spread of a row of numbers: the least value that so many per cent of them do not exceed. All 0 for an empty
 * row.
 */
export interface Spread {
  readonly mean: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Numbers in ascending order. */
export type Sorted = Uint32Array | Float64Array;

/** O(length). */
export function spread(sorted: Sorted): Spread {
  const count = sorted.length;
  const at = (percent: number) => (count === 0 ? 0 : sorted[Math.max(0, Math.ceil((percent / 100) * count) - 1)]);
  let sum = 0;
  for (const value of sorted) sum += value;
  return { mean: count === 0 ? 0 : sum / count, p10: at(10), p50: at(50), p90: at(90), p99: at(99), max: at(100) };
}
