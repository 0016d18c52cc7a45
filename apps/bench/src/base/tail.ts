/** The tail of many times, by nearest rank: p99 is the least value that 99 % of them are not above. In the unit of the values. */
export interface Tail {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Sorts `values` in place. All is 0 where there are none. */
export function tailOf(values: Float64Array): Tail {
  values.sort();
  const { length } = values;
  const at = (part: number): number => values[Math.max(0, Math.ceil(part * length - 1e-9) - 1)] ?? 0;
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i]!;
  return {
    count: length,
    mean: length === 0 ? 0 : sum / length,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}
