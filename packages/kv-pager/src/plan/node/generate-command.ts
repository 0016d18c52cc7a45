/** `generate`: a trace to try the planner with. */
import { AllocatorError } from "@ariax/allocator";
import { generateTrace } from "../generate.ts";
import { type Known, numberOption, readArguments } from "./options.ts";
import type { Streams } from "./plan-command.ts";
import { Problem } from "./problem.ts";

const OPTIONS: Known = { requests: "value", seed: "value", tenants: "value", rate: "value", "block-tokens": "value" };
/** Characters that are written at once. */
const PIECE = 1 << 16;

/** Throws `Problem`. */
export async function generate(args: readonly string[], { out }: Streams): Promise<void> {
  const { values, rest } = readArguments(args, OPTIONS);
  if (rest.length > 0) throw new Problem(2, `generate takes no ${JSON.stringify(rest[0])}`);
  const rate = values.rate?.at(-1);
  let requests: ReturnType<typeof generateTrace>;
  try {
    requests = generateTrace({
      seed: numberOption(values, "seed", 0),
      requests: numberOption(values, "requests", 0),
      tenants: numberOption(values, "tenants", 0),
      blockTokens: numberOption(values, "block-tokens"),
      rate: rate === undefined ? undefined : Number(rate),
    });
  } catch (error) {
    if (error instanceof AllocatorError) throw new Problem(2, (error as Error).message);
    throw error;
  }
  let piece = "";
  for (const request of requests) {
    piece += `${JSON.stringify(request)}\n`;
    if (piece.length < PIECE) continue;
    await write(out, piece);
    piece = "";
  }
  await write(out, piece);
}

/** Resolves when there is room for more: a trace may be longer than the memory. */
async function write(out: Streams["out"], text: string): Promise<void> {
  await new Promise<void>((resolve) => out.write(text, () => resolve()));
}
