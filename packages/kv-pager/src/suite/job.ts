/** What the engine knows of a sequence, and of copies in flight. */

export interface Job {
  readonly sequence: number;
  readonly tenant: string;
  /** What stands before its first token: salt, adapter. */
  readonly root: string;
  /** Each token, as what it is in the prompt: a media's tokens by their place in it. */
  readonly labels: string[];
  committed: number;
  /** Tokens that were computed, or found. 0: it waits. */
  scheduled: number;
  runs: boolean;
  /** The weights that its blocks are of. */
  epoch: number;
  /** Whether it was opened with keys. */
  readonly given: boolean;
  /** The numbers of its first tokens, as far as they are known, with weights of `of`. */
  numbers: number[];
  of: number;
}

export interface Copy {
  readonly fromTier: number;
  readonly from: number;
  readonly toTier: number;
  readonly to: number;
}

export interface Transfer {
  readonly copies: Copy[];
  readonly isLoad: boolean;
}
