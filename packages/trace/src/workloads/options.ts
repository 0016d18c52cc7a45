import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, readOptions, show } from "@ariax/allocator/implement";
import { TraceBuilder, type TraceSink } from "../builder.ts";
import { Random } from "../random.ts";

/**
 * What every synthesiser takes. The same options give the same trace, on any machine.
 *
 * `scale` multiplies the work done, not the blocks live: twice the scale, twice the events, at about the same peak.
 */
export interface WorkloadOptions {
  /** A whole number from 0 to 2⁵³ − 1; 1 unless given. */
  seed?: number | undefined;
  /** Above 0; 1 unless given, which makes 100,000–500,000 events, unless the synthesiser says otherwise. */
  scale?: number | undefined;
}

/** Some 1.5 GB while a trace is made. More is refused at once, not when the memory is used up. */
const MOST_EVENTS = 2 ** 26;

/** What a synthesiser starts with. `times(n)` is n scaled, and at least 1. */
export interface Beginning {
  readonly builder: TraceBuilder;
  readonly random: Random;
  readonly scale: number;
  readonly times: (n: number) => number;
}

/**
 * Reads the options, and makes what a synthesiser works with. `whole` has the parameters that are whole numbers from 1 on, `other`
 * those that the synthesiser checks itself, each with what it is unless given. Throws `InvalidArgumentError`.
 */
export function begin<W extends Record<string, number>, O extends Record<string, unknown> = Record<never, never>>(
  options: WorkloadOptions,
  whole: W = {} as W,
  other: O = {} as O,
): Beginning & Record<keyof W, number> & O {
  const known = ["seed", "scale", ...Object.keys(whole), ...Object.keys(other)];
  const read = { seed: 1, scale: 1, ...whole, ...other, ...readOptions<object>(options, known) };
  const { seed, scale } = read;
  checkInteger("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  checkPositive("scale", scale, 1e6);
  const numbers: Readonly<Record<string, number>> = read as W;
  for (const name of Object.keys(whole)) {
    checkInteger(name, numbers[name], name === "most" ? (numbers.least ?? numbers.step) : 1, 0x7fffffff);
  }
  return {
    ...read,
    builder: new TraceBuilder(),
    random: new Random(seed),
    times: (n) => Math.max(1, Math.round(n * scale)),
  };
}

/** Throws `InvalidArgumentError` where the options would make more events, or steps, than there is memory for. */
export function checkWork(about: number): void {
  if (about <= MOST_EVENTS) return;
  throw new InvalidArgumentError(`invalid options: about ${Math.ceil(about)} events are more than ${MOST_EVENTS}`);
}

/** `value`, if it is a number above 0 and at most `most`; else throws `InvalidArgumentError` naming it. */
export function checkPositive(name: string, value: number, most: number): number {
  if (typeof value === "number" && value > 0 && value <= most) return value;
  throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is not above 0 and at most ${most}`);
}

/** Makes `live` blocks, replaces a random one `times` times, and frees them: a service in its steady state. */
export function replaceRandom({ builder, random }: Beginning, live: number, times: number, size: () => number): void {
  checkWork(2 * (live + times));
  const blocks = Array.from({ length: live }, () => builder.allocate(size()));
  for (let n = times; n > 0; n--) {
    const victim = random.below(live);
    builder.free(blocks[victim]);
    blocks[victim] = builder.allocate(size());
  }
  freeAll(builder, blocks);
}

/** Frees those that are there, in order. */
export function freeAll(builder: Pick<TraceSink, "free">, ids: Iterable<number | undefined>): void {
  for (const id of ids) if (id !== undefined) builder.free(id);
}

/** Takes a random element out; the last one takes its place. */
export function takeRandom<T>(random: Random, from: T[]): T {
  const i = random.below(from.length);
  const taken = from[i];
  from[i] = from[from.length - 1];
  from.pop();
  return taken;
}
