import { createRequire } from "node:module";
import { buildAddon } from "./compile.ts";

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
export const loadMappedRecords = (): MappedRecords => createRequire(import.meta.url)(buildAddon("phase-2"));
