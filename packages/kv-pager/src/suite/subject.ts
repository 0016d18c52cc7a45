/**
 * What the suite asks of a pager, `KvPager` or another one with the same verbs. A verb that is optional and not there is not tested, nor what needs it.
 * What each has to do, `KvPager`'s documentation says.
 */
import type { KvEvent } from "../pager/events.ts";
import type { EachMove } from "../pager/moves.ts";

/** Options that the suite makes pagers with: the same as those of `KvPager`. */
export interface SubjectOptions {
  readonly blocks: number;
  readonly blockTokens: number;
  readonly tiers?: readonly { readonly name: string; readonly blocks: number }[];
  readonly watermark?: number;
  readonly window?: number;
  readonly events?: boolean;
  readonly tenants?: number;
  readonly sequences?: number;
  readonly seed?: string;
  readonly policy?: string;
}

export interface SubjectOpen {
  readonly tokens?: readonly number[];
  readonly keys?: Int32Array;
  readonly length?: number;
  readonly tenant?: string;
  readonly salt?: string;
  readonly adapter?: string;
  readonly media?: readonly { readonly id: string; readonly from: number; readonly length: number }[];
}

export interface Subject {
  readonly blocks: number;
  readonly free: number;
  open(options: SubjectOpen): number;
  computed(sequence: number): number;
  allocateSlots(sequence: number, newTokens: number, lookahead?: number): boolean;
  append(sequence: number, token: number): boolean;
  commit(sequence: number, n?: number): void;
  close(sequence: number, computed?: number): void;
  table(sequence: number): ArrayLike<number>;
  rewind?(sequence: number, n?: number): void;
  /** With `moves`. */
  fork?(sequence: number): number;
  moves?(each: EachMove): number;
  preempt?(sequence: number): { readonly recompute: number; readonly freed: number };
  cost?(sequence: number): { readonly recompute: number; readonly freed: number };
  /** With `load`, `done`, `failed`, `expire` and `moves`. */
  offload?(ids: ArrayLike<number>, to: number): number;
  load?(sequence: number): number;
  done?(ticket: number, arrived?: number): void;
  failed?(ticket: number): void;
  expire?(ticket: number): void;
  readonly events?: { drain(): readonly KvEvent[] };
  /** With `charged`. */
  quota?(tenant: string, blocks: number | undefined): void;
  charged?(tenant: string): number;
  reset?(): number;
  /** Throws where an invariant is broken. */
  verify?(): void;
  /** All of its state, to be compared before and after what is refused. */
  snapshot?(): Uint8Array;
}

/** Whether a pager has what a group of verbs is for. */
export type Feature = "rewind" | "fork" | "preempt" | "tiers" | "events" | "tenants" | "reset";

const VERBS: Readonly<Record<Feature, readonly (keyof Subject)[]>> = {
  rewind: ["rewind"],
  fork: ["fork", "moves"],
  preempt: ["preempt", "cost"],
  tiers: ["offload", "load", "done", "failed", "expire", "moves"],
  events: ["events"],
  tenants: ["quota", "charged"],
  reset: ["reset"],
};

export function has(subject: Subject, feature: Feature): boolean {
  return VERBS[feature].every((verb) => subject[verb] !== undefined);
}
