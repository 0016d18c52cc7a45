import { checkOptions } from "@ariax/allocator/implement";
import { refuse } from "../check.ts";
import { Series } from "./series.ts";
import { BEGAN, ENDED, FUNDAMENTAL, NEXT, START } from "./times.ts";

/** How well a run kept its cadence. Times are in milliseconds where nothing else is said. */
export interface TickReport {
  /** Hz, as the arena was made. */
  readonly frequency: number;
  /** How often the fundamental rotated, missed beats included. */
  readonly ticks: number;
  /** How many beats there were; of these, `beats − missed` were called. */
  readonly beats: number;
  /** Beats that were not called, because the next one's moment had come too. The arenas were rotated for them. */
  readonly missed: number;
  /** Beats that were called, and whose moment had passed before the run was done with the beat before. */
  readonly late: number;
  /** Seconds from the start of the run to its end. */
  readonly seconds: number;
  /** Hz: fundamental beats called ÷ seconds from the start of the run to the start of the last of them. */
  readonly achieved: number;
  /**
   * The start of the last beat called, less its ideal moment. The ideal moments are the start of the run and whole numbers of
   * beats: so this is all the error that has added up, and does not grow with the run unless beats take too long.
   */
  readonly drift: number;
  /** From the ideal moment of each beat called to its start. Never below 0: no beat is called early. */
  readonly deviation: {
    readonly mean: number;
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
  /** From the start of one fundamental beat called to that of the next one called. */
  readonly period: { readonly mean: number; readonly p50: number; readonly p99: number; readonly max: number };
  /** In the callback, rotation included; until its promise is settled, where it returns one. */
  readonly work: { readonly mean: number; readonly p99: number; readonly max: number };
}

/** What is not told by the times of the beats. */
export interface Counts {
  readonly frequency: number;
  readonly ticks: number;
  readonly beats: number;
  readonly missed: number;
  readonly late: number;
}

/** Keeps what is told of a run's times, in bounded memory and without garbage, and makes a report of it. */
export class Recorder {
  declare private readonly times: Float64Array;
  declare private readonly deviation: Series;
  declare private readonly period: Series;
  declare private readonly work: Series;
  private fundamentals = 0;
  /** When the first fundamental beat was due. */
  private first = 0;

  /** `times`: those of the run, see `times.ts`. `room`: how many beats are expected. */
  constructor(times: Float64Array, room: number) {
    this.times = times;
    this.deviation = new Series(room);
    this.period = new Series(room);
    this.work = new Series(room);
  }

  /** A beat that should have begun at NEXT, began at BEGAN, and was done at ENDED. O(1). */
  add(isFundamental: boolean): void {
    const times = this.times;
    this.deviation.add(times, NEXT, BEGAN);
    this.work.add(times, BEGAN, ENDED);
    if (!isFundamental) return;
    if (this.fundamentals++ > 0) this.period.add(times, FUNDAMENTAL, BEGAN);
    else this.first = times[NEXT];
    times[FUNDAMENTAL] = times[BEGAN];
  }

  /** O(n log n) of the samples kept. */
  report({ frequency, ticks, beats, missed, late }: Counts, end: number): TickReport {
    const times = this.times;
    const deviation = this.deviation;
    const [d50, d99, d999] = deviation.quantiles(0.5, 0.99, 0.999);
    const [p50, p99] = this.period.quantiles(0.5, 0.99);
    const [w99] = this.work.quantiles(0.99);
    // From a period before the first one was due: a run may begin anywhere in a period.
    const elapsed = times[FUNDAMENTAL] - (this.first - 1000 / frequency);
    return {
      frequency,
      ticks,
      beats,
      missed,
      late,
      seconds: (end - times[START]) / 1000,
      achieved: elapsed > 0 ? this.fundamentals / (elapsed / 1000) : 0,
      drift: deviation.last,
      deviation: { mean: deviation.mean, p50: d50, p99: d99, p999: d999, max: deviation.max },
      period: { mean: this.period.mean, p50, p99, max: this.period.max },
      work: { mean: this.work.mean, p99: w99, max: this.work.max },
    };
  }
}

/**
 * A report as lines for a terminal.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function formatReport(report: TickReport): string {
  checkReport(report);
  const { frequency, achieved, seconds, beats, ticks, late, missed, deviation, period, work, drift } = report;
  const cell = (ms: number | undefined) => (ms === undefined ? "" : ms.toFixed(3)).padStart(10);
  const row = (name: string, { mean, p50, p99, p999, max }: Partial<TickReport["deviation"]>) =>
    [name.padEnd(10), ...[mean, p50, p99, p999, max].map(cell)].join(" ");
  return [
    `${frequency} Hz asked, ${achieved.toFixed(3)} Hz achieved, in ${seconds.toFixed(3)} s`,
    `${beats} beats, ${ticks} of the fundamental; ${late} late, ${missed} missed; drift ${drift.toFixed(3)} ms`,
    [`${"ms".padEnd(10)}`, ...["mean", "p50", "p99", "p99.9", "max"].map((name) => name.padStart(10))].join(" "),
    row("deviation", deviation),
    row("period", period),
    row("work", work),
  ].join("\n");
}

/** What of a report `formatReport` shows: numbers, all of them. */
const SHOWN = {
  report: ["frequency", "ticks", "beats", "missed", "late", "seconds", "achieved", "drift"],
  deviation: ["mean", "p50", "p99", "p999", "max"],
  period: ["mean", "p50", "p99", "max"],
  work: ["mean", "p99", "max"],
} as const;

function checkReport(report: TickReport): void {
  checkOptions(report, "report");
  for (const [part, names] of Object.entries(SHOWN)) {
    const values = checkOptions(part === "report" ? report : report[part as "work"], part) as unknown as Record<
      string,
      unknown
    >;
    for (const name of names)
      if (typeof values[name] !== "number") refuse(`${part}.${name}`, values[name], "no number");
  }
}
