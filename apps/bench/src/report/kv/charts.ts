/** The charts of the books: operations side by side, and the cost by the number of blocks. */
import { BOOKS } from "../../subjects/kv/subjects.ts";
import { type Chart, type Colour, colourOf, GREY, type Series } from "../charts.ts";
import type { KvReport, OperationRow } from "./parts.ts";

const colour = (subject: string): Colour =>
  subject === "pool"
    ? colourOf("slab")
    : colourOf(
        "",
        BOOKS.findIndex(({ name }) => name === subject),
      );

export function chartsOf({ operations, traces, scale }: KvReport): Chart[] {
  return [...columns([...operations, ...traces]), ...byBlocks(scale)];
}

function columns(rows: readonly OperationRow[]): Chart[] {
  if (rows.length === 0) return [];
  const series = BOOKS.filter(({ origin }) => origin !== "loop").map(
    ({ name }): Series => ({
      ...{ label: name, colour: colour(name) },
      values: rows.map(({ times }) => positive(times.find(({ subject }) => subject === name)?.net)),
    }),
  );
  const vllm = {
    ...{ label: "vLLM, in Python, as published", colour: GREY, paint: "striped" as const },
    values: rows.map(({ vllm }) => vllm?.low ?? null),
  };
  return [
    {
      ...{ kind: "columns", isWide: true, height: 360, title: "Operations and whole traces" },
      caption: "ns a block, net of the loop; logarithmic",
      categories: rows.map(({ name }) => name.split(/(?<=\+|,) /)),
      y: { title: "ns a block, logarithmic", isFine: true },
      series: [...series, vllm],
    },
  ];
}

function byBlocks(scale: KvReport["scale"]): Chart[] {
  return [...Map.groupBy(scale, ({ name }) => name)].map(([name, rows]) => {
    const values = [...new Set(rows.flatMap(({ points }) => points.map(([blocks]) => blocks)))];
    return {
      ...{ kind: "lines", height: 280, title: `${name}, by the number of blocks`, categories: [] },
      caption: "ns a block, net of the loop",
      x: { title: "blocks", values },
      y: { title: "ns a block, logarithmic", isFine: true },
      series: rows.map(({ subject, points }) => {
        const found = new Map(points);
        return { label: subject, colour: colour(subject), values: values.map((blocks) => positive(found.get(blocks))) };
      }),
    };
  });
}

/** What a logarithmic axis can show. */
const positive = (value: number | undefined): number | null => (value !== undefined && value > 0 ? value : null);
