/** Everything that can be measured on traces and small loops. What does AriaX's scenarios is in `programs/subjects.ts`. */
import { BIT_SETS } from "./bits.ts";
import { HEAPS } from "./heaps.ts";
import { RECORD_POOLS } from "./records.ts";
import type { CollectorSubject, Subject } from "./subject.ts";

/** Beside the heaps that do the same programs. */
const COLLECTOR: CollectorSubject = {
  ...{ kind: "programs", name: "collector", origin: "rival", collected: true },
  what: "objects, arrays and strings, freed by the garbage collector",
};

export const SUBJECTS: readonly Subject[] = [...HEAPS, COLLECTOR, ...BIT_SETS, ...RECORD_POOLS];

/** A subject of one kind, by its name. Throws where there is none. */
export function subjectOf<K extends Subject["kind"]>(kind: K, name: string): Subject & { kind: K } {
  const found = SUBJECTS.find((subject) => subject.kind === kind && subject.name === name);
  if (found === undefined) throw new Error(`there is no subject ${name} of ${kind}`);
  return found as Subject & { kind: K };
}
