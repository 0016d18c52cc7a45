/** The tables, for a terminal. */
import type { Figures } from "../figures.ts";
import { type Section, sections, summary } from "./sections.ts";

export function renderText(figures: Figures): string {
  const warnings = figures.warnings.map((warning) => `warning: ${plain(warning)}\n`).join("");
  return [`${summary(figures)}\n${warnings}`, ...sections(figures).map(table)].join("\n");
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

/** Whatever a trace says, or its name is: nothing of it may command a terminal. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");

/** A tenant's name: not longer than a line either. */
function printable(text: string): string {
  const shown = plain(text);
  return shown.length <= 32 ? shown : `${shown.slice(0, 31)}…`;
}
