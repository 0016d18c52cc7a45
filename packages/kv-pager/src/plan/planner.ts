/**
 * The planner: a trace goes through once, request by request, and all caches that are planned with are simulated side by side, so
 * that it may be longer than any memory: what is kept is the different hashes, and the caches.
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, counted, present, readOptions, show } from "@ariax/allocator/implement";
import { type BlockHash, Column, canonical, Hashes, refusal } from "./hashes.ts";
import { Reuse } from "./reuse.ts";
import { type Capacity, Simulator } from "./simulate.ts";
import { Stretches, type WorkingSet } from "./working-set.ts";

export interface PlannerOptions {
  /** The caches, each once. */
  readonly capacities: readonly Capacity[];
}

/** A request, as a trace has it. */
export interface Prompt {
  /** Of its blocks, each of which stands for all blocks before it too. */
  readonly hashes: ArrayLike<BlockHash>;
  /** When it came, in ms from any moment on. */
  readonly at?: number | undefined;
  /** Tokens; all of its blocks are taken to be full unless given. */
  readonly tokens?: number | undefined;
  readonly tenant?: string | undefined;
}

/** What `--json` shows. */
export interface PlanResult extends Capacity {
  /** Blocks that were looked up. */
  readonly lookups: number;
  /** Those that were there, with all before them. */
  readonly hits: number;
}

/** Sums over requests of one tenant, or of all. Columns have an entry for each cache, in their order. */
export interface Sums {
  requests: number;
  lookups: number;
  /** Blocks never seen before. */
  different: number;
  /** Tokens, where requests say how many; and blocks of those that don't. */
  tokens: number;
  untold: number;
  hits: number[];
  /** Of `hits`: tokens of requests that were there as a whole and say how many they have, and blocks of these. */
  wholeTokens: number[];
  wholeBlocks: number[];
  /** The same three for a cache without limit, the last entry of each column. */
}

/** A hash behind two different ones: so it does not stand for all blocks before it. `undefined`: it was a prompt's first. */
export interface Branch {
  /** Which request shows it, from 1 on. */
  readonly request: number;
  readonly hash: number | string;
  readonly behind: number | string | undefined;
  /** In a request before. */
  readonly before: number | string | undefined;
}

export interface PlanReport {
  readonly all: Readonly<Sums>;
  readonly tenants: ReadonlyMap<string, Readonly<Sums>>;
  readonly capacities: readonly (Capacity & { readonly refused: number; readonly refusedLookups: number })[];
  /** Blocks that were used once only. */
  readonly once: number;
  /** Between the first request and the last, ms; NaN where they have no times. */
  readonly span: number;
  readonly workingSets: readonly WorkingSet[];
  readonly distances: ArrayLike<number>;
  readonly times: ArrayLike<number>;
  /** Blocks in the longest request. */
  readonly longest: number;
  /** How many tokens a block can have, so that each request has as many blocks as it has. */
  readonly blockTokens: readonly [least: number, most: number];
}

/** So many tenants are counted by name; all others are one. */
const MOST_TENANTS = 10_000;
const OTHERS = "(others)";
const STRETCHES = [60_000, 600_000, 3_600_000];

/**
 * Asks of each cache what it would have done with the requests so far.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 */
export class Planner {
  declare private readonly simulators: readonly Simulator[];
  private readonly hashes = new Hashes();
  /** By hash: how often it was looked up, up to 2. */
  private readonly seen = new Column();
  /** By hash: in which epoch it was last held by a cache without limit. */
  private readonly held = new Column();
  private epoch = 1;
  /** By hash: the number of the one before it, plus 2; 1 = it is a prompt's first; 0 = not known yet. */
  private readonly parent = new Column();
  private found: Branch | undefined;
  private readonly reuse = new Reuse();
  private readonly stretches = STRETCHES.map((length) => new Stretches(length, "ms"));
  private readonly batches = new Stretches(1000, "requests");
  private readonly all: Sums;
  private readonly tenants = new Map<string, Sums>();
  private numbers = new Int32Array(256);
  private once = 0;
  private first = Number.POSITIVE_INFINITY;
  private last = Number.NEGATIVE_INFINITY;
  private longest = 0;
  private least = 0;
  private most = Number.POSITIVE_INFINITY;

  /**
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `HostMemoryError` where the host has no memory for a cache.
   */
  constructor(options: PlannerOptions) {
    present<Planner>(this, {
      name: () => "Planner",
      parts: (it) => [counted(it.all.requests, "request"), counted(it.simulators.length, "cache")],
      what: "a planner",
      send: "post what planner.results() and planner.report() return",
    });
    const { capacities } = readOptions(options, ["capacities"]);
    if (!Array.isArray(capacities))
      throw new InvalidArgumentError(`invalid capacities: ${show(capacities)} is no array`);
    this.simulators = capacities.map(
      (one: Capacity) => new Simulator(readOptions(one, ["policy", "blocks"], "capacity")),
    );
    this.all = this.sums();
  }

  /**
   * The next request. O(blocks · (caches + log different blocks)).
   *
   * @throws `InvalidArgumentError` where it is none.
   */
  add(prompt: Prompt): void {
    const {
      hashes,
      at = Number.NaN,
      tokens,
      tenant,
    } = readOptions(prompt, ["hashes", "at", "tokens", "tenant"], "prompt");
    const read = checkPrompt(hashes, at, tokens, tenant);
    const count = read.length;
    if (count > this.numbers.length) this.numbers = new Int32Array(2 * count);
    const { numbers } = this;
    for (let i = 0; i < count; i++) numbers[i] = this.hashes.numberOf(read[i]);

    if (this.found === undefined) this.findBranch(numbers, count);
    const sums = tenant === undefined ? undefined : this.tenantOf(tenant);
    this.count(numbers, count, tokens, sums);
    const { simulators } = this;
    for (let s = 0; s < simulators.length; s++) {
      this.hit(s, simulators[s].serve(numbers, count), count, tokens, sums);
    }
    this.describe(numbers, count, at, tokens);
  }

  /** The first hash that came behind two different ones, where there is any: hits may be too many then. O(1). */
  get branch(): Branch | undefined {
    return this.found;
  }

  /** All blocks are forgotten by every cache: vLLM's `AllBlocksCleared`. */
  clear(): void {
    for (const simulator of this.simulators) simulator.clear();
    this.epoch++;
  }

  results(): PlanResult[] {
    const { lookups } = this.all;
    return this.simulators.map(({ policy, blocks, hits }) => ({ policy, blocks, lookups, hits }));
  }

  report(): PlanReport {
    const { all, tenants, once, longest } = this;
    return {
      ...{ all, tenants, once, longest },
      capacities: this.simulators.map(({ policy, blocks, refused, refusedLookups }) => ({
        ...{ policy, blocks, refused, refusedLookups },
      })),
      span: this.last >= this.first ? this.last - this.first : Number.NaN,
      workingSets: [...this.stretches, this.batches].map((one) => one.result()).filter((one) => one !== undefined),
      distances: this.reuse.distances,
      times: this.reuse.times,
      blockTokens: [this.least, this.most],
    };
  }

  /** Looks whether each block comes behind the one that it has come behind so far. O(count). */
  private findBranch(numbers: Int32Array, count: number): void {
    this.parent.reserve(this.hashes.size);
    const parent = this.parent.words;
    const nameOf = (behind: number) => (behind < 2 ? undefined : this.hashes.nameOf(behind - 2));
    for (let i = 0, behind = 1; i < count; behind = numbers[i++] + 2) {
      const before = parent[numbers[i]];
      if (before === 0) parent[numbers[i]] = behind;
      else if (before !== behind) {
        const hash = this.hashes.nameOf(numbers[i]);
        this.found = { request: this.all.requests + 1, hash, behind: nameOf(behind), before: nameOf(before) };
        return;
      }
    }
  }

  /** What does not depend on a cache, and the cache without limit. */
  private count(numbers: Int32Array, count: number, tokens: number | undefined, sums: Sums | undefined): void {
    this.seen.reserve(this.hashes.size);
    this.held.reserve(this.hashes.size);
    const seen = this.seen.words;
    const held = this.held.words;
    let found = 0;
    while (found < count && held[numbers[found]] === this.epoch) found++;
    this.hit(this.simulators.length, found, count, tokens, sums);
    let different = 0;
    for (let i = 0; i < count; i++) {
      held[numbers[i]] = this.epoch;
      const times = seen[numbers[i]];
      if (times === 2) continue;
      seen[numbers[i]] = times + 1;
      if (times === 0) different++;
      this.once += times === 0 ? 1 : -1;
    }
    for (const one of sums === undefined ? [this.all] : [this.all, sums]) {
      one.requests++;
      one.lookups += count;
      one.different += different;
      if (tokens === undefined) one.untold += count;
      else one.tokens += tokens;
    }
  }

  private hit(cache: number, found: number, count: number, tokens: number | undefined, sums: Sums | undefined): void {
    const isWhole = found === count && tokens !== undefined;
    for (const one of sums === undefined ? [this.all] : [this.all, sums]) {
      one.hits[cache] += found;
      if (!isWhole) continue;
      one.wholeTokens[cache] += tokens;
      one.wholeBlocks[cache] += count;
    }
  }

  private describe(numbers: Int32Array, count: number, at: number, tokens: number | undefined): void {
    const known = this.hashes.size;
    this.reuse.use(numbers, count, at, known);
    for (const stretches of this.stretches) stretches.use(numbers, count, at, known);
    this.batches.use(numbers, count, this.all.requests - 1, known);
    if (at < this.first) this.first = at;
    if (at > this.last) this.last = at;
    if (count > this.longest) this.longest = count;
    if (tokens === undefined || count === 0) return;
    // Of n blocks, n − 1 are full, and the last has a token at least.
    this.least = Math.max(this.least, tokens / count);
    if (count > 1) this.most = Math.min(this.most, (tokens - 1) / (count - 1));
  }

  private tenantOf(tenant: string): Sums {
    const name = this.tenants.has(tenant) || this.tenants.size < MOST_TENANTS ? tenant : OTHERS;
    let sums = this.tenants.get(name);
    if (sums === undefined) this.tenants.set(name, (sums = this.sums()));
    return sums;
  }

  private sums(): Sums {
    const column = () => new Array<number>(this.simulators.length + 1).fill(0);
    return {
      ...{ requests: 0, lookups: 0, different: 0, tokens: 0, untold: 0 },
      ...{ hits: column(), wholeTokens: column(), wholeBlocks: column() },
    };
  }
}

/** A request's hashes, each read once, if it is one; else throws. */
function checkPrompt(hashes: ArrayLike<BlockHash>, at: number, tokens: unknown, tenant: unknown): (number | string)[] {
  const length: unknown = (hashes as { length?: unknown } | null | undefined)?.length;
  if (typeof hashes !== "object") throw new InvalidArgumentError(`invalid hashes: ${show(hashes)} is no list`);
  const count = checkInteger("number of hashes", length as number, 0, 2 ** 30);
  const read: (number | string)[] = [];
  for (let i = 0; i < count; i++) {
    const hash = hashes[i];
    const one = canonical(hash);
    if (one === undefined) throw new InvalidArgumentError(`invalid hashes[${i}]: ${refusal(hash)}`);
    read.push(one);
  }
  if (typeof at !== "number" || Math.abs(at) === Number.POSITIVE_INFINITY) {
    throw new InvalidArgumentError(`invalid at: ${show(at)} is no time in ms`);
  }
  if (tokens !== undefined) checkInteger("tokens", tokens as number, 0, Number.MAX_SAFE_INTEGER);
  if (tenant !== undefined && typeof tenant !== "string") {
    throw new InvalidArgumentError(`invalid tenant: ${show(tenant)} is no string`);
  }
  return read;
}
