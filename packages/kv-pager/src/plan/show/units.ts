/** Numbers as people read them. The same on every machine: no locale is asked for. */

export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 line`, `2,000 lines`. */
export function counted(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? "" : "s"}`;
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

const SCALE = ["", " k", " M", " G", " T", " P"];

/** Three digits: `61.0 M`. */
export function short(value: number): string {
  let scaled = Math.abs(value);
  let unit = 0;
  for (; scaled >= 999.5 && unit < SCALE.length - 1; unit++) scaled /= 1000;
  const digits = unit === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${value < 0 ? "−" : ""}${scaled.toFixed(digits)}${SCALE[unit]}`;
}

export function bytes(value: number): string {
  const text = short(value);
  return /\d$/.test(text) ? `${text} B` : `${text}B`;
}

const DURATIONS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
];

export function duration(ms: number): string {
  const [unit, length] = DURATIONS.find(([, length]) => ms >= length) ?? ["ms", 1];
  const value = ms / length;
  return `${value < 9.95 && value % 1 > 0.05 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
