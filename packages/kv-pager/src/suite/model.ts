/**
 * Random programs of every verb, each step looked at by the engine; the shortest that still fails is told. Prompts are few and begin alike, tokens
 * are two, and there are few blocks: so hits, copies, forks, refusals and evictions are what mostly happens.
 */
import { Engine } from "./engine.ts";
import { PagerConformanceError } from "./fail.ts";
import type { Job } from "./job.ts";
import { random } from "./random.ts";
import { has, type Subject, type SubjectOptions } from "./subject.ts";

/** A verb, and numbers that say what of it: they are taken modulo what there is. */
type Step = readonly [verb: Verb, n: number, m: number];
type Verb = keyof typeof VERBS;

const waiting = (engine: Engine) => engine.jobs.filter(({ runs }) => !runs);
const running = (engine: Engine) => engine.jobs.filter(({ runs }) => runs);
const one = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(list.length, 1)];
const isWhole = (job: Job) => job.runs && job.scheduled === job.labels.length;

/** A prompt: one of a few beginnings, then two kinds of tokens. */
function prompt(n: number, m: number): number[] {
  const next = random(n % 5);
  const beginning = Array.from({ length: 10 }, () => next(2));
  const rest = random(m % 7);
  return [...beginning.slice(0, 1 + (n % 10)), ...Array.from({ length: m % 9 }, () => rest(2))];
}

/** Keys of four full blocks that begin alike where the prompts do: their first words, and so their low 64 bits, are all the same. */
function chain(n: number): Int32Array {
  const keys = new Int32Array(32);
  for (let i = 0; i < 4; i++) keys.set([7, 7, 7, i, 7, 7, 7, n % 3 >= i ? 0 : 1 + (n % 6)], 8 * i);
  return keys;
}

const TENANTS = ["a", "b", "c", undefined];

/** What each verb does, and how often it comes. */
const VERBS = {
  open: (engine: Engine, n: number, m: number) => {
    if (engine.jobs.length >= 8) return;
    const tenant = (engine.options.tenants ?? 0) > 0 ? TENANTS[m % 4] : undefined;
    const owned = tenant === undefined ? {} : { tenant };
    if (n % 8 === 7) engine.open({ keys: chain(m), length: 4 * engine.options.blockTokens + (m % 3), ...owned });
    else engine.open({ tokens: prompt(n, m), ...SALTS[n % SALTS.length], ...owned });
  },
  admit: (engine: Engine, n: number, m: number) => {
    const job = one(waiting(engine), n);
    if (job === undefined) return;
    const left = job.labels.length - engine.computed(job);
    engine.allocate(job, m % 4 === 0 ? Math.ceil(left / 2) : left, m % 5 === 0 ? 3 : 0);
  },
  continue: (engine: Engine, n: number, m: number) => {
    const job = one(running(engine), n);
    if (job !== undefined) engine.allocate(job, Math.min(1 + (m % 5), job.labels.length - job.scheduled), m % 4);
  },
  decode: (engine: Engine, n: number, m: number) => {
    const job = one(running(engine).filter(isWhole), n);
    if (job !== undefined && engine.append(job, m % 2) && m % 3 !== 0)
      engine.commit(job, job.labels.length - job.committed);
  },
  speculate: (engine: Engine, n: number, m: number) => {
    const job = one(running(engine).filter(isWhole), n);
    for (let i = 0; job !== undefined && i <= m % 6; i++) if (!engine.append(job, (m >> i) % 2)) break;
  },
  commit: (engine: Engine, n: number, m: number) => {
    const job = one(engine.jobs, n);
    if (job !== undefined) engine.commit(job, m % (job.labels.length - job.committed + 1));
  },
  rewind: (engine: Engine, n: number, m: number) => {
    const job = one(engine.jobs, n);
    if (job === undefined || !has(engine.pager, "rewind")) return;
    engine.rewind(job, m % (job.labels.length - job.committed + 1));
  },
  fork: (engine: Engine, n: number) => {
    const job = one(engine.jobs, n);
    if (job !== undefined && engine.jobs.length < 8 && has(engine.pager, "fork")) engine.fork(job);
  },
  close: (engine: Engine, n: number) => {
    const job = one(engine.jobs, n);
    if (job !== undefined) engine.close(job);
  },
  preempt: (engine: Engine, n: number) => {
    const job = one(running(engine), n);
    if (job !== undefined && has(engine.pager, "preempt")) engine.preempt(job);
  },
  offload: (engine: Engine, n: number, m: number) => {
    const job = one(
      running(engine).filter(({ epoch }) => epoch === engine.epoch),
      n,
    );
    const tiers = engine.options.tiers?.length ?? 0;
    if (job === undefined || tiers === 0 || !has(engine.pager, "tiers") || engine.transfers.size > 4) return;
    const { blockTokens } = engine.options;
    const hashed = job.given ? 4 : Number.POSITIVE_INFINITY;
    const full = Math.min(Math.floor(Math.min(job.scheduled, job.committed) / blockTokens), hashed);
    const ids = Array.from(engine.pager.table(job.sequence))
      .slice(0, full)
      .filter((id) => id !== 0);
    if (ids.length > 0) engine.offload(ids.slice(m % ids.length), 1 + (m % tiers));
  },
  load: (engine: Engine, n: number) => {
    const job = one(waiting(engine), n);
    if (job === undefined || (engine.options.tiers?.length ?? 0) === 0 || !has(engine.pager, "tiers")) return;
    if (engine.transfers.size < 4) engine.load(job);
  },
  end: (engine: Engine, n: number, m: number) => {
    const found = one([...engine.transfers], n);
    if (found === undefined) return;
    const [ticket, { copies }] = found;
    if (m % 4 === 0) engine.end(ticket, "failed");
    else if (m % 4 === 1) engine.end(ticket, "expire");
    else engine.end(ticket, "done", m % 4 === 2 ? undefined : m % (copies.length + 1));
  },
  reset: (engine: Engine) => {
    if (has(engine.pager, "reset")) engine.reset();
  },
  quota: (engine: Engine, n: number, m: number) => {
    if ((engine.options.tenants ?? 0) === 0 || !has(engine.pager, "tenants")) return;
    engine.pager.quota!(TENANTS[n % 3]!, m % 3 === 0 ? undefined : m % 8);
    engine.look();
  },
} as const;

const SALTS = [{}, {}, {}, {}, { salt: "s" }, { adapter: "s" }, { salt: "s", adapter: "s" }] as const;

const WEIGHTS: Readonly<Record<Verb, number>> = {
  ...{
    open: 14,
    admit: 16,
    continue: 6,
    decode: 12,
    speculate: 7,
    commit: 6,
    rewind: 8,
    fork: 7,
    close: 8,
    preempt: 6,
  },
  ...{ offload: 6, load: 6, end: 8, reset: 1, quota: 2 },
};

const LIST: readonly Verb[] = (Object.keys(WEIGHTS) as Verb[]).flatMap((verb) =>
  new Array<Verb>(WEIGHTS[verb]).fill(verb),
);

function programOf(seed: number, steps: number): Step[] {
  const next = random(seed);
  return Array.from({ length: steps }, () => [LIST[next(LIST.length)], next(1 << 20), next(1 << 20)] as const);
}

/** Pagers that the programs run on. */
const SHAPES: readonly SubjectOptions[] = [
  { blocks: 12, blockTokens: 4, events: true },
  { blocks: 10, blockTokens: 2, events: true, tiers: [{ name: "host", blocks: 6 }] },
  { blocks: 14, blockTokens: 4, events: true, tenants: 3, watermark: 0.15 },
  {
    blocks: 9,
    blockTokens: 2,
    tiers: [
      { name: "host", blocks: 5 },
      { name: "disk", blocks: 9 },
    ],
    events: true,
    tenants: 3,
  },
  { blocks: 12, blockTokens: 2, window: 5, tenants: 3 },
  { blocks: 6, blockTokens: 1, events: true },
];

/** Runs a program: at its end all is closed, and nothing is lost. Returns how many calls were refused. */
function run(create: (options: SubjectOptions) => Subject, options: SubjectOptions, program: readonly Step[]): number {
  const engine = new Engine(create(options), options);
  for (const [verb, n, m] of program) VERBS[verb](engine, n, m);
  for (const ticket of engine.transfers.keys()) engine.end(ticket, "expire");
  for (const job of [...engine.jobs]) engine.close(job);
  return engine.refusals;
}

/** The steps without which it does not fail: each is left out, once. */
function shrink(fails: (program: readonly Step[]) => boolean, program: readonly Step[]): readonly Step[] {
  for (let size = program.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < program.length; ) {
      const shorter = [...program.slice(0, at), ...program.slice(at + size)];
      if (fails(shorter)) program = shorter;
      else at += size;
    }
  }
  return program;
}

/** Random programs from `seed` on, `runs` of each shape. Throws `PagerConformanceError` with the shortest program that fails. */
export function model(create: (options: SubjectOptions) => Subject, seed: number, runs: number, steps: number): void {
  for (const [i, shape] of SHAPES.entries()) {
    const options = {
      ...shape,
      sequences: 10,
      seed: "model",
      ...(shape.tenants === undefined || supports(create, shape) ? {} : { tenants: 0 }),
    };
    for (let r = 0; r < runs; r++) {
      const program = programOf(seed + 7919 * i + r, steps);
      try {
        run(create, options, program);
      } catch {
        throw failure(create, options, program, seed + 7919 * i + r);
      }
    }
  }
}

function supports(create: (options: SubjectOptions) => Subject, shape: SubjectOptions): boolean {
  return has(create({ ...shape, seed: "model" }), "tenants");
}

function failure(
  create: (options: SubjectOptions) => Subject,
  options: SubjectOptions,
  program: readonly Step[],
  seed: number,
): Error {
  let last: unknown;
  const short = shrink((steps) => {
    try {
      run(create, options, steps);
      return false;
    } catch (error) {
      last = error;
      return true;
    }
  }, program);
  const told = String((last as { message?: unknown } | undefined)?.message ?? last);
  const list = short.map(([verb, n, m]) => `${verb}(${n}, ${m})`).join(" ");
  return new PagerConformanceError(`${told}\n  after, with ${JSON.stringify(options)}, seed ${seed}:\n  ${list}`, last);
}
