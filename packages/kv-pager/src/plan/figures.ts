/** What the tables, the page and `--json --full` show: a report in the units of who asks, tokens and shares. */
import { misfit } from "./block-tokens.ts";
import type { PlanReport, Sums } from "./planner.ts";
import { TIMES } from "./reuse.ts";
import { counted } from "./show/units.ts";
import type { Capacity } from "./simulate.ts";
import type { WorkingSet } from "./working-set.ts";

/** A kind of memory: what goes from the one before it comes here, and what is used comes back there. */
export interface Tier {
  readonly name: string;
  readonly blocks: number;
}

export interface Units {
  /** Tokens of a block. */
  readonly blockTokens: number;
  /** Bytes that a token takes in the cache, where the user said so. */
  readonly tokenBytes?: number | undefined;
}

/** What a cache of some size does. */
export interface Effect {
  readonly hits: number;
  /** Of all blocks that were looked up. */
  readonly rate: number;
  /** Tokens that need not be computed again, and their part of all. */
  readonly tokens: number;
  readonly saved: number;
}

export interface CapacityFigures extends Capacity, Effect {
  readonly bytes?: number;
  /** Requests that have more blocks than the cache: not served, no hits. */
  readonly refused: number;
}

export interface TierFigures extends Tier {
  readonly bytes?: number;
  /** What it adds to those before it. */
  readonly adds: Effect;
  /** What twice as much of it would add to all. */
  readonly twice: Effect;
}

export interface TenantFigures {
  readonly name: string;
  readonly requests: number;
  readonly lookups: number;
  readonly different: number;
  readonly tokens: number;
  /** One for each of the capacities. */
  readonly effects: readonly Effect[];
  readonly unlimited: Effect;
}

/** Uses of a block that was used before: how many of them lie so far apart. `to` is not in it; null = without end. */
export interface Class {
  readonly from: number;
  readonly to: number | null;
  readonly uses: number;
  /** Of all such uses, up to here. */
  readonly upTo: number;
}

export interface Figures {
  readonly trace: {
    readonly requests: number;
    readonly lookups: number;
    readonly tokens: number;
    readonly different: number;
    /** Of the different ones, the part that was used once only. */
    readonly once: number;
    /** ms between the first request and the last; null where they have no times. */
    readonly span: number | null;
    readonly longest: number;
  };
  readonly units: Units;
  /** What the figures mean less for, a line each. */
  readonly warnings: readonly string[];
  readonly capacities: readonly CapacityFigures[];
  readonly unlimited: Effect;
  readonly tiers: readonly { readonly policy: string; readonly tiers: readonly TierFigures[] }[];
  readonly workingSets: readonly WorkingSet[];
  /** In different blocks, and in ms. */
  readonly distances: readonly Class[];
  readonly times: readonly Class[];
  readonly tenants: readonly TenantFigures[];
}

export interface Asked {
  readonly policies: readonly string[];
  readonly blocks: readonly number[];
  readonly tiers: readonly Tier[];
}

/** The caches that have to be simulated, each once. The first are those of `blocks`, policy by policy. */
export function capacitiesOf({ policies, blocks, tiers }: Asked): Capacity[] {
  const asked = policies.flatMap((policy) => blocks.map((count) => ({ policy, blocks: count })));
  const further = policies.flatMap((policy) => tierSums(tiers).map((count) => ({ policy, blocks: count })));
  return [...new Map([...asked, ...further].map((one) => [`${one.blocks} ${one.policy}`, one])).values()];
}

/** Blocks of the first, the first two, … and of all with one of them doubled. */
function tierSums(tiers: readonly Tier[]): number[] {
  const sums = tiers.map((_, i) => sumOf(tiers.slice(0, i + 1)));
  return [...sums, ...tiers.map(({ blocks }) => sumOf(tiers) + blocks)];
}

const sumOf = (tiers: readonly Tier[]): number => tiers.reduce((sum, { blocks }) => sum + blocks, 0);

/** `warnings`: what is to be said beside that which the report shows. */
export function figuresOf(report: PlanReport, asked: Asked, units: Units, warnings: readonly string[] = []): Figures {
  const { all, capacities, once, span, longest, workingSets } = report;
  const indexOf = (policy: string, blocks: number): number =>
    capacities.findIndex((one) => one.policy === policy && one.blocks === blocks);
  const bytesOf = (blocks: number) =>
    units.tokenBytes === undefined ? {} : { bytes: blocks * units.blockTokens * units.tokenBytes };
  const own = asked.policies.flatMap((policy) => asked.blocks.map((blocks) => indexOf(policy, blocks)));
  const { requests, lookups, different } = all;
  const shown = own.map((at) => {
    const { policy, blocks, refused } = capacities[at];
    return { policy, blocks, ...bytesOf(blocks), ...effectOf(all, at, units), refused };
  });
  return {
    trace: {
      ...{ requests, lookups, different, longest, tokens: tokensOf(all, units), once: partOf(once, different) },
      span: Number.isNaN(span) ? null : span,
    },
    units,
    warnings: [...warnings, ...warningsOf(shown, units.blockTokens, report.blockTokens)],
    capacities: shown,
    unlimited: effectOf(all, capacities.length, units),
    tiers: (asked.tiers.length === 0 ? [] : asked.policies).map((policy) => {
      const effect = (blocks: number): Effect => effectOf(all, indexOf(policy, blocks), units);
      const whole = sumOf(asked.tiers);
      return {
        policy,
        tiers: asked.tiers.map(({ name, blocks }, i) => {
          const before = i === 0 ? NO_EFFECT : effect(sumOf(asked.tiers.slice(0, i)));
          const adds = difference(effect(sumOf(asked.tiers.slice(0, i + 1))), before);
          return { name, blocks, ...bytesOf(blocks), adds, twice: difference(effect(whole + blocks), effect(whole)) };
        }),
      };
    }),
    workingSets,
    distances: classesOf(report.distances, (c) => (c === 0 ? 0 : 2 ** (c - 1))),
    times: classesOf(report.times, (c) => (c === 0 ? 0 : TIMES[c - 1])),
    tenants: [...report.tenants]
      .map(([name, sums]) => ({
        ...{ name, requests: sums.requests, lookups: sums.lookups, different: sums.different },
        tokens: tokensOf(sums, units),
        effects: own.map((at) => effectOf(sums, at, units)),
        unlimited: effectOf(sums, capacities.length, units),
      }))
      .sort((a, b) => b.lookups - a.lookups),
  };
}

function warningsOf(
  capacities: readonly CapacityFigures[],
  blockTokens: number,
  fit: PlanReport["blockTokens"],
): string[] {
  const wrong = misfit(blockTokens, fit);
  return [
    ...capacities
      .filter(({ refused }) => refused > 0)
      .map(
        ({ policy, blocks, refused }) =>
          `${policy}, ${counted(blocks, "block")}: not enough for ${counted(refused, "request")}, which count as not served`,
      ),
    ...(wrong === undefined ? [] : [`${wrong}: see --block-tokens`]),
  ];
}

const NO_EFFECT: Effect = { hits: 0, rate: 0, tokens: 0, saved: 0 };

function difference(a: Effect, b: Effect): Effect {
  return { hits: a.hits - b.hits, rate: a.rate - b.rate, tokens: a.tokens - b.tokens, saved: a.saved - b.saved };
}

function effectOf(sums: Sums, at: number, units: Units): Effect {
  const hits = sums.hits[at];
  // The last block of a request may be part full, so who is there as a whole has its own tokens.
  const tokens = (hits - sums.wholeBlocks[at]) * units.blockTokens + sums.wholeTokens[at];
  return { hits, rate: partOf(hits, sums.lookups), tokens, saved: partOf(tokens, tokensOf(sums, units)) };
}

const tokensOf = ({ tokens, untold }: Sums, { blockTokens }: Units): number => tokens + untold * blockTokens;
const partOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Without those before the first and behind the last that has any. */
function classesOf(uses: ArrayLike<number>, from: (c: number) => number): Class[] {
  const counts = Array.from(uses);
  const sum = counts.reduce((a, b) => a + b, 0);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  let before = 0;
  return counts.flatMap((count, c) => {
    before += count;
    const to = c === counts.length - 1 ? null : from(c + 1);
    return c < first || c > last || first < 0 ? [] : [{ from: from(c), to, uses: count, upTo: partOf(before, sum) }];
  });
}
