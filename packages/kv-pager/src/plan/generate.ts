/**
 * A seeded maker of serving traces: what arrives at a service of several tenants. A request begins a session with one of its tenant's
 * system prompts, goes on with a session, forks one (another answer to an earlier turn), or is one that was sent already, sent again.
 * The same options give the same trace, on any machine: all is made of sums, products and comparisons.
 *
 *     tenant ─┬─ system prompt ─┬─ session: turn, turn, turn …      hash_ids of a turn: its whole blocks, each known by all
 *             │                 └─ session: turn ─┬─ turn            that lies before it, and the last, part full
 *             └─ system prompt …                  └─ fork: turn …
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, readOptions, show } from "@ariax/allocator/implement";

export interface GenerateOptions {
  /** A whole number from 0 to 2³² − 1; 1 unless given. */
  seed?: number | undefined;
  /** 10,000 unless given. */
  requests?: number | undefined;
  /** They come by Zipf's law; 4 unless given, 0: none is named. */
  tenants?: number | undefined;
  /** Requests a second, on average; 3.3 unless given, as in Mooncake's hour of chat. */
  rate?: number | undefined;
  /** Tokens of a block; 512 unless given. */
  blockTokens?: number | undefined;
}

/** A line of a trace, with Mooncake's names. */
export interface GeneratedRequest {
  /** ms from the trace's begin. */
  timestamp: number;
  /** Tokens. */
  input_length: number;
  output_length: number;
  /** Equal ids are equal blocks, with all before them. */
  hash_ids: number[];
  tenant?: string;
}

const SYSTEM_PROMPTS = 8;
const SYSTEM_TOKENS: Range = [512, 16_384];
const USER_TOKENS: Range = [256, 65_536];
const ANSWER_TOKENS: Range = [64, 4096];
/** Of requests: those that go on with a session, fork one, or come again; the others begin one. */
const GOES_ON = 0.45;
const FORKS = 0.05;
const AGAIN = 0.02;
/** Sessions of which a further turn may come; of more, those that rested longest are over. */
const MOST_SESSIONS = 4096;
/** Tokens: a session that has more is over. */
const MOST_CONTEXT = 131_072;

type Range = readonly [least: number, most: number];

interface Session {
  readonly tenant: number;
  /** Tokens, answers included, and the ids of the blocks that are full. */
  readonly tokens: number;
  readonly full: readonly number[];
}

/** @throws `InvalidArgumentError` at the call; a request is made when it is asked for. */
export function generateTrace(options: GenerateOptions = {}): Generator<GeneratedRequest, void, undefined> {
  const known = ["seed", "requests", "tenants", "rate", "blockTokens"];
  const read = { seed: 1, requests: 10_000, tenants: 4, rate: 3.3, blockTokens: 512, ...readOptions(options, known) };
  checkInteger("seed", read.seed!, 0, 2 ** 32 - 1);
  checkInteger("requests", read.requests!, 0, Number.MAX_SAFE_INTEGER);
  checkInteger("tenants", read.tenants!, 0, 10_000);
  checkInteger("blockTokens", read.blockTokens!, 1, 1 << 20);
  if (!(typeof read.rate === "number" && read.rate >= 1e-6 && read.rate <= 1e6)) {
    throw new InvalidArgumentError(`invalid rate: ${show(read.rate)} is not a number from 0.000001 to 1000000`);
  }
  return make(read as Required<{ [K in keyof GenerateOptions]: number }>);
}

function* make(
  options: { [K in keyof Required<GenerateOptions>]: number },
): Generator<GeneratedRequest, void, undefined> {
  const { requests, tenants, rate, blockTokens } = options;
  const unit = mulberry32(options.seed);
  const ids = new Ids(blockTokens);
  const zipf = (count: number): number => pick(unit, count);
  const prompts = Array.from({ length: Math.max(1, tenants) }, (_, tenant) =>
    Array.from({ length: SYSTEM_PROMPTS }, () =>
      ids.longer({ tenant, tokens: 0, full: [] }, length(unit, SYSTEM_TOKENS)),
    ),
  );
  const sessions: Session[] = [];
  let last: GeneratedRequest | undefined;
  let now = 0;
  for (let r = 0; r < requests; r++) {
    now += (1000 / rate) * exponential(unit);
    const kind = unit();
    if (kind < AGAIN && last !== undefined) {
      yield (last = { ...last, timestamp: Math.floor(now), hash_ids: [...last.hash_ids] });
      continue;
    }
    const isOld = kind < AGAIN + FORKS + GOES_ON && sessions.length > 0;
    // Who was here last comes back soonest.
    const at = isOld ? sessions.length - 1 - zipf(sessions.length) : -1;
    let session = isOld ? sessions[at] : prompts[zipf(prompts.length)][zipf(SYSTEM_PROMPTS)];
    if (isOld && kind < AGAIN + FORKS) session = ids.cut(session, Math.floor(unit() * (session.tokens + 1)));
    else if (isOld) sessions.splice(at, 1);

    const asked = ids.longer(session, length(unit, USER_TOKENS));
    const answer = length(unit, ANSWER_TOKENS);
    const { tenant, tokens } = asked;
    last = { timestamp: Math.floor(now), input_length: tokens, output_length: answer, hash_ids: ids.of(asked) };
    if (tenants > 0) last.tenant = `tenant-${tenant + 1}`;
    yield last;
    const answered = ids.longer(asked, answer);
    if (answered.tokens <= MOST_CONTEXT) sessions.push(answered);
    if (sessions.length > MOST_SESSIONS) sessions.shift();
  }
}

/** Ids of blocks: a new one for each content. */
class Ids {
  private next = 0;
  private readonly blockTokens: number;

  constructor(blockTokens: number) {
    this.blockTokens = blockTokens;
  }

  /** With `more` tokens of its own behind. */
  longer({ tenant, tokens, full }: Session, more: number): Session {
    const sum = tokens + more;
    const grown = [...full];
    while (grown.length < Math.floor(sum / this.blockTokens)) grown.push(this.next++);
    return { tenant, tokens: sum, full: grown };
  }

  /** Only its first tokens. */
  cut({ tenant, full }: Session, tokens: number): Session {
    return { tenant, tokens, full: full.slice(0, Math.floor(tokens / this.blockTokens)) };
  }

  /** All of its blocks: the last, part full, is known to none yet. */
  of({ tokens, full }: Session): number[] {
    return tokens % this.blockTokens === 0 ? [...full] : [...full, this.next++];
  }
}

/** Numbers from 0 on, below 1 (Tommy Ettinger's mulberry32): not for secrets. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 0 … count − 1: number k is as likely as 1 ÷ (k + 1) of the first, about. */
function pick(unit: () => number, count: number): number {
  const classes = 32 - Math.clz32(count);
  for (;;) {
    // 1, 2–3, 4–7, … are equally likely, and within each all numbers; of the last, those that there are.
    const from = 2 ** Math.floor(unit() * classes);
    const picked = from + Math.floor(unit() * from);
    if (picked <= count) return picked - 1;
  }
}

/** A length whose likelihood falls with its square. */
function length(unit: () => number, [least, most]: Range): number {
  return Math.floor(1 / (1 / least - unit() * (1 / least - 1 / most)));
}

/** A waiting time of 1 on average, by comparisons alone (von Neumann, 1951). */
function exponential(unit: () => number): number {
  for (let whole = 0; ; whole++) {
    const first = unit();
    let before = first;
    let isOdd = true; // the run of falling numbers, `first` included
    for (let next = unit(); next < before; next = unit()) {
      before = next;
      isOdd = !isOdd;
    }
    if (isOdd) return whole + first;
  }
}
