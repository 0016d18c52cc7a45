/** A quick run as it is shown: what works. No time is printed, as those of so short a run mislead; the JSON has them. */
import type { Section, Shown } from "./shown.ts";

export interface Outcome {
  readonly subject: string;
  readonly workload: string;
  /** `ok`, or why not. `stopped`: it works, slowly. */
  readonly status: string;
  readonly note?: string | undefined;
}

/** `shown` without its numbers; `command` is what measures. `missing` is what could not be tried, a line each. */
export function smoke(
  shown: Shown,
  outcomes: readonly Outcome[],
  command: string,
  missing: readonly string[] = [],
): Shown {
  const workloads = [...new Set(outcomes.map(({ workload }) => workload))];
  // Loops are no subjects.
  const subjects = [...new Set(outcomes.map(({ subject }) => subject))].filter((name) => !name.startsWith("nothing"));
  const cell = (subject: string, workload: string): string => {
    const mine = outcomes.filter((one) => one.subject === subject && one.workload === workload);
    return mine.find(({ status }) => !isFine(status))?.status ?? (mine.length > 0 ? "ok" : "");
  };
  const notes = outcomes.filter(({ status }) => !isFine(status));
  const table: Section = {
    title: "What works",
    table: {
      head: ["", ...workloads],
      lines: subjects.map((subject) => [subject, ...workloads.map((workload) => cell(subject, workload))]),
    },
  };
  return {
    ...shown,
    summary: `${shown.summary}; a try, which measures nothing: \`${command}\` does`,
    cards: [],
    chapters: [],
    charts: [],
    reading: `<p>A quick run shows that everything works on this machine. It measures too little to compare times, so none is shown.
<code>${command}</code> measures.</p>`,
    sections: [
      table,
      ...(notes.length > 0
        ? [
            {
              title: "What does not",
              notes: notes.map(
                (one) =>
                  `${one.subject} on ${one.workload}: ${one.status}${one.note === undefined ? "" : `, ${one.note}`}`,
              ),
            },
          ]
        : []),
      ...(missing.length > 0 ? [{ title: "Not tried", notes: missing }] : []),
    ],
  };
}

/** A subject that was stopped at the limit works, if slowly. */
const isFine = (status: string): boolean => status === "ok" || status === "stopped";
