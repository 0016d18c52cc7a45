/** The main command: measure, then show and write the report. */
import { access } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { renderPage } from "../html/page.ts";
import { type Cell, cellsOf, MODES, type Mode } from "../plan.ts";
import { prepare } from "../prepare.ts";
import { progressOn } from "../progress.ts";
import { makeReport, type Report } from "../report.ts";
import { run } from "../run.ts";
import { list, selectSubjects, selectWorkloads, UsageError } from "../select.ts";
import { SUBJECTS, type Subject } from "../subjects.ts";
import { renderTables } from "../table.ts";
import { readFile } from "../workloads/traces.ts";
import { type Workload, yours } from "../workloads.ts";
import { RESULTS, shown, writeResult } from "../write.ts";
import { interruptible } from "./interrupt.ts";
import { listOption, numberParser, type Streams } from "./options.ts";

interface Options {
  quick?: boolean;
  full?: boolean;
  list?: boolean;
  subject: string[];
  workload: string[];
  with: string[];
  trace?: string;
  json?: string;
  html?: string;
  rounds?: number;
  limit?: number;
}

export function addRunCommand(program: Command, streams: Streams): void {
  program
    .addOption(new Option("--quick", "at most a minute: the traces and three questions").conflicts("full"))
    .option("--full", "everything, for as long as it takes")
    .option("--list", "the subjects and workloads there are")
    .addOption(listOption("--subject <name...>", "only these: names, globs, heap, bits, records, ours, rivals"))
    .addOption(listOption("--workload <name...>", "only these: names, globs, or groups as in --list"))
    .addOption(listOption("--with <name...>", "these subjects too, of those on request"))
    .option("--trace <file>", "your own trace (.trace or .trace.gz), and no other workload unless named")
    .option("--json <file>", `where the results go; - for the standard output instead of the tables`)
    .option("--html <file>", "where the page goes")
    .option("--rounds <n>", "processes per subject and workload, at most", numberParser(1, 1000, "whole"))
    .option("--limit <seconds>", "what one replay may take before it is stopped", numberParser(0.01, 3600, "any"))
    .addHelpText("after", `\nResults go to ${shown(RESULTS)}/latest.json and latest.html.`)
    .action((options: Options) => action(options, streams));
}

async function action(options: Options, { out, err, exit }: Streams): Promise<void> {
  if (options.list) {
    out.write(list());
    return;
  }
  const mode = modeOf(options);
  const cells = await selectCells(options, mode);
  const { available, unavailable } = await prepare(cells, (line) => err.write(`${line}\n`));
  const isJson = options.json === "-";

  using stop = interruptible();
  const progress = progressOn(err);
  const start = performance.now();
  const observed = await run(available, {
    mode,
    progress,
    signal: stop.signal,
    ...(options.trace === undefined ? {} : { trace: { name: basename(options.trace), file: resolve(options.trace) } }),
  }).finally(() => {
    progress.stop();
  });

  const seconds = (performance.now() - start) / 1000;
  const partial = stop.signal.aborted;
  const report = makeReport(available, observed, { mode, date: new Date(), seconds, partial, unavailable });
  await deliver(report, options, out);
  if (!isJson)
    out.write(`${renderTables(report)}\n${shown(RESULTS)}/latest.html has charts, latest.json every observation.\n`);
  if (partial) exit(130);
  else if (report.rows.some(({ status, subject }) => isFault(status) && isOurs(subject))) exit(1);
}

/** A rival that fails is a result; one of ours that does is a fault. */
const isFault = (status: string): boolean => status === "error" || status === "corrupts";
const isOurs = (name: string): boolean =>
  SUBJECTS.some((subject) => subject.name === name && subject.origin === "ours");

function modeOf({ quick, full, rounds, limit }: Options): Mode {
  const mode = MODES[quick ? "quick" : full ? "full" : "default"];
  return { ...mode, rounds: rounds ?? mode.rounds, limit: limit === undefined ? mode.limit : 1000 * limit };
}

async function selectCells(options: Options, mode: Mode): Promise<Cell[]> {
  const named = selectSubjects(options.subject, mode.name);
  const extra = options.with.length > 0 ? selectSubjects(options.with, mode.name) : [];
  const subjects = SUBJECTS.filter((subject) => named.includes(subject) || extra.includes(subject));
  const workloads = [
    ...(options.trace === undefined ? [] : [await yourWorkload(options.trace)]),
    ...(options.trace !== undefined && options.workload.length === 0
      ? []
      : selectWorkloads(options.workload, mode.name)),
  ];
  // What takes long is left out where nobody asked for it.
  const isAsked = options.full || options.subject.length > 0;
  const heeds = ({ only }: Workload, { name }: Subject): boolean =>
    isAsked === true || only === undefined || only.includes(name);
  const cells = cellsOf(subjects, workloads, heeds);
  if (cells.length === 0) {
    throw new UsageError(
      `none of the subjects (${subjects.map(({ name }) => name).join(", ")}) can be measured on any of the workloads (${workloads.map(({ name }) => name).join(", ")})`,
    );
  }
  return cells;
}

/** Read once here, so that a file that is no trace is told before anything is measured. */
async function yourWorkload(file: string): Promise<Workload> {
  let events: number;
  try {
    await access(file);
    ({ events } = await readFile(file));
  } catch (error) {
    throw new UsageError(`--trace: ${(error as Error).message}`);
  }
  if (events === 0) throw new UsageError("--trace: there is nothing in it to replay");
  return yours(resolve(file), basename(file));
}

async function deliver(report: Report, options: Options, out: NodeJS.WriteStream): Promise<void> {
  const json = `${JSON.stringify(report, null, 1)}\n`;
  const page = renderPage(report);
  await writeResult("latest.json", json);
  await writeResult("latest.html", page);
  if (options.json === "-") out.write(json);
  else if (options.json !== undefined) await writeResult(resolve(options.json), json);
  if (options.html !== undefined) await writeResult(resolve(options.html), page);
}
