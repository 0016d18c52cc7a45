import { getSystemErrorName } from "node:util";
import { CorruptionError, InvalidArgumentError } from "@ariax/allocator";
import { MapError, SystemCallError } from "./errors.ts";

/**
 * What a call of the addon returns; a failed system call as an error of the family. With `bytes`, that there is no memory
 * for them is a `MapError`; everything else says `what` could not be done, and the system's reason.
 */
export function system<T>(what: string, bytes: number | undefined, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code, errno, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_OUT_OF_MEMORY") throw new MapError(bytes ?? 0);
    if (code === "ERR_INVALID_ARGUMENT") throw new InvalidArgumentError(message);
    if (code === "ERR_CORRUPTED") throw new CorruptionError(message.replace(/^corrupted: /, ""));
    if (code === "ERR_NATIVE_API") throw new SystemCallError(what, message);
    if (code !== "ERR_SYSTEM_CALL" || errno === undefined) throw error;
    const reason = reasonOf(errno);
    if (bytes !== undefined && NO_MEMORY.has(reason)) throw new MapError(bytes);
    throw new SystemCallError(what, reason);
  }
}

// Windows has numbers only: not enough memory, no room in the paging file.
const NO_MEMORY: ReadonlySet<string> = /* @__PURE__ */ new Set(["ENOMEM", "error 8", "error 1455"]);
const NOT_THERE: ReadonlySet<string> = /* @__PURE__ */ new Set(["ENOENT", "error 2"]);

const THERE: ReadonlySet<string> = /* @__PURE__ */ new Set(["EEXIST", "error 80", "error 183"]);

/** Whether an error says that there is nothing of that name. */
export function isNotThere(error: unknown): boolean {
  return hasReason(error, NOT_THERE);
}

/** Whether it says that the name is taken. */
export function isThere(error: unknown): boolean {
  return hasReason(error, THERE);
}

function hasReason(error: unknown, reasons: ReadonlySet<string>): boolean {
  const { code, reason } = error as SystemCallError;
  return (code as string) === "ERR_SYSTEM_CALL" && reasons.has(reason);
}

function reasonOf(errno: number): string {
  return process.platform === "win32" ? `error ${errno}` : getSystemErrorName(-errno);
}

/** macOS takes 31 bytes with the slash that the addon puts before it; what is a name on one system is one on all. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,29}$/;

/** `name`, if shared memory can have it; else throws `InvalidArgumentError`. */
export function checkName(name: string): string {
  if (typeof name === "string" && NAME.test(name)) return name;
  const shown = typeof name === "string" ? JSON.stringify(name) : typeof name;
  throw new InvalidArgumentError(
    `invalid name: ${shown} is not a letter or digit and up to 29 letters, digits, ".", "_" or "-" after it`,
  );
}
