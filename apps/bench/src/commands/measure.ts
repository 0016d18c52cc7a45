/** The one way from a plan to results, whichever command asks: prepare, run, report, write and print, and an exit code. */
import { lineOf } from "../base/errors.ts";
import { shown as path, RESULTS } from "../base/results.ts";
import type { Circumstances } from "../report/circumstances.ts";
import { renderPage } from "../report/html/page.ts";
import type { Shown } from "../report/shown.ts";
import { renderText } from "../report/text.ts";
import { cellsOf, type Plan } from "../run/plan.ts";
import { prepare } from "../run/prepare.ts";
import { type Progress, progressOn } from "../run/progress.ts";
import { run } from "../run/run.ts";
import type { Observed } from "../worker/protocol.ts";
import { type Destination, write } from "./destinations.ts";
import type { Outputs, Streams } from "./options.ts";

export interface Job<R> {
  /** Of its files in the folder of results. */
  readonly name: string;
  readonly plan: Plan;
  readonly report: (observed: readonly Observed[], at: Circumstances) => R;
  readonly show: (report: R) => Shown;
  /** Whether something of ours failed. */
  readonly isFault: (report: R) => boolean;
}

export async function measure<R>(
  { name, plan, report: makeReport, show, isFault }: Job<R>,
  { json }: Outputs,
  destinations: readonly Destination[],
  streams: Streams,
): Promise<void> {
  const { out, err, exit, command } = streams;
  const found = await observe(plan, progressOn(err), streams);
  if (found === undefined) return exit(1);
  const report = makeReport(found.observed, found);
  const shown = show(report);
  const text = `${JSON.stringify(report, null, 1)}\n`;
  const failures = await write(destinations, { json: text, html: renderPage(shown, command) });
  const where = `\n${path(RESULTS)}/${name}.html has charts, ${name}.json every observation.\n`;
  out.write(json === "-" ? text : renderText(shown) + (failures.length === 0 ? where : ""));
  for (const line of failures) err.write(`${line}\n`);
  if (found.partial) exit(130);
  else if (isFault(report) || failures.length > 0) exit(1);
}

/** What a plan finds, until its end or Ctrl-C; undefined where nothing can be measured, and a line has said why. */
export async function observe(
  plan: Plan,
  progress: Progress,
  { err, ask }: Streams,
): Promise<(Circumstances & { readonly observed: Observed[] }) | undefined> {
  const subjects = new Set(
    plan.rounds
      .flat()
      .flatMap(cellsOf)
      .map(({ subject }) => subject),
  );
  await prepare(subjects, (line) => err.write(`${line}\n`));
  using stop = interruptible();
  const start = performance.now();
  try {
    const observed = await run(plan, { progress, signal: stop.signal, ...(ask && { ask }) });
    const seconds = (performance.now() - start) / 1000;
    return { observed, date: new Date(), seconds, partial: stop.signal.aborted };
  } catch (error) {
    err.write(`${lineOf(error)}\n`);
    return undefined;
  } finally {
    progress.stop();
  }
}

/** Ctrl-C, while a command measures: its signal aborts, and what runs is ended. `using`: afterwards Ctrl-C is Node's again. */
function interruptible(): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, onInterrupt);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onInterrupt);
    },
  };
}
