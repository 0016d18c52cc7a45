/** What the tables show, as text by rows and columns: the terminal and the page have the same. */
import { duration } from "../progress.ts";
import { type BrowserResult, FRAMES_AT_ONCE } from "./browser/result.ts";
import type { Claim } from "./claims.ts";
import { measured, ms, percent } from "./format.ts";
import { BLOCKS_PER_SECOND, RESIDENT } from "./real-time/load.ts";
import type { AriaxReport } from "./report.ts";

export interface Cells {
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
}

export const REAL_TIME = `Tick stability in real time: ${BLOCKS_PER_SECOND.toLocaleString("en-US")} blocks a second, ${RESIDENT.toLocaleString("en-US")} states that stay`;
export const BROWSER = "game-frame in Chromium";

/** What was done. */
export function summaryOf({ date, mode, scale, seconds, partial, limit }: AriaxReport): string {
  const size = scale === 1 ? "" : `, scenarios at ${scale} of their size`;
  const end = partial ? ", stopped before its end" : "";
  const care = mode === "quick" ? "; it shows that all works, its times are of too little to say much" : "";
  return `${date.slice(0, 10)}, ${mode} run of ${duration(seconds)}${size}, at most ${limit / 1000} s a scenario${end}${care}`;
}

/** A scenario, its size, and what a step is. */
export function headOf({ name, what, step, events, steps, utilisation }: AriaxReport["scenarios"][number]): string {
  const used = utilisation === undefined ? "" : `, utilisation ${(Math.floor(1000 * utilisation) / 10).toFixed(1)} %`;
  return `${name}: ${what}; ${events.toLocaleString("en-US")} events, ${steps.toLocaleString("en-US")} steps (${step} each)${used}`;
}

/** Two arms by frequency, and how much more stable the one is. */
export function realTimeCells({ stability }: AriaxReport): Cells {
  const head = ["", "beats", "late", "deviation mean", "p50", "p99", "p99.9", "max"];
  const work = ["work p50", "work p99", "work max", "GCs", "GC ms", "GC max", "CPU ms"];
  const lines = stability.flatMap(({ frequency, ariax, gc, stability: gain, note }) => {
    const arm = (name: string, one: typeof ariax): string[][] => {
      if (one === undefined) return [];
      const { report, work: w, pauses, cpu } = one;
      const { mean, p50, p99, p999, max } = report.deviation;
      return [
        [
          `${frequency} Hz, ${name}`,
          ...[report.beats, report.late].map((count) => count.toLocaleString("en-US")),
          ...[mean, p50, p99, p999, max, w.p50, w.p99, w.max].map(ms),
          ...[pauses.count.toLocaleString("en-US"), ms(pauses.total), ms(pauses.max), ms(cpu)],
        ],
      ];
    };
    const more = gain && [
      ["  stability", "", "", percent(gain.mean), "", percent(gain.p99), "", percent(gain.max), ...work.map(() => "")],
    ];
    const wrong =
      note === undefined ? [] : [[`${frequency} Hz: ${note}`, ...Array(head.length + work.length - 1).fill("")]];
    return [...arm("ariax", ariax), ...arm("gc", gc), ...(more ?? []), ...wrong];
  });
  return { head: [...head, ...work], lines };
}

/** All frames of the scenario as fast as they go, and real ones. */
export function browserCells(run: BrowserResult): Cells {
  const head = ["", "ms", "ns/event", "p50", "p99", "p99.9", "max", "GCs", "GC ms", "GC p99", "GC max"];
  const lines = run.observations.flatMap(({ arm, simulated, real, pauses }) => {
    const tail = ({ p50, p99, p999, max }: typeof simulated.frame) => [p50, p99, p999, max].map(ms);
    const gcs = (p: typeof pauses.real) => [String(p.count), ...[p.total, p.p99, p.max].map(ms)];
    const perEvent = ms((1e6 * simulated.ms) / simulated.events);
    return [
      [
        `${arm}, ${simulated.frame.count.toLocaleString("en-US")} frames`,
        ms(simulated.ms),
        perEvent,
        ...tail(simulated.frame),
        ...gcs(pauses.simulated),
      ],
      [`${arm}, real frames: work of ${FRAMES_AT_ONCE} at once`, "", "", ...tail(real.work), ...gcs(pauses.real)],
      [`${arm}, real frames: from one to the next`, "", "", ...tail(real.interval), "", "", "", ""],
    ];
  });
  return { head, lines };
}

/** The claims as rows: what, claimed, measured, how the two go together, the command. */
export function claimCells(claims: readonly Claim[]): Cells {
  const lines = claims.flatMap(({ what, claimed, lines: all, command }) =>
    all.length === 0
      ? [[what, claimed, "not measured", "", command]]
      : all.map((line, i) => [
          i === 0 ? what : "",
          i === 0 ? claimed : "",
          `${line.what}: ${measured(line)}`,
          line.verdict,
          i === 0 ? command : "",
        ]),
  );
  return { head: ["", "claimed", "measured", "", "command"], lines };
}
