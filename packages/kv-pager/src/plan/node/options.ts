/** The command line, read by hand from `parseArgs`'s tokens: each thing that is wrong has a line of its own. */
import { parseArgs } from "node:util";
import { POLICIES } from "../../policies/index.ts";
import { MAX_BLOCKS } from "../../pool/layout.ts";
import type { Asked, Tier } from "../figures.ts";
import { FORMATS } from "../read/formats.ts";
import type { Format } from "../read/reader.ts";
import { STDIN } from "./input.ts";
import { Problem } from "./problem.ts";

export interface PlanOptions extends Asked {
  readonly traces: readonly string[];
  readonly format: Format | undefined;
  readonly blockTokens: number | undefined;
  readonly tokenBytes: number | undefined;
  readonly skipMalformed: boolean;
  readonly json: boolean;
  readonly full: boolean;
  readonly page: string | undefined;
}

export type Values = Readonly<Record<string, readonly string[] | undefined>>;

/** Option by option: whether it has a value. */
export type Known = Readonly<Record<string, "value" | "flag">>;

/** A capacity that any trace can be looked at with. */
const DEFAULT_BLOCKS = [1000, 3000, 10_000, 30_000, 100_000];

export const PLAN_OPTIONS: Known = {
  blocks: "value",
  policy: "value",
  tiers: "value",
  format: "value",
  "block-tokens": "value",
  "token-bytes": "value",
  "skip-malformed": "flag",
  json: "flag",
  full: "flag",
  page: "value",
};

/** What stands on a command line: the values of each option, and what is no option. Throws `Problem`. */
export function readArguments(args: readonly string[], known: Known): { values: Values; rest: string[] } {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, kind]) => [
      name,
      { type: kind === "flag" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, string[]> = {};
  const rest: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    if (!Object.hasOwn(known, name)) throw new Problem(2, `unknown option ${rawName}`);
    if (known[name] === "flag" && value !== undefined) throw new Problem(2, `${rawName} takes no value`);
    if (known[name] === "value" && (value === undefined || value === ""))
      throw new Problem(2, `${rawName} needs a value`);
    (values[name] ??= []).push(value ?? "");
  }
  return { values, rest };
}

/** Throws `Problem`. */
export function planOptions(args: readonly string[]): PlanOptions {
  const { values, rest: traces } = readArguments(args, PLAN_OPTIONS);
  if (traces.length === 0) throw new Problem(2, "plan needs a trace: a file, or - for the standard input");
  if (traces.indexOf(STDIN) !== traces.lastIndexOf(STDIN))
    throw new Problem(2, "- is there twice: there is one standard input");
  const blockTokens = numberOption(values, "block-tokens");
  const tokenBytes = numberOption(values, "token-bytes");
  const toBlocks = (name: string, text: string): number => blocksOf(name, text, blockTokens, tokenBytes);
  const tiers = listOption(values, "tiers")?.map((text) => tierOf(text, toBlocks)) ?? [];
  const names = tiers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Problem(2, `--tiers: ${twice} is there twice`);
  const blocks = listOption(values, "blocks")?.map((text) => toBlocks("--blocks", text));
  const [page, ...pages] = values.page ?? [];
  if (pages.length > 0) throw new Problem(2, "--page is there twice");
  return {
    traces,
    policies: policiesOf(values),
    blocks: unique(blocks ?? (tiers.length === 0 ? DEFAULT_BLOCKS : sums(tiers))),
    ...{ tiers, format: formatOption(values), blockTokens, tokenBytes, page },
    skipMalformed: values["skip-malformed"] !== undefined,
    json: values.json !== undefined,
    full: values.full !== undefined,
  };
}

function policiesOf(values: Values): string[] {
  const known = POLICIES.map(({ name }) => name);
  const given = listOption(values, "policy");
  const unknown = given?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Problem(2, `--policy: ${JSON.stringify(unknown)} is not one of ${known.join(", ")}`);
  return unique(given ?? known);
}

function formatOption(values: Values): Format | undefined {
  const name = values.format?.at(-1);
  if (name === undefined) return undefined;
  const format = FORMATS.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new Problem(2, `--format: ${JSON.stringify(name)} is not one of ${FORMATS.map((one) => one.name).join(", ")}`);
}

/** The values of an option that may be given again, with several each. */
function listOption(values: Values, name: string): string[] | undefined {
  const list = values[name]?.flatMap((value) => value.split(",")).map((one) => one.trim());
  if (list?.includes("")) throw new Problem(2, `--${name}: a value is empty`);
  return list;
}

export function numberOption(values: Values, name: string, least = 1): number | undefined {
  const text = values[name]?.at(-1);
  return text === undefined ? undefined : wholeNumber(`--${name}`, text, least, Number.MAX_SAFE_INTEGER);
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Problem(2, `${name}: ${JSON.stringify(text)} is not a whole number from ${least} to ${most}`);
}

const BYTES = /^(\d+(?:\.\d+)?)([KMGTP]?)(i?)B$/i;

/** Blocks as a number, or as bytes: `40GB`, `40GiB`. */
function blocksOf(name: string, text: string, blockTokens?: number, tokenBytes?: number): number {
  const match = BYTES.exec(text);
  if (match === null) return wholeNumber(name, text, 1, MAX_BLOCKS);
  if (blockTokens === undefined || tokenBytes === undefined) {
    throw new Problem(2, `${name}: ${text} needs --token-bytes and --block-tokens, to be a number of blocks`);
  }
  const [, number, scale, binary] = match;
  const power = " KMGTP".indexOf(scale.toUpperCase() || " ");
  const bytes = Number(number) * (binary === "" ? 1000 : 1024) ** power;
  return wholeNumber(`${name}: ${text}`, String(Math.floor(bytes / (blockTokens * tokenBytes))), 1, MAX_BLOCKS);
}

function tierOf(text: string, toBlocks: (name: string, text: string) => number): Tier {
  const [name, size, ...more] = text.split("=").map((part) => part.trim());
  if (name === "" || size === undefined || more.length > 0) {
    throw new Problem(2, `--tiers: ${JSON.stringify(text)} is not NAME=BLOCKS`);
  }
  return { name, blocks: toBlocks(`--tiers: ${name}`, size) };
}

/** Blocks of the first, of the first two, and so on. */
function sums(tiers: readonly Tier[]): number[] {
  let sum = 0;
  return tiers.map(({ blocks }) => (sum += blocks));
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
