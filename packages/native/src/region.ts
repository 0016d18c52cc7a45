import { readFileSync } from "node:fs";
import type { Memory } from "@ariax/allocator";
import {
  bytes,
  checkBoolean,
  checkInteger,
  disposable,
  newBuffer,
  present,
  readOptions,
  tagOf,
  type Words,
} from "@ariax/allocator/implement";
import { type About, addon, type Handle } from "./addon.ts";
import { detachable } from "./detach.ts";
import { RegionUnmappedError, SystemCallError } from "./errors.ts";
import { hugeBytes, takesAdvice } from "./huge-pages.ts";
import { openFile } from "./open-file.ts";
import {
  type FileOptions,
  MAX_REGION,
  type MapOptions,
  type OpenOptions,
  type PrivateOptions,
  readMapOptions,
  readOpenOptions,
  readShareOptions,
  type ShareOptions,
} from "./region-options.ts";
import { checkName, isNotThere, isThere, system } from "./system.ts";

/** The tag of every region, those of a second copy of this package and proxies of one included. */
const TAG = "AriaxRegion";

/** `"granted"`: the kernel took the advice. `"refused"`: it didn't, or can't. `"none"`: not asked for. */
export type HugePages = "granted" | "refused" | "none";

/** `"ordinary"` is a buffer of V8's own, where external ones are refused. */
export type RegionKind = "private" | "file" | "shared" | "ordinary";

const WORDS: Words<Region> = {
  name: () => "Region",
  parts: ({ kind, name, byteLength }) => [name === undefined ? kind : `${kind} "${name}"`, bytes(byteLength)],
  what: "a region",
  send: "share it by name or file, and map that there",
};

/** What a region is made of. Without a handle the buffer is an ordinary one. */
interface Source {
  readonly kind: RegionKind;
  readonly handle?: Handle;
  readonly buffer: ArrayBuffer;
  readonly hugePages?: boolean;
  readonly name?: string | undefined;
  readonly reserved?: boolean;
}

/**
 * Memory mapped from the operating system, as one `ArrayBuffer`.
 *
 * Mapping reserves addresses; a page takes RAM when it is first touched. `unmap` gives all of it back and detaches the buffer,
 * so that every view of it has length 0. A region that is dropped without that is unmapped once the garbage collector has
 * found both the region and its buffer out of reach.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `MapError` where the system has no room.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `SystemCallError` where the system refuses.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `RegionUnmappedError` once the region is unmapped.
 */
export class Region implements Memory, Disposable {
  declare readonly [Symbol.dispose]: () => void;
  // Declared, so that what a clone reads first, by `present`, is the first property there is.
  declare private readonly handle: Handle | undefined;
  declare private readonly about: About | undefined;
  declare private readonly memory: ArrayBuffer;
  /** The bytes of the buffer. */
  declare readonly byteLength: number;
  declare readonly kind: RegionKind;
  /** Whether there are pages without access at both ends. */
  declare readonly guard: boolean;
  /** What came of `hugePages: true`: whether it was taken. How many bytes are in huge pages, `hugePageBytes()` tells. */
  declare readonly hugePages: HugePages;
  /** The name of shared memory that has one. */
  declare readonly name: string | undefined;
  /** Whether all of it was reserved: then `purge` gives nothing back, as that would have to be had anew. */
  declare readonly reserved: boolean;

  private constructor(source: Source) {
    const { handle, buffer } = source;
    present(this, WORDS);
    disposable(this);
    this.handle = handle;
    this.about = handle === undefined ? undefined : addon().about(handle);
    this.memory = buffer;
    this.byteLength = buffer.byteLength;
    this.kind = source.kind;
    this.guard = this.about?.guarded ?? false;
    this.hugePages = source.hugePages ? (this.about?.huge && takesAdvice() ? "granted" : "refused") : "none";
    this.name = source.name;
    this.reserved = source.reserved ?? false;
    // Node itself makes external buffers untransferable, so that no other thread gets them. tried: markAsUntransferable on
    // top of it; it refuses buffer.transfer() too, but then the buffer can't be detached any more, by anybody (Node 24).
  }

  static [Symbol.hasInstance](value: unknown): value is Region {
    return tagOf(value) === TAG;
  }

  /** By this Vue knows an object that it must not put a proxy before. */
  get [Symbol.toStringTag](): string {
    return TAG;
  }

  /**
   * Private memory, all zero, or a file. Two system calls with guard pages, one without.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `MapError` where the system has no room.
   * @throws `SystemCallError` for a file that can't be opened.
   * @throws `NativeUnavailableError` where there is no addon for this machine. Nothing has changed then, not on disk either.
   */
  static map(options: PrivateOptions | FileOptions): Region {
    const read = readMapOptions(options);
    return new Region(read.file === undefined ? mapPrivate(read) : mapFile(read, read.file));
  }

  /**
   * New shared memory, all zero, for several processes or threads. One with a name stays until `Region.unlink`, or a restart of the machine,
   * even when nobody has it mapped.
   *
   * @throws `SystemCallError` where the name is taken, otherwise as `map`.
   */
  static share(options: ShareOptions): Region {
    const { name, bytes, guard, reserve, least } = readShareOptions(options);
    const what = `can't share ${name === undefined ? "memory" : `"${name}"`}`;
    const handle = sharing(what, () => mapping(what, bytes, () => addon().share(name ?? null, bytes, least, guard)));
    try {
      return new Region({ kind: "shared", handle, buffer: sharedBuffer(handle), name, reserved: reserve });
    } catch (error) {
      if (name !== undefined) Region.unlink(name);
      throw error;
    }
  }

  /**
   * The shared memory of that name, all of it.
   *
   * @throws `SystemCallError` where there is none.
   */
  static open(options: OpenOptions): Region {
    const { name, guard } = readOpenOptions(options);
    const handle = mapping(`can't open shared "${name}"`, undefined, () => addon().open(name, guard));
    return new Region({ kind: "shared", handle, buffer: sharedBuffer(handle), name });
  }

  /**
   * Takes the name of shared memory away; the memory lives on where it is mapped. `false` where nothing has that name, and always on
   * Windows, where names go by themselves with the last region.
   */
  static unlink(name: string): boolean {
    checkName(name);
    try {
      system(`can't unlink "${name}"`, undefined, () => addon().unlink(name));
      return true;
    } catch (error) {
      if (isNotThere(error)) return false;
      throw error;
    }
  }

  /**
   * All of it, as one buffer, always the same.
   *
   * @throws `RegionUnmappedError` after `unmap`.
   */
  get buffer(): ArrayBuffer {
    if (!this.mapped) throw new RegionUnmappedError(this.byteLength);
    return this.memory;
  }

  /** Whether the memory is there: not after `unmap`, nor once someone has moved it elsewhere by `buffer.transfer()`. */
  get mapped(): boolean {
    return this.memory.byteLength !== 0;
  }

  /** Whether the buffer is mapped memory, and not an ordinary one. */
  get external(): boolean {
    return this.handle !== undefined;
  }

  /**
   * Of shared memory without a name: a path by which other processes can map it (`Region.map({ file })`) as long as this
   * one has it mapped, if the system lets them look into this process. Else `undefined`.
   */
  get path(): string | undefined {
    return this.descriptor === undefined ? undefined : `/proc/${process.pid}/fd/${this.descriptor}`;
  }

  /** Of shared memory without a name: its open file descriptor, for children that inherit it. Else `undefined`. */
  get descriptor(): number | undefined {
    const descriptor = this.about?.descriptor ?? -1;
    return descriptor >= 0 && this.mapped ? descriptor : undefined;
  }

  /** Bytes in RAM now, in whole pages; of files and shared memory, whoever brought them there. O(pages). */
  resident(): number {
    const handle = this.live();
    if (handle === undefined) return this.byteLength; // at most: V8 does not tell
    return system("can't ask what is resident", undefined, () => addon().resident(handle));
  }

  /**
   * Which pages are in RAM now: a byte for each, 1 if it is, else 0. `into` is an array of this method's that may be written
   * anew. Empty for an ordinary buffer. One system call, O(pages).
   */
  residentPages(into?: Uint8Array): Uint8Array {
    const handle = this.live();
    const count = handle === undefined ? 0 : this.about!.length / addon().pageSize();
    const isOurs =
      into !== undefined && ArrayBuffer.isView(into) && tagOf(into) === "Uint8Array" && into.length === count;
    const pages = isOurs ? into : (new Uint8Array(newBuffer(count)) as Uint8Array);
    if (handle !== undefined) system("can't ask what is resident", undefined, () => addon().present(handle, pages));
    return pages;
  }

  /**
   * Bytes in huge pages now; 0 on other systems than Linux, which tells it in /proc/self/smaps. O(mappings of the process).
   *
   * @throws `SystemCallError` where that can't be read.
   */
  hugePageBytes(): number {
    this.live();
    if (this.about === undefined || process.platform !== "linux") return 0;
    const { address, length } = this.about;
    return hugeBytes(readMappings(), address, address + BigInt(length));
  }

  /**
   * Gives the RAM of a range back: of the whole pages inside it, which read as zero then. `lazy`: as zero or as before, until
   * they are written; the system takes them when it is short. Of files and shared memory the contents go for everybody.
   * `false`: nothing was given back, since there is no whole page in the range, the region is reserved, or the system can't.
   */
  purge(byteOffset: number, bytes: number, options: { readonly lazy?: boolean | undefined } = {}): boolean {
    const { lazy = false } = readOptions(options, ["lazy"]);
    checkBoolean("lazy", lazy);
    checkInteger("byteOffset", byteOffset, 0, this.byteLength);
    checkInteger("bytes", bytes, 0, this.byteLength - byteOffset);
    const handle = this.live();
    if (handle === undefined || this.reserved) return false;
    return system("can't purge", undefined, () => addon().purge(handle, byteOffset, bytes, lazy));
  }

  /**
   * Brings a range into RAM, and takes room for it. `false` where the system can't say; Linux can, since 5.14. One system call, O(pages).
   *
   * @throws `SystemCallError` where touching it would end the process: someone has made the file shorter, or its disk is full.
   */
  populate(byteOffset: number, bytes: number): boolean {
    checkInteger("byteOffset", byteOffset, 0, this.byteLength);
    checkInteger("bytes", bytes, 0, this.byteLength - byteOffset);
    const handle = this.live();
    if (handle === undefined) return false;
    const what = `can't reach bytes ${byteOffset} to ${byteOffset + bytes} of the region`;
    return system(what, undefined, () => addon().populate(handle, byteOffset, bytes));
  }

  /** Writes what has changed to the file, and waits until it is there. `false` where there is no file. */
  flush(): boolean {
    const handle = this.live();
    if (handle === undefined || this.kind !== "file") return false;
    system("can't flush", undefined, () => addon().flush(handle));
    return true;
  }

  /**
   * Gives the memory back and detaches the buffer. No input or output into the buffer may be under way, and no C code may have its address: the
   * memory is gone at once.
   *
   * @throws `RegionUnmappedError` the second time.
   * @throws `UnsupportedError` where the buffer can't be detached, since it was given to `markAsUntransferable`: nothing has changed then.
   */
  unmap(): void {
    const handle = this.live();
    const native = addon();
    const buffer = detachable(this.memory);
    system("can't unmap", undefined, () =>
      handle === undefined ? native.detach(buffer) : native.unmap(handle, buffer),
    );
  }

  /** As `unmap`, and nothing where that was done before. */
  dispose(): void {
    if (this.mapped) this.unmap();
  }

  private live(): Handle | undefined {
    if (!this.mapped) throw new RegionUnmappedError(this.byteLength);
    return this.handle;
  }
}

function mapPrivate({ bytes, guard, hugePages, external }: MapOptions): Source {
  if (external) {
    const handle = mapping("can't map", bytes, () => addon().map(bytes, guard, hugePages));
    const buffer = takeBuffer(handle);
    if (buffer !== undefined) return { kind: "private", handle, buffer, hugePages };
  }
  return { kind: "ordinary", buffer: ordinaryBuffer(bytes), hugePages };
}

function mapFile({ bytes, guard, create, reserve, least }: MapOptions, file: string | number): Source {
  const native = addon(); // before the file is touched
  const opened = openFile(file, bytes, create, native.fileLimit());
  try {
    checkInteger("bytes", opened.bytes, 1, MAX_REGION);
    const what = `can't map ${opened.name}`;
    const room = reserve ? opened.bytes : least;
    const handle = mapping(what, opened.bytes, () => native.mapFile(opened.descriptor, opened.bytes, room, guard));
    const buffer = sharedBuffer(handle);
    opened.close();
    return { kind: "file", handle, buffer, reserved: reserve };
  } catch (error) {
    opened.undo();
    throw error;
  }
}

/** What a call of the addon has mapped. No proxy can be put in the place of a handle: those of Vue leave what is frozen alone. */
function mapping(what: string, bytes: number | undefined, map: () => Handle): Handle {
  return Object.freeze(system(what, bytes, map));
}

/** What `share` returns; where the name is taken, what else there is to do. */
function sharing(what: string, share: () => Handle): Handle {
  try {
    return share();
  } catch (error) {
    if (!isThere(error)) throw error;
    throw new SystemCallError(
      what,
      (error as SystemCallError).reason,
      "Region.open opens it, Region.unlink removes it",
    );
  }
}

/** The one buffer of a mapping; `undefined`, and nothing mapped, where this runtime takes no memory but its own. */
function takeBuffer(handle: Handle): ArrayBuffer | undefined {
  let buffer: ArrayBuffer | undefined;
  try {
    // Of shared memory nobody has asked for a length: it is what its maker gave it.
    checkInteger("bytes", addon().about(handle).bytes, 1, MAX_REGION);
    buffer = addon().buffer(handle);
  } finally {
    if (buffer === undefined) addon().unmap(handle, undefined);
  }
  return buffer;
}

/** The same of a file or of shared memory, in whose place nothing else can be. */
function sharedBuffer(handle: Handle): ArrayBuffer {
  const buffer = takeBuffer(handle);
  if (buffer === undefined) throw new SystemCallError("can't map", "external buffers are refused");
  return buffer;
}

function readMappings(): string {
  try {
    return readFileSync("/proc/self/smaps", "latin1");
  } catch (error) {
    throw new SystemCallError("can't read /proc/self/smaps", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function ordinaryBuffer(bytes: number): ArrayBuffer {
  addon(); // it is needed to unmap: if there is none, say so now
  return newBuffer(bytes) as ArrayBuffer;
}
