/** The main command: subjects on traces, small loops, bits and records. */
import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type Command, Option } from "commander";
import { lineOf, UsageError } from "../base/errors.ts";
import { RESULTS, shown } from "../base/results.ts";
import { makeReport } from "../report/latest/report.ts";
import { showLatest } from "../report/latest/sections.ts";
import { latestPlan, MODES, type Mode, pairsOf } from "../run/plans/latest.ts";
import { SUBJECTS } from "../subjects/subjects.ts";
import { readFile, yours } from "../workloads/heap/traces.ts";
import type { Pair } from "../workloads/rows.ts";
import type { Workload } from "../workloads/workload.ts";
import { WORKLOADS } from "../workloads/workloads.ts";
import { destinationsOf } from "./destinations.ts";
import { measure } from "./measure.ts";
import { addOutputs, listOption, numberParser, type Outputs, type Streams } from "./options.ts";
import { idleIn, list, selectSubjects, selectWorkloads } from "./select.ts";

interface Options extends Outputs {
  quick?: boolean;
  full?: boolean;
  list?: boolean;
  subject: string[];
  workload: string[];
  with: string[];
  trace?: string;
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
    .option("--trace <file>", "your own trace (.trace or .trace.gz), and no other workload unless named");
  addOutputs(program)
    .option("--rounds <n>", "processes per subject and workload, at most", numberParser(1, 1000, "whole"))
    .option("--limit <seconds>", "what one replay may take before it is stopped", numberParser(0.01, 3600, "any"))
    .addHelpText("after", `\nResults go to ${shown(RESULTS)}/latest.json and latest.html.`)
    .action((options: Options) => action(options, streams));
}

async function action(options: Options, streams: Streams): Promise<void> {
  if (options.list) {
    streams.out.write(list());
    return;
  }
  const mode = modeOf(options);
  const pairs = await choose(options, mode);
  const destinations = destinationsOf("latest", options);
  const own = destinations.find(({ path }) => options.trace !== undefined && path === resolve(options.trace));
  if (own !== undefined) throw new UsageError(`${own.what}: ${shown(own.path)} is the trace that is to be read`);
  const idle = idleIn(pairs, [...options.subject, ...options.with], options.workload);
  for (const line of idle) streams.err.write(`${line}\n`);
  await measure(
    {
      name: "latest",
      plan: latestPlan(pairs, mode),
      report: (observed, at) => makeReport(pairs, observed, mode, at),
      show: showLatest,
      // A rival that fails is a result; one of ours that does is a fault.
      isFault: ({ rows }) =>
        rows.some(({ status, subject }) => (status === "error" || status === "corrupts") && isOurs(subject)),
    },
    options,
    destinations,
    streams,
  );
}

const isOurs = (name: string): boolean => SUBJECTS.some((one) => one.name === name && one.origin === "ours");

function modeOf({ quick, full, rounds, limit }: Options): Mode {
  const mode = MODES[quick ? "quick" : full ? "full" : "default"];
  return { ...mode, rounds: rounds ?? mode.rounds, limit: limit === undefined ? mode.limit : 1000 * limit };
}

async function choose(options: Options, mode: Mode): Promise<Pair[]> {
  const named = selectSubjects(options.subject, mode.name);
  const extra = options.with.length > 0 ? selectSubjects(options.with, mode.name) : [];
  const subjects = SUBJECTS.filter((subject) => named.includes(subject) || extra.includes(subject));
  const workloads: Workload[] = options.trace === undefined ? [] : [await yourWorkload(options.trace)];
  if (options.trace === undefined || options.workload.length > 0) {
    workloads.push(...selectWorkloads(options.workload, mode.name));
  }
  // What takes long is left out where nobody asked for it.
  const isAsked = options.full || options.subject.length > 0;
  const pairs = pairsOf(
    subjects,
    workloads,
    ({ subject, workload: { only } }) => isAsked === true || only === undefined || only.includes(subject.name),
  );
  if (pairs.length > 0) return pairs;
  const names = (all: readonly { name: string }[]): string => all.map(({ name }) => name).join(", ");
  throw new UsageError(
    `none of the subjects (${names(subjects)}) can be measured on any of the workloads (${names(workloads)})`,
  );
}

/** Read once here, so that a file that is no trace is told before anything is measured. */
async function yourWorkload(file: string): Promise<Workload> {
  let events: number;
  try {
    if (!statSync(file).isFile()) throw new Error(`${file} is no file`);
    ({ events } = await readFile(file));
  } catch (error) {
    throw new UsageError(`--trace: ${lineOf(error)}`);
  }
  if (events === 0) throw new UsageError("--trace: there is nothing in it to replay");
  const name = basename(file);
  // Called like one of ours?
  return yours(resolve(file), WORKLOADS.some((one) => one.name === name) ? `your ${name}` : name);
}
