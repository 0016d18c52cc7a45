/** How a region is laid out. */
export interface Placement {
  /** Pages without access at both ends: C code that runs over an end is stopped by the system. Default: `true`. */
  readonly guard?: boolean;
}

/** Private memory, all zero. */
export interface PrivateOptions extends Placement {
  readonly file?: undefined;
  /** 1 to `MAX_REGION`. */
  readonly bytes: number;
  /** Ask for pages of 2 MiB. What came of it: `region.hugePages` and `region.hugePageBytes()`. Default: `false`. */
  readonly hugePages?: boolean;
  /** `false`: an ordinary `ArrayBuffer`, as where the runtime refuses external ones. Default: `true`. */
  readonly external?: boolean;
}

/** A file, from its start. */
export interface FileOptions extends Placement {
  /** Its path; or an open descriptor, which stays yours, and may be closed afterwards. */
  readonly file: string | number;
  /** How much of it, 1 to `MAX_REGION`. Default: all there is. */
  readonly bytes?: number;
  /** Whether a file that is missing is created, and one shorter than `bytes` made longer. Default: `true`. */
  readonly create?: boolean;
}

/** New shared memory, all zero. */
export interface ShareOptions extends Placement {
  /** 1 to `MAX_REGION`. */
  readonly bytes: number;
  /** A letter or digit and up to 29 letters, digits, `.`, `_` or `-`. Without it, `region.path` leads there (Linux only). */
  readonly name?: string;
}

/** Shared memory that exists. */
export interface OpenOptions extends Placement {
  readonly name: string;
}
