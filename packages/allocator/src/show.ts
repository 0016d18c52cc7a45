/** A value as a message shows it: strings quoted, −0 and NaN as such, what has no short form by its kind. One line. */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : "an object";
    default:
      return Object.is(value, -0) ? "-0" : String(value).replace(/\s+/g, " ");
  }
}
