/** `pnpm bench ariax`: AriaX's work, its parts and its claims, measured. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { lineOf, UsageError } from "../base/errors.ts";
import { type AriaxReport, makeReport } from "../report/ariax/report.ts";
import { showAriax } from "../report/ariax/sections.ts";
import { ariaxPlan, type Chosen, choose, MODES, SECTIONS } from "../run/plans/ariax.ts";
import { ARMS, SCENARIO_SUBJECTS } from "../subjects/programs/subjects.ts";
import { SCENARIOS } from "../workloads/scenarios/scenarios.ts";
import { destinationsOf } from "./destinations.ts";
import { measure } from "./measure.ts";
import { addOutputs, listOption, numberParser, type Outputs, refuseRunOptions, type Streams } from "./options.ts";
import { idleLines, select } from "./select.ts";

interface Options extends Outputs {
  quick?: boolean;
  scenario: string[];
  subject: string[];
  seconds: number;
}

type Name = { readonly name: string };
const WORK: readonly Name[] = [...SCENARIOS, ...SECTIONS];
const groupOf = ({ origin }: { readonly origin: string }): string[] => (origin === "rival" ? ["rivals"] : [origin]);
const namesOf = (all: readonly Name[]): string => all.map(({ name }) => name).join(", ");

export function addAriaxCommand(program: Command, streams: Streams): void {
  const command = program
    .command("ariax")
    .description("AriaX's scenarios, tick stability, parts and claims; at most 3 minutes")
    .option("--quick", "at most 20 seconds: small scenarios, no real time, no browser")
    .addOption(listOption("--scenario <name...>", `only these: ${namesOf(WORK)}; or globs`))
    .addOption(listOption("--subject <name...>", `only these: ${namesOf(SCENARIO_SUBJECTS)}; or globs`))
    .option("--seconds <n>", "of each arm at each frequency in real time", numberParser(0.05, 600, "any"), 10);
  addOutputs(command)
    .addHelpText("after", "\nResults go to apps/bench/results/ariax.json and ariax.html.")
    .action((options: Options) => {
      refuseRunOptions(program, "ariax");
      return action(options, streams);
    });
}

async function action(options: Options, streams: Streams): Promise<void> {
  const chosen = chosenBy(options);
  const destinations = destinationsOf("ariax", options);
  for (const line of idleIn(options, chosen)) streams.err.write(`${line}\n`);
  using folder = scratchFolder();
  await measure(
    {
      name: "ariax",
      plan: ariaxPlan(chosen, folder.path),
      report: (observed, at) => makeReport(chosen, observed, at),
      show: showAriax,
      isFault: (report) => isFault(report, chosen),
    },
    options,
    destinations,
    streams,
  );
}

/** Throws `UsageError` where nothing is left to be measured. */
function chosenBy({ quick, scenario, subject, seconds }: Options): Chosen {
  const named = scenario.length === 0 ? undefined : select("scenario", scenario, WORK, () => []);
  const chosen = choose(MODES[quick ? "quick" : "default"], seconds, {
    scenarios: named && SCENARIOS.filter((one) => named.includes(one)),
    sections: named && SECTIONS.filter((one) => named.includes(one)).map(({ name }) => name),
    subjects: subject.length === 0 ? undefined : select("subject", subject, SCENARIO_SUBJECTS, groupOf),
  });
  if (workOf(chosen).size > 0) return chosen;
  throw new UsageError(`none of the subjects (${subject.join(", ")}) has anything to do in ${scenario.join(", ")}`);
}

/** The scenarios and sections of which something is measured. */
const workOf = ({ pairs, sections, arms }: Chosen): Set<Name> =>
  new Set([
    ...pairs.map(({ workload }) => workload),
    ...SECTIONS.filter(({ name }) => sections.includes(name) && (name === "parts" || arms.length > 0)),
  ]);

function idleIn({ scenario, subject }: Options, chosen: Chosen): string[] {
  const isTimed = chosen.sections.some((name) => name !== "parts");
  const arms = isTimed ? SCENARIO_SUBJECTS.filter(({ name }) => ARMS.some((arm) => arm === name)) : [];
  const used = new Set([...chosen.pairs.map((pair) => pair.subject), ...arms]);
  return idleLines(
    { patterns: subject, all: SCENARIO_SUBJECTS, groupsOf: groupOf, used },
    { patterns: scenario, all: WORK, groupsOf: () => [], used: workOf(chosen) },
    "scenarios",
  );
}

/** A rival that fails is a result; one of ours that does is a fault, and so is a part, an arm or a browser. */
function isFault({ rows, parts, stability, browser }: AriaxReport, { pairs }: Chosen): boolean {
  const ours = new Set(pairs.filter(({ subject }) => subject.origin !== "rival").map(({ subject }) => subject.name));
  return (
    rows.some(({ status, subject }) => (status === "error" || status === "wrong") && ours.has(subject)) ||
    [...parts, ...stability].some(({ note }) => note !== undefined) ||
    (browser !== undefined && "error" in browser)
  );
}

/** Where the scenarios are kept while they are measured. */
function scratchFolder(): { readonly path: string } & Disposable {
  try {
    const path = mkdtempSync(join(tmpdir(), "ariax-scenarios-"));
    return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
  } catch (error) {
    throw new UsageError(`no folder for temporary files: ${lineOf(error)}`);
  }
}
