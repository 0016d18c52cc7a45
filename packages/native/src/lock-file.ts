/**
 * The file that threads of any process hold locks of, one thread's use of it: addon/lock_file.h has its layout. A lock is this open
 * file's, and is gone when that is closed: by `close`, when its thread ends, or when its process does, whatever ends them. What the garbage
 * collector finds stays open.
 */
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { InvalidArgumentError, UnsupportedError } from "@ariax/allocator";
import { addon, type LockHandle } from "./addon.ts";
import { SystemCallError } from "./errors.ts";
import { attempt, nameOf } from "./open-file.ts";
import { system } from "./system.ts";

const { O_RDWR, O_CREAT } = constants;

export class LockFile {
  /** As messages show it. */
  readonly name: string;
  private readonly handle: LockHandle;

  private constructor(name: string, handle: LockHandle) {
    this.name = name;
    this.handle = handle;
  }

  /** Opens it, and where that is said, makes it if it is not there. Throws `InvalidArgumentError`, `SystemCallError`, `UnsupportedError`. */
  static open(file: string, create: boolean): LockFile {
    const native = addon(); // before the file is touched
    if (typeof file !== "string" || file === "" || file.includes("\0")) {
      throw new InvalidArgumentError(`invalid lock: ${nameOf(file)} is not the path of a file`);
    }
    const name = nameOf(file);
    const descriptor = attempt(name, () => openSync(file, create ? O_RDWR | O_CREAT : O_RDWR, 0o600));
    try {
      if (!attempt(name, () => fstatSync(descriptor)).isFile()) {
        throw new InvalidArgumentError(`invalid lock: ${name} is no ordinary file`);
      }
      const handle = system(`can't lock ${name}`, undefined, () => native.openLocks(descriptor));
      return new LockFile(name, Object.freeze(handle)).checked();
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ERR_UNSUPPORTED") throw error;
      throw new UnsupportedError(
        `${name} is not on a file system of this machine alone: its locks may go while their holders live; put it elsewhere, as in /tmp`,
      );
    } finally {
      closeSync(descriptor); // the addon has the open file by another one
    }
  }

  /** No thread has ticket 0: where that has a record, the file is another one, as the heap's own. */
  private checked(): this {
    try {
      if (this.read(0) === 0) return this;
    } catch (error) {
      this.close();
      throw error;
    }
    this.close();
    throw new InvalidArgumentError(`invalid lock: ${this.name} is no lock file, its first word is not 0`);
  }

  /** Locks a ticket's byte; false where another open file has it. */
  take(ticket: number): boolean {
    return this.call(() => addon().takeLock(this.handle, ticket));
  }

  release(ticket: number): void {
    this.call(() => addon().releaseLock(this.handle, ticket));
  }

  /** Has another open file it? */
  isTaken(ticket: number): boolean {
    return this.call(() => addon().isLocked(this.handle, ticket));
  }

  /** What a ticket's thread has written; 0 where none has. */
  read(ticket: number): number {
    return this.call(() => addon().readRecord(this.handle, ticket));
  }

  write(ticket: number, record: number): void {
    // Beyond the limit the system would not only refuse, but send a signal that ends the process.
    if (4 * ticket + 4 > addon().fileLimit()) throw new SystemCallError(`can't lock ${this.name}`, "EFBIG");
    this.call(() => addon().writeRecord(this.handle, ticket, record));
  }

  close(): void {
    this.call(() => addon().closeLocks(this.handle));
  }

  private call<T>(call: () => T): T {
    return system(`can't lock ${this.name}`, undefined, call);
  }
}
