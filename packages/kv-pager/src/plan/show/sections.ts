/** What the terminal and the page both show: tables under headings, each with a line that says what is in it. */
import type { Class, Effect, Figures } from "../figures.ts";
import { bytes, count, counted, duration, percent, short } from "./units.ts";

export interface Section {
  readonly title: string;
  /** One sentence or two. */
  readonly text: string;
  /** The first column is text, all others are numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** So many tenants have a row of their own. */
const MOST_ROWS = 20;

/** One line: what the trace is. */
export function summary({ trace, units }: Figures): string {
  const { requests, lookups, different, once, span, tokens } = trace;
  return (
    `${counted(requests, "request")}${span === null ? "" : ` in ${duration(span)}`}: ${counted(lookups, "block")} of ${count(units.blockTokens)} tokens ` +
    `looked up (${short(tokens)} tokens), ${count(different)} of them different, ${percent(once)} of these used once`
  );
}

export function sections(figures: Figures): Section[] {
  return [
    capacities(figures),
    ...figures.tiers.map((of) => tiers(figures, of)),
    ...(figures.tenants.length === 0 ? [] : [tenants(figures)]),
    ...(figures.workingSets.length === 0 ? [] : [workingSets(figures)]),
    ...(figures.distances.length === 0 ? [] : [distances(figures)]),
    ...(figures.times.length === 0 ? [] : [times(figures)]),
  ];
}

const effect = ({ hits, rate, tokens, saved }: Effect): string[] => [
  count(hits),
  percent(rate),
  short(tokens),
  percent(saved),
];

function capacities({ capacities, unlimited, units }: Figures): Section {
  const hasBytes = units.tokenBytes !== undefined;
  const hasRefused = capacities.some(({ refused }) => refused > 0);
  return {
    title: "Hits by capacity and policy",
    text: "Blocks found, their part of all that were looked up, and the tokens that need not be computed again.",
    columns: [
      ...["policy", "blocks", ...(hasBytes ? ["memory"] : [])],
      ...["hits", "rate", "tokens saved", "of all", "more than above", ...(hasRefused ? ["too long"] : [])],
    ],
    rows: [
      ...capacities.map((one, i) => {
        const above = capacities[i - 1];
        const more = above?.policy === one.policy ? short(one.tokens - above.tokens) : "";
        return [
          ...[one.policy, count(one.blocks), ...(hasBytes ? [bytes(one.bytes!)] : [])],
          ...[...effect(one), more, ...(hasRefused ? [count(one.refused)] : [])],
        ];
      }),
      ["any", "no limit", ...(hasBytes ? [""] : []), ...effect(unlimited), "", ...(hasRefused ? [""] : [])],
    ],
  };
}

function tiers({ units }: Figures, { policy, tiers }: Figures["tiers"][number]): Section {
  const hasBytes = units.tokenBytes !== undefined;
  return {
    title: `Tiers of memory, by ${policy}`,
    text:
      "What each adds to those before it, where what is evicted from one goes to the next, and what is used comes back to the first. " +
      tiers
        .map(
          ({ name, twice }) =>
            `Twice the ${name} memory: ${short(twice.tokens)} tokens more, ${percent(twice.saved)} of all.`,
        )
        .join(" "),
    columns: [
      ...["tier", "blocks", ...(hasBytes ? ["memory"] : []), "adds hits", "rate", "tokens saved", "of all"],
      ...["twice: hits", "rate", "tokens saved", "of all"],
    ],
    rows: tiers.map((tier) => [
      ...[tier.name, count(tier.blocks), ...(hasBytes ? [bytes(tier.bytes!)] : [])],
      ...[...effect(tier.adds), ...effect(tier.twice)],
    ]),
  };
}

function tenants({ tenants, capacities }: Figures): Section {
  const rows = tenants.slice(0, MOST_ROWS);
  const left = tenants.length - rows.length;
  return {
    title: "Tenants side by side",
    text: `The rate of hits of each, in the caches that all share${left > 0 ? `; ${counted(left, "more tenant")} looked up less` : ""}.`,
    columns: [
      ...["tenant", "requests", "lookups", "different"],
      ...[...capacities.map(({ policy, blocks }) => `${policy} ${count(blocks)}`), "no limit"],
    ],
    rows: rows.map(({ name, requests, lookups, different, effects, unlimited }) => [
      ...[name, count(requests), count(lookups), count(different)],
      ...[...effects, unlimited].map(({ rate }) => percent(rate)),
    ]),
  };
}

function workingSets({ workingSets }: Figures): Section {
  return {
    title: "Working set",
    text: "Different blocks used in a stretch of so much time, or of so many requests.",
    columns: ["stretch", "stretches", "blocks on average", "at most"],
    rows: workingSets.map(({ length, unit, stretches, mean, most }) => [
      unit === "ms" ? duration(length) : `${count(length)} requests`,
      ...[stretches, mean, most].map(count),
    ]),
  };
}

function distances({ distances }: Figures): Section {
  return {
    title: "Reuse distance",
    text: "How many different blocks are used between two uses of one: a cache of so many blocks, in the order of last use, has the hit.",
    columns: ["blocks between", "uses", "up to here"],
    rows: distances.map((one) => classRow(one, count)),
  };
}

function times({ times }: Figures): Section {
  return {
    title: "Reuse in time",
    text: "How long it is between two uses of a block.",
    columns: ["time between", "uses", "up to here"],
    rows: times.map((one) => classRow(one, duration)),
  };
}

function classRow({ from, to, uses, upTo }: Class, unit: (value: number) => string): string[] {
  return [to === null ? `from ${unit(from)}` : `below ${unit(to)}`, count(uses), percent(upTo)];
}
