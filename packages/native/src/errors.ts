import { AllocatorError, type ErrorCode } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";

/** The codes that this package adds to the family's. */
export type NativeErrorCode = "ERR_NATIVE_UNAVAILABLE" | "ERR_REGION_UNMAPPED" | "ERR_SYSTEM_CALL";

class NativeError extends AllocatorError {
  override readonly name: string = "NativeError";

  constructor(code: NativeErrorCode | ErrorCode, message: string) {
    super(code as ErrorCode, message);
  }
}

/** There is no native addon for this machine, or it does not load: the message says for which, and what to do. */
export class NativeUnavailableError extends NativeError {
  override readonly name: string = "NativeUnavailableError";

  constructor(message: string) {
    super("ERR_NATIVE_UNAVAILABLE", message);
  }
}

/** A region used after `unmap`, or after its buffer was transferred away. */
export class RegionUnmappedError extends NativeError {
  override readonly name: string = "RegionUnmappedError";

  constructor(bytes: number) {
    super("ERR_REGION_UNMAPPED", `region unmapped: its ${show(bytes)} bytes are no longer there`);
  }
}

/** The system has no room for a mapping: of addresses, of memory, or of mappings. Nothing was mapped. Code `ERR_OUT_OF_MEMORY`. */
export class MapError extends NativeError {
  override readonly name: string = "MapError";
  /** The bytes asked for. What the system has, it does not say. */
  readonly requested: number;

  constructor(bytes: number) {
    super("ERR_OUT_OF_MEMORY", `out of memory: the system maps no ${show(bytes)} bytes more`);
    this.requested = bytes;
  }
}

/** The system refused, for the reason it names in `reason`: `"ENOENT"`, `"EACCES"` … */
export class SystemCallError extends NativeError {
  override readonly name: string = "SystemCallError";
  readonly reason: string;

  constructor(what: string, reason: string, advice?: string) {
    super("ERR_SYSTEM_CALL", advice === undefined ? `${what}: ${reason}` : `${what}: ${reason}: ${advice}`);
    this.reason = reason;
  }
}
