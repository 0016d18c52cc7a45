/** Numbers as people read them. What is not known is "". */

/** Two digits below 10, one below 100, none above. */
export function ns(value: number | undefined): string {
  if (value === undefined) return "";
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Three digits where there are any: 0.00123, 4.56, 78.9, 1,234. */
export function ms(value: number | undefined): string {
  if (value === undefined) return "";
  if (value === 0) return "0";
  return Math.abs(value) < 0.1 ? String(Number(value.toPrecision(2))) : ns(value);
}

/** Of what can be negative too. */
export function bytes(value: number | undefined): string {
  if (value === undefined) return "";
  if (value < 0) return `−${bytes(-value)}`;
  if (value < 1024) return `${value} B`;
  return value < 2 ** 20 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 2 ** 20).toFixed(1)} MiB`;
}

/** With separators, and one digit where it is not whole. */
export const count = (value: number | undefined): string =>
  value === undefined ? "" : value.toLocaleString("en-US", { maximumFractionDigits: 1 });

/** A ratio. */
export const times = (value: number | undefined): string => (value === undefined ? "" : `${value.toFixed(2)}×`);

/** What is gained here is never rounded up; AriaX's own is 54×, of 53.8. */
export function factor(value: number | undefined, round: (value: number) => number = Math.floor): string {
  if (value === undefined) return "";
  return `${value < 10 ? value.toFixed(1) : round(value).toLocaleString("en-US")}×`;
}

/** A summary's spread. */
export const spread = (range: { readonly low: number; readonly high: number } | undefined): string =>
  range === undefined ? "" : `${ns(range.low)}–${ns(range.high)}`;

/** What stands behind a run that was not whole. */
export const endOf = (isPartial: boolean): string => (isPartial ? ", stopped before its end" : "");
