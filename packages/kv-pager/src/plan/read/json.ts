/** JSON whose whole numbers are exact: those of 16 digits and more, as 64-bit hashes have, come as text. */
import { excerpt, LineError } from "./line-error.ts";

/** A string, which is left alone, or a whole number of 16 digits and more. */
const LONG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE])/g;

/** Throws `LineError`. */
export function parseLine(line: string): unknown {
  const exact = /\d{16}/.test(line) ? line.replace(LONG, (found) => (found[0] === '"' ? found : `"${found}"`)) : line;
  try {
    return JSON.parse(exact);
  } catch {
    throw new LineError(`not JSON: ${excerpt(line)}`, true);
  }
}

/** What a message calls a value: `null`, `an array`, `"text"`. */
export function kindOf(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") return excerpt(value);
  return Array.isArray(value) ? "an array" : value === undefined ? "missing" : "an object";
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A number of a field that may be left out, or null. Throws `LineError` where it is something else, or below 0. */
export function numberOf(name: string, value: unknown, isWhole = false): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "string" && /^-?\d{16,}$/.test(value) ? Number(value) : value;
  if (
    typeof number !== "number" ||
    !Number.isFinite(number) ||
    number < 0 ||
    (isWhole && !Number.isSafeInteger(number))
  ) {
    throw new LineError(`${name} is ${kindOf(value)}, no ${isWhole ? "whole " : ""}number from 0 on`);
  }
  return number;
}

/** The tenant's name, of a field that may be left out: a text, or a number. */
export function tenantOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new LineError(`tenant is ${kindOf(value)}, no text`);
}
