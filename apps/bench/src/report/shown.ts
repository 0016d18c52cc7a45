/**
 * What a report shows, as words and numbers that are ready to be read: the terminal (`text.ts`), the page (`html/page.ts`)
 * and the documents (`scripts/`) have the same.
 */
import type { Chart } from "./charts.ts";
import type { Machine } from "./machine.ts";

export interface Shown {
  /** Of the page. */
  readonly title: string;
  readonly heading: string;
  readonly machine: Machine;
  /** What was done, in one line. */
  readonly summary: string;
  readonly sections: readonly Section[];
  /** On the page only, from here on. */
  readonly cards: readonly Card[];
  /** Larger cards, above the others. */
  readonly chapters?: readonly Card[];
  readonly charts: readonly Chart[];
  /** How to read it, as HTML. */
  readonly reading: string;
}

export interface Section {
  readonly title?: string;
  /** What is behind the title, or below it on the page. */
  readonly text?: string;
  readonly table?: Table;
  /** A line each. */
  readonly notes?: readonly string[];
  /** On the page, as it is long: folded, but for the first. */
  readonly fold?: "open" | "closed";
  /** Where it is shown, if not everywhere. */
  readonly only?: "text" | "page";
}

/** Numbers stand right. */
export interface Table {
  readonly head: readonly string[];
  /** What a column is, for who points at its head. */
  readonly help?: readonly string[];
  readonly lines: readonly Line[];
  readonly align?: "left" | "right";
}

/** One that has nothing but text. */
export interface PlainTable extends Table {
  readonly lines: readonly (readonly string[])[];
}

export type Line =
  | readonly string[]
  | { readonly cells: readonly string[]; readonly origin: string | undefined }
  /** Across all columns. */
  | { readonly title: string; readonly what: string };

export interface Card {
  /** How it is painted. */
  readonly kind: string;
  readonly heading?: string;
  readonly what?: string;
  readonly value: string;
  readonly text: string;
  readonly note: string;
}

/** What the project set out to reach, computed from one run. */
export interface Target {
  readonly what: string;
  /** As it is to be read: `83×`. */
  readonly value: string;
  /** Of the same in pairs of processes, where it is a ratio: `81–85`. */
  readonly interval?: string;
  readonly wanted: string;
  readonly ok: boolean;
}

export const targetCards = (targets: readonly Target[]): Card[] =>
  targets.map(({ what, value, interval, wanted, ok }) => {
    const kind = ok ? "met" : "missed";
    const pairs = interval === undefined ? "" : `in pairs ${interval}; `;
    return { kind, value, text: what, note: `${pairs}target ${wanted}: ${kind}` };
  });

/** On the page they are cards. */
export function targetSection(title: string, targets: readonly Target[]): Section {
  const paired = targets.some(({ interval }) => interval !== undefined);
  return {
    ...{ title, only: "text" },
    table: {
      head: ["", "reached", ...(paired ? ["in pairs"] : []), "target", ""],
      lines: targets.map(({ what, value, interval = "", wanted, ok }) => [
        ...[what, value, ...(paired ? [interval] : []), wanted, ok ? "met" : "missed"],
      ]),
    },
  };
}

/** A column of a table of rows. */
export interface Column<R> {
  readonly title: string;
  readonly help: string;
  readonly show: (row: R) => string;
}

export const column = <R>(title: string, help: string, show: (row: R) => string): Column<R> => ({ title, help, show });

/** Rows below their titles, where they have one; columns that have nothing to say are left out. */
export function rowsTable<R extends { readonly subject: string }>(
  columns: readonly Column<R>[],
  groups: readonly { readonly title?: Line; readonly rows: readonly R[] }[],
  subjects: readonly { readonly name: string; readonly origin: string }[],
): Table {
  const origins = new Map(subjects.map(({ name, origin }) => [name, origin]));
  const shown = columns.filter(({ show }) => groups.some(({ rows }) => rows.some((row) => show(row) !== "")));
  return {
    head: ["", ...shown.map(({ title }) => title)],
    help: ["", ...shown.map(({ help }) => help)],
    lines: groups.flatMap(({ title, rows }) => [
      ...(title ? [title] : []),
      ...rows.map((row) => ({
        cells: [row.subject, ...shown.map(({ show }) => show(row))],
        origin: origins.get(row.subject),
      })),
    ]),
  };
}
