/** Phase 2's records, for tests: the addon, or why there is none here. */
import { loadMappedRecords, type MappedRecords } from "../src/subjects/phases/addon.ts";

export const mapped: { readonly records?: MappedRecords; readonly reason?: string } = (() => {
  try {
    return { records: loadMappedRecords() };
  } catch (error) {
    return { reason: (error as Error).message };
  }
})();

/** A test's name, with the reason why it is skipped where it is. */
export const unless = (reason: string | undefined, name: string): string =>
  reason === undefined ? name : `${name} (skipped: ${reason})`;
