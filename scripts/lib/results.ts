/** The README's tables of a bench run. */
export interface Results {
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly commit: string };
  readonly rows: readonly Row[];
  readonly targets: readonly { what: string; value: string; wanted: string; ok: boolean }[];
}

interface Row {
  readonly workload: string;
  readonly subject: string;
  readonly status: string;
  readonly gross?: number;
}

const TRACES = ["git", "jq", "lua", "nginx", "python", "redis", "sqlite"];
const SUBJECTS = ["nothing", "slab", "slab-shared", "assemblyscript", "malloc", "thi.ng", "uint8array"];

/** ns per event on the traces, loop included, and what the project set out to reach. */
export function resultTables({ date, machine, rows, targets }: Results): string {
  const cell = (subject: string, workload: string): string => {
    const row = rows.find((r) => r.subject === subject && r.workload === workload);
    if (row?.gross === undefined) return "";
    const digits = row.gross < 100 ? 1 : 0;
    return `${row.status === "stopped" ? "> " : ""}${row.gross.toFixed(digits)}`;
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `ns per event, the replay loop's own (\`nothing\`) included; ${machine.cpu}, ${machine.cores} cores, Node`,
    `${machine.node}, ${date.slice(0, 10)}, commit ${machine.commit}; stopped at a time limit: \`>\`.`,
    "",
    line(["", ...TRACES]),
    line(["---", ...TRACES.map(() => "---:")]),
    ...SUBJECTS.map((subject) => line([subject, ...TRACES.map((trace) => cell(subject, trace))])),
    "",
    line(["goal", "reached", "wanted", ""]),
    line(["---", "---:", "---:", "---"]),
    ...targets.map(({ what, value, wanted, ok }) => line([what, value, wanted, ok ? "" : "missed"])),
    "",
  ].join("\n");
}
