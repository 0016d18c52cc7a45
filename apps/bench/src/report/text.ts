/** A report for a terminal: no colours and no lines between the rows, as it is read in logs too. */
import Text from "cli-table3";
import { machineLine } from "./machine.ts";
import type { Section, Shown, Table } from "./shown.ts";

export function renderText({ machine, summary, sections }: Shown): string {
  const parts = [machineLine(machine), summary];
  for (const section of sections) if (section.only !== "page") parts.push("", ...linesOf(section));
  return `${parts.join("\n")}\n`;
}

function linesOf({ title, text, table, notes = [] }: Section): string[] {
  const head = [title, text].filter((one) => one !== undefined).join(": ");
  return [
    ...(head === "" ? [] : [table ? head : `${head}:`]),
    ...(table ? [renderTable(table)] : []),
    ...notes.map((note) => (title === undefined ? note : `  ${note}`)),
  ];
}

export function renderTable({ head, lines, align = "right" }: Table): string {
  const isGrouped = lines.some((line) => "title" in line);
  const text = new Text({
    head: [...head],
    colAligns: ["left", ...head.slice(1).map(() => align)],
    style: { head: [], border: [], compact: true },
  });
  for (const line of lines) {
    if ("title" in line) {
      text.push([{ content: line.what === "" ? line.title : `${line.title}: ${line.what}`, colSpan: head.length }]);
      continue;
    }
    const [first, ...others] = "cells" in line ? line.cells : line;
    text.push([isGrouped ? `  ${first}` : first, ...others]);
  }
  return text.toString();
}
