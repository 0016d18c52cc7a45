/** How regions are asked for; and what was asked, read once and checked before anything is touched. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkAlone, checkBoolean, checkInteger, readOptions } from "@ariax/allocator/implement";
import { checkName } from "./system.ts";

/** The most bytes of a region: 4 GiB, what every supported Node takes as one buffer. */
export const MAX_REGION = 0x1_0000_0000;

/** How a region is laid out. */
export interface Placement {
  /** Pages without access at both ends: C code that runs over an end is stopped by the system. Default: `true`. */
  readonly guard?: boolean | undefined;
}

/** Private memory, all zero. */
export interface PrivateOptions extends Placement {
  readonly file?: undefined;
  /** 1 to `MAX_REGION`. */
  readonly bytes: number;
  /** Ask for pages of 2 MiB. What came of it: `region.hugePages` and `region.hugePageBytes()`. Default: `false`. */
  readonly hugePages?: boolean | undefined;
  /** `false`: an ordinary `ArrayBuffer`, as where the runtime refuses external ones. Default: `true`. */
  readonly external?: boolean | undefined;
}

/** What others see as well: its room may run out while it is used. */
export interface Reservation {
  /**
   * Whether the system has to have room for all of it now: an error says that it has not. Otherwise a page takes its room when it is
   * first touched, and where the disk is full then, or the quota reached, the process is killed (`SIGBUS`). Default: `false`.
   */
  readonly reserve?: boolean | undefined;
}

/** A file, from its start. */
export interface FileOptions extends Placement, Reservation {
  /** Its path; or an open descriptor, which stays yours, and may be closed afterwards. */
  readonly file: string | number;
  /** How much of it, 1 to `MAX_REGION`. Default: all there is. */
  readonly bytes?: number | undefined;
  /** Whether a file that is missing is created, and one shorter than `bytes` made longer. Default: `true`. */
  readonly create?: boolean | undefined;
}

/** New shared memory, all zero. */
export interface ShareOptions extends Placement, Reservation {
  /** 1 to `MAX_REGION`. */
  readonly bytes: number;
  /** A letter or digit and up to 29 letters, digits, `.`, `_` or `-`. Without it, `region.path` leads there (Linux only). */
  readonly name?: string | undefined;
}

/** Shared memory that exists. */
export interface OpenOptions extends Placement {
  readonly name: string;
}

/** For heaps, which can't be without their control block: the bytes from the start for which there must be room. */
export const LEAST: unique symbol = Symbol("least");

/** All that `Region.map` has to know. */
export interface MapOptions {
  readonly file: string | number | undefined;
  /** Checked; `undefined` of a file only. */
  readonly bytes: number;
  readonly guard: boolean;
  readonly hugePages: boolean;
  readonly external: boolean;
  readonly create: boolean;
  readonly reserve: boolean;
  readonly least: number;
}

interface Given extends Placement, Reservation {
  readonly file?: string | number;
  readonly name?: string;
  readonly bytes?: number;
  readonly hugePages?: boolean;
  readonly external?: boolean;
  readonly create?: boolean;
  readonly [LEAST]?: number;
}

const PRIVATE = ["hugePages", "external"];
const FILE = ["create", "reserve"];

export function readMapOptions(options: PrivateOptions | FileOptions): MapOptions {
  const read = readOptions(options as Given, ["file", "bytes", "guard", ...PRIVATE, ...FILE, LEAST]);
  const { file } = read;
  if (file === undefined) for (const name of FILE) checkFile(read, name as keyof Given);
  else for (const name of PRIVATE) checkAlone(read, name, ["file"]);
  const { hugePages = false, external = true, create = true } = read;
  checkBoolean("hugePages", hugePages);
  checkBoolean("external", external);
  checkBoolean("create", create);
  return { file, hugePages, external, create, ...readCommon(read, file !== undefined) };
}

export function readShareOptions(options: ShareOptions): MapOptions & { readonly name: string | undefined } {
  const read = readOptions(options as Given, ["name", "bytes", "guard", "reserve", LEAST]);
  const common = readCommon(read, false);
  const name = read.name === undefined ? undefined : checkName(read.name);
  const least = common.reserve ? common.bytes : common.least;
  return { file: undefined, hugePages: false, external: true, create: true, ...common, name, least };
}

export function readOpenOptions(options: OpenOptions): Required<OpenOptions> & { readonly guard: boolean } {
  const { name, guard = true } = readOptions(options, ["name", "guard"]);
  return { name: checkName(name), guard: checkBoolean("guard", guard) };
}

function readCommon(read: Given, any: boolean): Pick<MapOptions, "bytes" | "guard" | "reserve" | "least"> {
  const { bytes, guard = true, reserve = false, [LEAST]: least = 0 } = read;
  if (!any || bytes !== undefined) checkInteger("bytes", bytes as number, 1, MAX_REGION);
  return {
    bytes: bytes as number,
    guard: checkBoolean("guard", guard),
    reserve: checkBoolean("reserve", reserve),
    least,
  };
}

function checkFile(read: Given, name: keyof Given): void {
  if (read[name] === undefined) return;
  throw new InvalidArgumentError(`contradictory options: ${String(name)} means nothing without file`);
}
