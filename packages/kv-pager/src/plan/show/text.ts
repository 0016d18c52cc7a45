/** The tables, for a terminal. */
import type { Figures } from "../figures.ts";
import { type Section, sections, summary } from "./sections.ts";

export function renderText(figures: Figures): string {
  return [`${summary(figures)}\n`, ...sections(figures).map(table)].join("\n");
}

function table({ title, text, columns, rows }: Section): string {
  const all = [columns, ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, c) => Math.max(...all.map((row) => row[c].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [title, `  ${text}`, "", ...[line(all[0]), rule, ...all.slice(1).map(line)].map((row) => `  ${row}`), ""].join(
    "\n",
  );
}

/** A tenant's name is whatever a trace says: nothing of it may command a terminal, or be longer than a line. */
function printable(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  return plain.length <= 32 ? plain : `${plain.slice(0, 31)}…`;
}
