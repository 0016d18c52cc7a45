/** What a case is, and what the cases are written with. Where not said otherwise: 8 blocks of 4 tokens. */
import type { KvEvent } from "../../pager/events.ts";
import { Engine } from "../engine.ts";
import { check } from "../fail.ts";
import type { Job } from "../job.ts";
import type { Feature, Subject, SubjectOpen, SubjectOptions } from "../subject.ts";

export type Create = (options: SubjectOptions) => Subject;

export interface Case {
  readonly number: number;
  readonly name: string;
  /** Whose bug it was. */
  readonly origin: string;
  /** What a pager has to have for it. */
  readonly needs?: readonly Feature[];
  /** Whether it is of vLLM's order of eviction. */
  readonly order?: boolean;
  readonly run: (create: Create) => void;
}

export const EIGHT: Readonly<{ blocks: number; blockTokens: number; sequences: number; seed: string }> = {
  blocks: 8,
  blockTokens: 4,
  sequences: 16,
  seed: "cases",
};

/** `n` tokens, counted from `first`. */
export function tokens(n: number, first = 0): number[] {
  return Array.from({ length: n }, (_, i) => first + i);
}

/** A sequence that has slots for all of its tokens. */
export function admit(pager: Subject, options: SubjectOpen): number {
  const sequence = pager.open(options);
  const left = (options.tokens?.length ?? options.length ?? 0) - pager.computed(sequence);
  check(pager.allocateSlots(sequence, left), () => `no slots for ${left} tokens, with ${pager.free} blocks free`);
  return sequence;
}

/** What is cached of a prompt. */
export function cached(pager: Subject, options: SubjectOpen): number {
  const sequence = pager.open(options);
  const computed = pager.computed(sequence);
  pager.close(sequence);
  return computed;
}

export function table(pager: Subject, sequence: number): number[] {
  return Array.from(pager.table(sequence));
}

export function of(type: KvEvent["type"], events: readonly KvEvent[]): KvEvent[] {
  return events.filter((event) => event.type === type);
}

/** A pager, and an engine that looks at it after each call. */
export function watched(create: Create, options: SubjectOptions): Engine {
  return new Engine(create(options), options);
}

/** The same as `admit`, watched. */
export function run(engine: Engine, options: SubjectOpen): Job {
  const job = engine.open(options);
  check(
    engine.allocate(job, job.labels.length - engine.computed(job)),
    () => `no slots, with ${engine.pager.free} blocks free`,
  );
  return job;
}
