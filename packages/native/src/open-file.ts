import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync, unlinkSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, show } from "@ariax/allocator/implement";
import { SystemCallError } from "./errors.ts";

/** A file that has the bytes to be mapped. */
export interface OpenFile {
  /** As messages show it. */
  readonly name: string;
  readonly descriptor: number;
  readonly bytes: number;
  /** Closes it, if it was opened here. A mapping outlives its descriptor. */
  close(): void;
  /** Makes undone what opening did to the file, and closes it. */
  undo(): void;
}

const { O_RDWR, O_CREAT, O_EXCL } = constants;

/**
 * The file at a path, or behind an open descriptor, with at least `bytes`: created, or made longer, if it has to be and may be, up to
 * `limit` bytes. Where `bytes` is undefined, as long as it is.
 */
export function openFile(file: string | number, bytes: number | undefined, create: boolean, limit: number): OpenFile {
  if (typeof file !== "string") checkInteger("file descriptor", file, 0, 0x7fffffff);
  else if (file.includes("\0")) throw new InvalidArgumentError(`invalid file: ${JSON.stringify(file)} is no path`);
  const name = nameOf(file);
  const opened = attempt(name, () =>
    typeof file === "string" ? open(file, create && bytes !== undefined) : undefined,
  );
  const descriptor = opened?.descriptor ?? (file as number);
  const close = () => {
    if (opened !== undefined) closeSync(descriptor);
  };
  let before: number | undefined;
  // What can't be undone must not hide the reason why it had to be.
  const undo = () => {
    if (before !== undefined) quietly(() => ftruncateSync(descriptor, before));
    quietly(close);
    if (opened?.created) quietly(() => unlinkSync(file as string));
  };
  try {
    const status = attempt(name, () => fstatSync(descriptor));
    if (!status.isFile()) throw new InvalidArgumentError(`invalid file: ${name} is no file that can be mapped`);
    const longer = bytes !== undefined && bytes > status.size;
    if (bytes === undefined ? status.size === 0 : longer && !create) {
      throw new InvalidArgumentError(`invalid file: ${name} has ${status.size} bytes, ${bytes ?? 1} are needed`);
    }
    if (longer) {
      // Beyond the limit the system would not only refuse, but send a signal that ends the process.
      if (bytes > limit) throw new SystemCallError(`can't open ${name}`, "EFBIG");
      before = status.size;
      attempt(name, () => ftruncateSync(descriptor, bytes));
    }
    return { name, descriptor, bytes: bytes ?? status.size, close, undo };
  } catch (error) {
    undo();
    throw error;
  }
}

/** A file as messages show it: in one line, whatever is in a path. */
export function nameOf(file: unknown): string {
  if (typeof file === "number") return `descriptor ${file}`;
  return typeof file === "string" && !/\p{Cc}/u.test(file) ? `"${file}"` : show(file);
}

/** Is a path that of a file, which is another path or a descriptor? Of what is not there yet the paths are compared. */
export function isSameFile(path: unknown, file: string | number): boolean {
  if (typeof path !== "string") return false;
  try {
    const a = statSync(path, { bigint: true });
    const b = typeof file === "number" ? fstatSync(file, { bigint: true }) : statSync(file, { bigint: true });
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return typeof file === "string" && resolve(path) === resolve(file); // who opens them says what is wrong
  }
}

/** A call whose failure must not hide what is more important. */
export function quietly(call: () => void): void {
  try {
    call();
  } catch {}
}

function open(path: string, create: boolean): { descriptor: number; created: boolean } {
  try {
    return { descriptor: openSync(path, O_RDWR), created: false };
  } catch (error) {
    if (!create || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return { descriptor: openSync(path, O_RDWR | O_CREAT | O_EXCL, 0o600), created: true };
}

/** A call of node:fs; what it throws as an error of the family. */
export function attempt<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new SystemCallError(`can't open ${name}`, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}
