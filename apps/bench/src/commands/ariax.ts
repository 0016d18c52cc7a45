/** `pnpm bench ariax`: AriaX's work, its parts and its claims, measured. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { buildAddon } from "../addon.ts";
import { browse } from "../ariax/browser/drive.ts";
import { MODES, type Plan, planOf, SECTIONS, type Selection } from "../ariax/plan.ts";
import { type AriaxReport, makeReport } from "../ariax/report.ts";
import { run } from "../ariax/run.ts";
import { SCENARIOS } from "../ariax/scenarios.ts";
import { SCENARIO_SUBJECTS } from "../ariax/subjects.ts";
import { renderAriax } from "../ariax/table.ts";
import { renderAriaxPage } from "../html/ariax-page.ts";
import { progressOn } from "../progress.ts";
import { select } from "../select.ts";
import { RESULTS, shown, writeResult } from "../write.ts";
import { interruptible } from "./interrupt.ts";
import { listOption, numberParser, refuseRunOptions, type Streams } from "./options.ts";

interface Options {
  quick?: boolean;
  scenario: string[];
  subject: string[];
  seconds: number;
  json?: string;
  html?: string;
}

export function addAriaxCommand(program: Command, streams: Streams): void {
  const names = [...SCENARIOS, ...SECTIONS].map(({ name }) => name).join(", ");
  program
    .command("ariax")
    .description("AriaX's scenarios, tick stability, parts and claims; at most 3 minutes")
    .option("--quick", "at most 20 seconds: small scenarios, no real time, no browser")
    .addOption(listOption("--scenario <name...>", `only these: ${names}; or globs`))
    .addOption(
      listOption(
        "--subject <name...>",
        `only these: ${SCENARIO_SUBJECTS.map(({ name }) => name).join(", ")}; or globs`,
      ),
    )
    .option("--seconds <n>", "of each arm at each frequency in real time", numberParser(0.05, 600, "any"), 10)
    .option("--json <file>", "where the results go; - for the standard output instead of the tables")
    .option("--html <file>", "where the page goes")
    .addHelpText("after", "\nResults go to apps/bench/results/ariax.json and ariax.html.")
    .action((options: Options) => {
      refuseRunOptions(program, "ariax");
      return action(options, streams);
    });
}

async function action(options: Options, { out, err, exit }: Streams): Promise<void> {
  const plan = planOf(MODES[options.quick ? "quick" : "default"], options.seconds, selectionOf(options));
  using stop = interruptible();
  const progress = progressOn(err);
  const start = performance.now();
  try {
    if (plan.cells.some(({ subject }) => subject.name === "native")) await buildAddon();
    const found = await run(plan, {
      ...{ progress, signal: stop.signal },
      ...(plan.sections.includes("browser") && plan.arms.length > 0
        ? { browse: (signal) => browse({ arms: plan.arms, signal }) }
        : {}),
    });
    const seconds = (performance.now() - start) / 1000;
    const report = makeReport(plan, found, { date: new Date(), seconds, partial: stop.signal.aborted });
    progress.stop();
    await deliver(report, options, out);
    if (stop.signal.aborted) exit(130);
    else if (isFault(report, plan)) exit(1);
  } finally {
    progress.stop();
  }
}

const groupOf = ({ origin }: { readonly origin: string }): string[] => (origin === "rival" ? ["rivals"] : [origin]);

function selectionOf({ scenario, subject }: Options): Selection {
  const all = [...SCENARIOS, ...SECTIONS];
  const named = scenario.length === 0 ? undefined : select<{ name: string }>("scenario", scenario, all, () => []);
  return {
    scenarios: named && SCENARIOS.filter((one) => named.includes(one)),
    sections: named && SECTIONS.filter((one) => named.includes(one)).map(({ name }) => name),
    subjects: subject.length === 0 ? undefined : select("subject", subject, SCENARIO_SUBJECTS, groupOf),
  };
}

/** A rival that fails is a result; one of ours that does is a fault, and so is a part, an arm or a browser. */
function isFault({ rows, parts, stability, browser }: AriaxReport, { cells }: Plan): boolean {
  const ours = new Set(cells.filter(({ subject }) => subject.origin !== "rival").map(({ subject }) => subject.name));
  return (
    rows.some(({ status, subject }) => (status === "error" || status === "wrong") && ours.has(subject)) ||
    [...parts, ...stability].some(({ note }) => note !== undefined) ||
    (browser !== undefined && "error" in browser)
  );
}

async function deliver(report: AriaxReport, { json, html }: Options, out: NodeJS.WriteStream): Promise<void> {
  const text = `${JSON.stringify(report, null, 1)}\n`;
  const page = renderAriaxPage(report);
  await writeResult("ariax.json", text);
  await writeResult("ariax.html", page);
  if (json !== undefined && json !== "-") await writeResult(resolve(json), text);
  if (html !== undefined) await writeResult(resolve(html), page);
  if (json === "-") out.write(text);
  else out.write(`${renderAriax(report)}\n${shown(RESULTS)}/ariax.html has charts, ariax.json every observation.\n`);
}
