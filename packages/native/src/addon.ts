/**
 * The addon, found and loaded when it is first asked for: importing this package never throws, and costs no file access.
 */

import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Offsets } from "@ariax/allocator";
import type { LaneVerbs } from "@ariax/slab/engine";
import { NativeUnavailableError } from "./errors.ts";
import { BUILT, describeHost, PACKAGE, prebuilt, runtime } from "./host.ts";

declare const HANDLE: unique symbol;

/** One mapping, as the addon knows it. */
export interface Handle {
  readonly [HANDLE]: true;
}

/** What the addon tells of a mapping. */
export interface About {
  /** The bytes of its buffer. */
  readonly bytes: number;
  /** The bytes that are mapped: whole pages. */
  readonly length: number;
  readonly guarded: boolean;
  /** Whether the system took the advice to use huge pages. */
  readonly huge: boolean;
  /** The open file descriptor of anonymous shared memory, or −1. */
  readonly descriptor: number;
  readonly address: bigint;
}

/**
 * The functions of `addon/region.c`, the last ones of `addon/engine.c` and `addon/lanes.c`, and those of `addon/locks.c`. They check what they are given, but in fewer words
 * than `Region` does, and report failed system calls as errors with the call as message, and `errno`.
 */
export interface Addon {
  map(bytes: number, guard: boolean, huge: boolean): Handle;
  /** Of the first `reserve` bytes there is room, or it throws. */
  mapFile(descriptor: number, bytes: number, reserve: number, guard: boolean): Handle;
  share(name: string | null, bytes: number, reserve: number, guard: boolean): Handle;
  open(name: string, guard: boolean): Handle;
  unlink(name: string): void;
  about(handle: Handle): About;
  /** Once for each handle; `undefined` where this runtime refuses external buffers. */
  buffer(handle: Handle): ArrayBuffer | undefined;
  /** The buffer is one that `detachable` returned, or the process ends. So of `detach`. */
  unmap(handle: Handle, buffer: ArrayBuffer | undefined): void;
  detach(buffer: ArrayBuffer): void;
  purge(handle: Handle, byteOffset: number, bytes: number, lazy: boolean): boolean;
  /** `false` where the system can't say. */
  populate(handle: Handle, byteOffset: number, bytes: number): boolean;
  resident(handle: Handle): number;
  /** Sets the byte of each page, as many as there is room for: 1 where it is in RAM, else 0. */
  present(handle: Handle, out: Uint8Array): void;
  flush(handle: Handle): void;
  /** For tests of the guard pages: reads up to a page beyond either end. */
  peek(handle: Handle, byteOffset: number): number;
  /** Bytes of a page of the system. */
  pageSize(): number;
  /** The longest that this process may make a file, in bytes. */
  fileLimit(): number;
  systemCalls(): number;
  /** The engine's functions, for the heap that begins at the byte `base`. */
  bind(buffer: ArrayBuffer, base: number): Engine;
  /** A heap for other addons: include/ariax_native.h. */
  handle(buffer: ArrayBuffer, base: number): HeapHandle;
  /** The functions of the engine with lanes, for the heap that a view is over, all of it. */
  bindLanes(view: Int32Array): LaneEngine;
  /** A heap with lanes for other addons: include/ariax_native.h. */
  lanesHandle(view: Int32Array): LanesHandle;
  /** A file that locks are held in, by an open descriptor of it, which stays the caller's: addon/lock_file.h. It is not closed when it is collected. */
  openLocks(descriptor: number): LockHandle;
  closeLocks(locks: LockHandle): void;
  /** `false` where another open file has it. */
  takeLock(locks: LockHandle, ticket: number): boolean;
  releaseLock(locks: LockHandle, ticket: number): void;
  /** Has another open file it? */
  isLocked(locks: LockHandle, ticket: number): boolean;
  /** 0 behind the end of the file. */
  readRecord(locks: LockHandle, ticket: number): number;
  writeRecord(locks: LockHandle, ticket: number, record: number): void;
}

declare const LOCKS: unique symbol;

/** A file that locks are held in, open in one thread. */
export interface LockHandle {
  readonly [LOCKS]: true;
}

declare const HEAP: unique symbol;

/** A heap, as other addons take it: `ariax_native_get` in include/ariax_native.h. */
export interface HeapHandle {
  readonly [HEAP]: true;
}

declare const LANES: unique symbol;

/** A heap with lanes, as other addons take it: `ariax_native_lanes_get` in include/ariax_native.h. */
export interface LanesHandle {
  readonly [LANES]: true;
}

/** The functions of one heap with lanes (`addon/lanes.c`): to be called while its memory is there. */
export interface LaneEngine extends LaneVerbs {
  readonly allocateMany: (lane: number, ticket: number, size: number, out: Offsets) => number;
  readonly freeMany: (lane: number, ticket: number, offsets: Offsets, count: number) => number;
  /** 0, or the number of the first broken invariant. */
  readonly verify: () => number;
}

/** The functions of one heap (`addon/engine.c`): to be called while its buffer is not detached. Results are signed. */
export interface Engine {
  allocate(size: number): number;
  allocateAligned(size: number, alignment: number): number;
  /** 0: done; 1: a double free; 2: no block begins there, live or free; 4: done, and pages went back to the pool. */
  free(offset: number): number;
  sizeOf(offset: number): number;
  resize(offset: number, size: number): boolean;
  reallocate(offset: number, size: number): number;
  allocateMany(size: number, out: Offsets): number;
  freeMany(offsets: Offsets, count: number): number;
  why(offset: number): number;
  reset(): void;
  verify(): number;
}

let loaded: Addon | undefined;

/** The addon. Throws `NativeUnavailableError` where there is none. */
export function addon(): Addon {
  return (loaded ??= load());
}

/** Why there is no addon here, in the words of the error; `undefined` where there is one. */
export function whyUnavailable(): string | undefined {
  try {
    addon();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether regions can be mapped here. */
export function isAvailable(): boolean {
  return whyUnavailable() === undefined;
}

/** The system calls for memory that the addon has made in this process, in all threads. 0 where there is no addon. */
export function systemCalls(): number {
  return isAvailable() ? addon().systemCalls() : 0;
}

function load(): Addon {
  try {
    return found();
  } catch (error) {
    throw isForbidden(error) ? new NativeUnavailableError(forbidden()) : error;
  }
}

function found(): Addon {
  const failures: string[] = [];
  for (const path of PACKAGE === "" ? [] : candidates()) {
    try {
      if (existsSync(path)) return open(path);
    } catch (error) {
      if (isForbidden(error)) throw error;
      failures.push((error as Error).message.split("\n")[0]);
    }
  }
  if (failures.length === 0) {
    if (!mayRead()) throw new NativeUnavailableError(forbidden());
    if (PACKAGE === "" || !existsSync(join(PACKAGE, "addon/binding.gyp"))) throw new NativeUnavailableError(bundled());
  }
  const what = failures.length === 0 ? "no prebuilt addon for" : `it does not load (${failures.join("; ")}) on`;
  throw new NativeUnavailableError(
    `native addon unavailable: ${what} ${describeHost()}; if there is a C compiler, this builds one: node "${buildCommand()}"`,
  );
}

/** As `require` does it; but that bundlers try to understand. */
function open(path: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports as Addon;
}

/** Some Nodes say of a file that may not be read that it is not there. */
function mayRead(): boolean {
  return process.permission === undefined || process.permission.has("fs.read", PACKAGE);
}

/** Does an error say that the process was started so that it loads no addon, or finds none? */
function isForbidden(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  // Deno's have no code.
  return code === "ERR_DLOPEN_DISABLED" || code === "ERR_ACCESS_DENIED" || /^Requires \w+ access to /.test(message);
}

/** How it is to be started. */
function forbidden(): string {
  const [host] = runtime(process.versions).split(" ");
  const node =
    process.permission !== undefined ? "with --allow-addons, and --allow-fs-read for it" : "without --no-addons";
  const how = host === "Deno" ? "with --allow-ffi, --allow-read and --allow-sys" : node;
  return `native addon unavailable: this process may load none; start ${host} ${how}`;
}

/** This file lies where a bundler has put it. */
function bundled(): string {
  return (
    "native addon unavailable: it does not lie beside this code, which a bundler has moved; " +
    "mark @ariax/native external in your bundler"
  );
}

/** Where an addon may lie, best first. The second is only worked out when the first is not there. */
function* candidates(): Generator<string> {
  yield BUILT;
  yield prebuilt();
}

/** The script that builds the addon, in the same form as this file: .ts in the workspace, .js once published. */
function buildCommand(): string {
  const here = fileURLToPath(import.meta.url);
  return join(dirname(here), `build-command${extname(here)}`);
}
