import { createRequire } from "node:module";
import { buildAddon, NoAddonError } from "./compile.ts";

/** What `native/phase-2.c` exports. An address is that of a record's page. */
export interface MappedRecords {
  /** A page for a record, written; 0 where the system refuses. */
  map(tag: number, size: number, tick: number, sequence: number): number;
  read(address: number, out: Int32Array): void;
  resize(address: number, size: number): void;
  unmap(address: number): void;
  /** Calls of `mmap` and `munmap` so far, of every heap in this process. */
  systemCalls(): number;
}

/** Compiled when it is first asked for. Throws `NoAddonError`. */
export function loadMappedRecords(): MappedRecords {
  const path = buildAddon("phase-2");
  try {
    return createRequire(import.meta.url)(path);
  } catch (error) {
    throw new NoAddonError(`Node can't load what was compiled: ${(error as Error).message.split("\n", 1)[0]}`);
  }
}
