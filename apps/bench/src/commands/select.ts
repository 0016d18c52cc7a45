/** Names on the command line: exact ones, globs, groups; and what was probably meant. */
import { UsageError } from "../base/errors.ts";
import type { Mode } from "../run/plans/latest.ts";
import { isInC, type Subject } from "../subjects/subject.ts";
import { SUBJECTS } from "../subjects/subjects.ts";
import type { Pair } from "../workloads/rows.ts";
import { GROUPS, type Workload } from "../workloads/workload.ts";
import { WORKLOADS } from "../workloads/workloads.ts";

const ABLE = SUBJECTS.filter(({ origin }) => origin !== "loop");

/** What a subject can be called but its name. */
const groupsOf = (subject: Subject): string[] => [
  subject.kind,
  subject.origin === "rival" ? "rivals" : subject.origin,
  ...(isInC(subject) ? ["c"] : []),
];

const groupOf = ({ group }: Workload): string[] => [group];

/** Subjects by name, glob, kind or origin; none named = all but those on request. */
export function selectSubjects(patterns: readonly string[], mode: Mode["name"]): Subject[] {
  if (patterns.length > 0) return select("subject", patterns, ABLE, groupsOf);
  return ABLE.filter(({ onRequest, unhurried }) => !onRequest && !(unhurried && mode === "quick"));
}

/** Workloads by name, glob or group; none named = those of the mode. */
export function selectWorkloads(patterns: readonly string[], mode: Mode["name"]): Workload[] {
  if (patterns.length > 0) return select("workload", patterns, WORKLOADS, groupOf);
  const levels = { quick: ["quick"], default: ["quick", "default"], full: ["quick", "default", "full"] }[mode];
  return WORKLOADS.filter(({ level }) => levels.includes(level));
}

/** What was named, and what of it is measured. */
export interface Named<T extends { name: string }> {
  readonly patterns: readonly string[];
  readonly all: readonly T[];
  readonly groupsOf: (one: T) => readonly string[];
  readonly used: ReadonlySet<T>;
}

/** Names that are right and yet select nothing which is measured: a line for those of each kind. */
export function idleLines<S extends { name: string }, W extends { name: string }>(
  subjects: Named<S>,
  workloads: Named<W>,
  what = "workloads",
): string[] {
  const idle = <T extends { name: string }>({ patterns, all, groupsOf, used }: Named<T>): string =>
    patterns.filter((name) => !select("name", [name], all, groupsOf).some((one) => used.has(one))).join(", ");
  const [idleSubjects, idleWorkloads] = [idle(subjects), idle(workloads)];
  return [
    ...(idleSubjects === "" ? [] : [`not measured: ${idleSubjects}, on none of the ${what} chosen`]),
    ...(idleWorkloads === "" ? [] : [`not measured: ${idleWorkloads}, by none of the subjects chosen`]),
  ];
}

/** The same of subjects on workloads. */
export const idleIn = (pairs: readonly Pair[], subjects: readonly string[], workloads: readonly string[]): string[] =>
  idleLines(
    { patterns: subjects, all: ABLE, groupsOf, used: new Set(pairs.map(({ subject }) => subject)) },
    { patterns: workloads, all: WORKLOADS, groupsOf: groupOf, used: new Set(pairs.map(({ workload }) => workload)) },
  );

/** Those of `all` that some pattern names, by name, group or glob. Throws `UsageError` where a pattern names none. */
export function select<T extends { name: string }>(
  what: string,
  patterns: readonly string[],
  all: readonly T[],
  groupsOf: (one: T) => readonly string[],
): T[] {
  const chosen = new Set<T>();
  for (const pattern of patterns) {
    const matches = globOf(pattern);
    const found = all.filter((one) => matches(one.name) || groupsOf(one).some(matches));
    if (found.length === 0) {
      const possible = [...new Set([...all.map(({ name }) => name), ...all.flatMap(groupsOf)])];
      throw new UsageError(
        `unknown ${what} "${pattern}"${didYouMean(pattern, possible)}\n  possible: ${possible.join(", ")}; or a glob like "${possible[0]!.slice(0, 1)}*"`,
      );
    }
    for (const one of found) chosen.add(one);
  }
  return all.filter((one) => chosen.has(one));
}

/** `*` for any characters, `?` for one. */
function globOf(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`);
  return (name) => expression.test(name);
}

/** `; did you mean "slab"?` where some name is near. */
export function didYouMean(word: string, possible: readonly string[]): string {
  const near = possible
    .map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.ceil(name.length / 3))
    .sort((a, b) => a.far - b.far)[0];
  return near === undefined ? "" : `; did you mean "${near.name}"?`;
}

/** Levenshtein's: the least insertions, deletions and replacements. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** What `--list` prints. */
export function list(): string {
  const line = (name: string, what: string): string => `  ${name.padEnd(18)} ${what}`;
  const lines = ["Subjects"];
  for (const { name, what, onRequest, origin } of SUBJECTS) {
    if (origin !== "loop") lines.push(line(name, what + (onRequest ? " (on request)" : "")));
  }
  for (const [group, title] of Object.entries(GROUPS)) {
    const here = WORKLOADS.filter((workload) => workload.group === group);
    if (here.length > 0) lines.push("", `Workloads "${group}": ${title}`);
    for (const { name, what, level } of here) lines.push(line(name, what + (level === "full" ? " (--full)" : "")));
  }
  return `${lines.join("\n")}\n`;
}
