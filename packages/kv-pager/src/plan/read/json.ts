/** JSON whose whole numbers are exact: those of 16 digits and more, as 64-bit hashes have, come as text. */
import { excerpt, LineError } from "./line-error.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What a number can begin with lies between. */
const [MINUS, NINE] = [0x2d, 0x39];
/** A number, and whether it is a whole one without an exponent. */
const NUMBER = /-?(\d+)(\.\d+)?([eE][+-]?\d+)?/y;
const LONG = /^[1-9]\d{15}/;

/** Throws `LineError`. */
export function parseLine(line: string): unknown {
  const exact = /\d{16}/.test(line) ? quoteLong(line) : line;
  try {
    return JSON.parse(exact);
  } catch {
    throw new LineError(`not JSON: ${excerpt(line)}`, true);
  }
}

/** The line with its long whole numbers in quotes; texts are left alone. By hand: a long text is too much for a regular expression. */
function quoteLong(line: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let i = 0; i < line.length; ) {
    const char = line.charCodeAt(i);
    if (char === QUOTE) {
      i = endOfText(line, i + 1);
      continue;
    }
    NUMBER.lastIndex = i;
    const match = char >= MINUS && char <= NINE ? NUMBER.exec(line) : null;
    if (match === null) {
      i++;
      continue;
    }
    const [number, whole, fraction, exponent] = match;
    if (LONG.test(whole) && fraction === undefined && exponent === undefined) {
      parts.push(line.slice(copied, i), '"', number, '"');
      copied = i + number.length;
    }
    i += number.length;
  }
  parts.push(line.slice(copied));
  return parts.join("");
}

/** Behind the quote that ends the text that `at` is in. */
function endOfText(line: string, at: number): number {
  while (at < line.length) {
    const char = line.charCodeAt(at);
    if (char === QUOTE) return at + 1;
    at += char === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** What a message calls a value: `null`, `an array`, `"text"`. */
export function kindOf(value: unknown): string {
  if (value === null || ["boolean", "number", "bigint"].includes(typeof value)) return String(value);
  if (typeof value === "string") return excerpt(value);
  return Array.isArray(value) ? "an array" : value === undefined ? "missing" : "an object";
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A number of a field that may be left out, or null. Throws `LineError` where it is something else, or below 0. */
export function numberOf(name: string, value: unknown, isWhole = false): number | undefined {
  if (value === undefined || value === null) return undefined;
  const isLong = typeof value === "bigint" || (typeof value === "string" && /^-?\d{16,}$/.test(value));
  const number = isLong ? Number(value) : value;
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
