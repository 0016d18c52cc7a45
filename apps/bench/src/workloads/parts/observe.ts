import type { Request } from "../../worker/protocol.ts";
import type { Figure } from "./figure.ts";
import { PARTS } from "./parts.ts";

export interface PartRequest extends Request {
  /** For as short as still means something. */
  readonly quick: boolean;
}

export interface PartObservation {
  readonly figures: readonly Figure[];
}

export async function observe({ subject, quick }: PartRequest): Promise<PartObservation> {
  const part = PARTS.find(({ name }) => name === subject);
  if (part === undefined) throw new Error(`there is no part ${subject}`);
  return { figures: await (await part.load()).measure(quick) };
}
