/** The formats that there are, and which of them a trace has. */
import { CSV } from "./csv.ts";
import { MOONCAKE } from "./mooncake.ts";
import type { Format } from "./reader.ts";
import { VLLM } from "./vllm.ts";

export const FORMATS: readonly Format[] = [MOONCAKE, VLLM, CSV];

/** By a trace's first line that is not blank. */
export function formatOf(line: string): Format {
  const [first] = line.trimStart();
  if (first === "[") return VLLM;
  if (first !== "{") return CSV;
  return /"(events|BlockStored|BlockRemoved|AllBlocksCleared)"/.test(line) ? VLLM : MOONCAKE;
}
