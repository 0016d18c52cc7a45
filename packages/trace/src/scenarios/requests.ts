import type { Random } from "../random.ts";
import { logNormal, poisson, Weighted, zipf } from "./chances.ts";

/** What a user sends, and what the model will say: known here beforehand. */
export interface Request {
  /** The system prompt that it begins with; −1 = none. */
  readonly group: number;
  /** Tokens of that, and of the user's own text. */
  readonly prefix: number;
  readonly own: number;
  /** Tokens of each answer; several are drawn from the same prompt. */
  readonly answers: readonly number[];
}

const GROUPS = 16;
/** The part of requests that begin with a system prompt. */
const GROUPED = 0.75;
/** Tokens of a system prompt, any number between equally likely. */
const LEAST_PREFIX = 64;
const MOST_PREFIX = 1024;
/** Tokens, half of all up to `median`; on average 161 and 316: a conversation, with answers twice as long. */
const OWN = { median: 98, sigma: 1, most: 2048 };
const ANSWER = { median: 228, sigma: 0.9, most: 1024 };
/** Most want one answer, some two or four. */
const ANSWERS = [1, 1, 1, 1, 1, 1, 1, 2, 2, 4];

export const MOST_TOKENS: number = MOST_PREFIX + OWN.most + ANSWER.most;
export const MOST_ANSWERS = 4;

/** Requests as they arrive, step by step: Poisson's law, `mean` a step. */
export class Arrivals {
  private readonly random: Random;
  private readonly mean: number;
  private readonly prefixes: readonly number[];
  private readonly group: Weighted = new Weighted(zipf(GROUPS));

  constructor(random: Random, mean: number) {
    this.random = random;
    this.mean = mean;
    this.prefixes = Array.from({ length: GROUPS }, () => random.between(LEAST_PREFIX, MOST_PREFIX));
  }

  /** Those of the next step. */
  next(): Request[] {
    return Array.from({ length: poisson(this.random, this.mean) }, () => this.request());
  }

  private request(): Request {
    const random = this.random;
    const group = random.chance(GROUPED) ? this.group.draw(random) : -1;
    const prefix = group < 0 ? 0 : this.prefixes[group];
    const own = length(random, OWN);
    const answers = Array.from({ length: ANSWERS[random.below(ANSWERS.length)] }, () => length(random, ANSWER));
    return { group, prefix, own, answers };
  }
}

function length(random: Random, { median, sigma, most }: typeof OWN): number {
  return Math.min(most, Math.max(1, Math.round(logNormal(random, median, sigma))));
}
