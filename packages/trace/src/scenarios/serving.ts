import { checkInteger } from "@ariax/allocator/implement";
import { checkPositive, checkWork, type WorkloadOptions } from "../workloads/options.ts";
import { beginScenario } from "./begin.ts";
import { BLOCK_TOKENS, BYTES_PER_TOKEN } from "./kv-cache.ts";
import { Arrivals, MOST_ANSWERS, MOST_TOKENS } from "./requests.ts";
import type { Scenario } from "./scenario.ts";
import { Scheduler } from "./scheduler.ts";

export interface ServingOptions extends WorkloadOptions {
  /** Blocks of the cache: at least 1,024, so that any request can be served. */
  blocks?: number | undefined;
  /** Before scaling. */
  steps?: number | undefined;
  /** Requests that arrive in a step, on average; at most 100. */
  arrivals?: number | undefined;
}

export interface ServingScenario extends Scenario {
  /** By step, at its end: tokens in the cache, and blocks in use. What sequences share counts once. */
  readonly tokensLive: Uint32Array;
  readonly blocksLive: Uint32Array;
  readonly blockTokens: 16;
  readonly bytesPerToken: 245_760;
  /** Sequences that were begun: answers, not requests. */
  readonly sequences: number;
  /** Blocks saved by sharing, in all. */
  readonly shared: number;
}

/** A step is taken to last so many seconds. */
const PERIOD = 0.04;
/** Events that a request makes, about. */
const EVENTS = 100;

/**
 * The paged key/value cache of a 34B model that serves hundreds of sequences, as metadata: no 90 GiB are needed.
 * Owners are the records of blocks in use, 32 bytes each, and the block tables of the sequences, 4 bytes per block,
 * which double as a vector does. Requests arrive by Poisson's law, with prompts and answers of log-normal lengths.
 * Three of four begin with one of 16 system prompts, whose full blocks they share with who has them already; several
 * answers to a request share its whole prompt, and copy its last block when they write into it. A model step appends a
 * token to each running sequence, ends those that are complete, and then begins what has arrived, in order, as long as
 * all that runs can be completed without eviction.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function serving(options: ServingOptions = {}): ServingScenario {
  const beginning = beginScenario(options, { steps: 5000 }, { blocks: 24_576, arrivals: 1.2 });
  const { builder, random, times, steps, blocks, arrivals } = beginning;
  checkInteger("blocks", blocks, (MOST_ANSWERS * MOST_TOKENS) / BLOCK_TOKENS, 0x7fffffff);
  checkPositive("arrivals", arrivals, 100);
  const count = times(steps);
  checkWork(count * Math.max(1, arrivals * EVENTS));

  const requests = new Arrivals(random, arrivals);
  const scheduler = new Scheduler(builder, blocks);
  const tokensLive = new Uint32Array(count);
  const blocksLive = new Uint32Array(count);
  for (let step = 0; step < count; step++) {
    scheduler.step(requests.next());
    builder.endStep();
    tokensLive[step] = scheduler.cache.tokensLive;
    blocksLive[step] = scheduler.cache.blocksLive;
  }
  return {
    ...builder.build("serving", PERIOD, ["kv-block", "block-table"]),
    tokensLive,
    blocksLive,
    blockTokens: BLOCK_TOKENS,
    bytesPerToken: BYTES_PER_TOKEN,
    sequences: scheduler.sequences,
    shared: scheduler.cache.shared,
  };
}
