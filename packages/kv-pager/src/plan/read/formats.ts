/**
 * The formats that there are, and which of them a trace has: that of the first line that can be of one only. A first line may be malformed, cut
 * off, or of a log: it says nothing then, and those behind it are looked at, up to `MOST_UNSURE`.
 */
import { CSV, isHeader } from "./csv.ts";
import { isObject, parseLine } from "./json.ts";
import { MOONCAKE } from "./mooncake.ts";
import type { Format } from "./reader.ts";
import { VLLM } from "./vllm.ts";

export const FORMATS: readonly Format[] = [MOONCAKE, VLLM, CSV];

/** Lines, and characters in them, that are kept unread at most until one is sure. */
export const MOST_UNSURE: { readonly lines: number; readonly chars: number } = { lines: 32, chars: 2 ** 20 };

const EVENT = /^(BlockStored|BlockRemoved|AllBlocksCleared)$/;

/** The format that a line is surely of; undefined of one that may be of several, or is malformed. */
export function formatOf(line: string): Format | undefined {
  if (!isJson(line)) return isHeader(line) ? CSV : undefined;
  let value: unknown;
  try {
    value = parseLine(line);
  } catch {
    return undefined;
  }
  const [first, second] = Array.isArray(value) ? value : [value];
  if (isObject(first) && first.hash_ids !== undefined) return MOONCAKE;
  const type = isObject(first) ? first.type : first;
  const events = isObject(first) ? first.events : second;
  return Array.isArray(events) || (typeof type === "string" && EVENT.test(type)) ? VLLM : undefined;
}

/** The format that lines are most like, none of which is sure. */
export function guess(lines: readonly string[]): Format {
  const line = lines.find(isJson);
  if (line === undefined) return CSV;
  return line.startsWith("[") || /"(events|Block\w+|AllBlocksCleared)"/.test(line) ? VLLM : MOONCAKE;
}

/** No cell of a CSV begins like that. */
const isJson = (line: string): boolean => line.startsWith("{") || line.startsWith("[");
