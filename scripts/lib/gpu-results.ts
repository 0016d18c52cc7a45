/** The tables of docs/results.md on parts of GPU memory: what `pnpm bench gpu` has counted and timed. */
import { line, origin, type Results } from "./results.ts";

/** What of `results/gpu.json` the page shows. */
export interface Gpu extends Pick<Results, "date" | "machine"> {
  readonly rows: readonly GpuRow[];
}

interface GpuRow {
  readonly workload: string;
  readonly subject: string;
  /** ns a call, the loop included; and without it. */
  readonly ns: number;
  readonly net?: number;
  readonly refused: number;
  /** Parts of 1; undefined, where there are none. */
  readonly peak?: number;
  readonly largest?: number;
  readonly moved: number;
}

const COLUMNS = ["", "ns", "net", "refused", "peak", "largest free", "moved"];
const ns = (value: number | undefined): string => value?.toFixed(value < 100 ? 1 : 0) ?? "";
const percent = (value: number | undefined): string => (value === undefined ? "" : `${(100 * value).toFixed(1)} %`);

const HEAD = `## Parts of GPU memory

Meshes come and go in a range that is only a number of bytes. *ns* is for a call, an allocation or a free, the loop
(\`nothing\`) included; *net* is without it. *refused*: meshes for which there was no room. *peak*: the end of the highest
block ÷ the most bytes in use at once. *largest free*: the largest free piece ÷ all free bytes, on average. *moved*:
bytes moved ÷ bytes allocated. The counts are the same on every machine.
[The subjects](../apps/bench/README.md#gpu-memory).
`;

/** A table for each stream; `titles`: what each is, by its name. */
export function gpuTables({ rows, ...run }: Gpu, titles: ReadonlyMap<string, string>): string {
  const cells = ({ subject, refused, peak, largest, moved, ...row }: GpuRow): string[] => {
    const times = [subject, ns(row.ns), ns(row.net)];
    if (row.net === undefined) return [...times, "", "", "", ""];
    return [
      ...times,
      refused.toLocaleString("en-US"),
      percent(peak),
      percent(largest),
      moved === 0 ? "" : `${moved.toFixed(2)}×`,
    ];
  };
  return [
    HEAD,
    `${origin(run)}.`,
    "",
    ...[...titles].flatMap(([name, what]) => [
      `*${name}*: ${what}.`,
      "",
      line(COLUMNS),
      line(["---", ...COLUMNS.slice(1).map(() => "---:")]),
      ...rows.filter(({ workload }) => workload === name).map((row) => line(cells(row))),
      "",
    ]),
  ].join("\n");
}
