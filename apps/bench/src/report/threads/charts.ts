/** The charts of the threads: throughput by their number, a thread that is stopped and killed, bytes held, records handed over. */
import { type Chart, type Colour, colourOf, type Series } from "../charts.ts";
import type { ThreadsReport } from "./parts.ts";

const OWN: Readonly<Record<string, string>> = { lanes: "slab", private: "slab-shared", offset: "slab" };
const colour = (subject: string, i: number): Colour => colourOf(OWN[subject] ?? subject, i);

export function chartsOf(report: ThreadsReport): Chart[] {
  return [throughput(report), stopped(report), held(report), handOver(report)].flatMap((chart) => chart ?? []);
}

function throughput({ throughput: rows, machine }: ThreadsReport): Chart | undefined {
  const values = [...new Set(rows.flatMap(({ perMicrosecond }) => perMicrosecond.map(([threads]) => threads)))];
  if (values.length === 0) return undefined;
  const series = rows
    .filter(({ subject }) => subject !== "nothing")
    .map(({ subject, perMicrosecond }, i): Series => {
      const found = new Map(perMicrosecond);
      return {
        label: subject,
        colour: colour(subject, i),
        values: values.map((threads) => found.get(threads) ?? null),
      };
    });
  return {
    ...{ kind: "lines", isWide: true, height: 340, title: "Throughput by threads", categories: [] },
    caption: `events a µs, of all threads together, each on a recorded program of its own; ${machine.cores} cores here: what is right of that is more threads than cores`,
    x: { title: "threads", isFine: true, values },
    y: { title: "events a µs, logarithmic", isFine: true },
    series,
  };
}

function stopped({ stopped: rows }: ThreadsReport): Chart | undefined {
  if (rows.length === 0) return undefined;
  const phases = ["running", "stopped", "killed"] as const;
  const labels = ["it runs", "it is stopped in a call", "it has been killed there"];
  return {
    ...{ kind: "columns", height: 300, title: "A thread, or a process, is stopped in a call, and killed" },
    caption: "what another one does, by what it does while both run: a lock stays locked for ever",
    categories: rows.map(({ subject }) => subject),
    series: phases.map((phase, i) => ({
      ...{ label: labels[i]!, colour: colourOf("", i), paint: i === 0 ? "pale" : "plain" },
      values: rows.map((row) => (100 * row[phase]) / row.running),
    })),
    y: { title: "%", isLinear: true, min: 0 },
  };
}

function held({ held: rows, heldSeconds: seconds }: ThreadsReport): Chart | undefined {
  if (rows.length === 0) return undefined;
  // All were asked at the same steps, of their own clocks.
  const count = Math.min(...rows.map(({ samples }) => samples.length));
  const values = rows[0]!.samples.slice(0, count).map(([ms]) => Math.round(ms / 100) / 10);
  return {
    ...{ kind: "lines", height: 300, title: "Bytes held by a producer and a consumer", categories: [] },
    caption: `MiB resident, ${seconds} s at full speed; one thread allocates, the other only frees`,
    x: { title: "s", isLinear: true, values },
    y: { title: "MiB", isLinear: true, min: 0 },
    series: rows.map(({ subject, samples }, i) => ({
      ...{ label: subject, colour: colour(subject, i) },
      values: samples.slice(0, count).map(([, bytes]) => bytes / 2 ** 20),
    })),
  };
}

function handOver({ handOver: rows }: ThreadsReport): Chart | undefined {
  if (rows.length === 0) return undefined;
  const kinds = [...new Set(rows.map(({ kib }) => kib))];
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const of = (kib: number, subject: string) => rows.find((row) => row.kib === kib && row.subject === subject);
  return {
    ...{ kind: "columns", height: 300, title: "A record handed to another thread" },
    caption:
      "ns a record, in a stream of them; bare: it is there already; written: all of it is written and read as well",
    categories: kinds.flatMap((kib) => [`${kib} KiB, bare`, `${kib} KiB, written`]),
    series: subjects.map((subject, i) => ({
      ...{ label: subject, colour: colour(subject, i) },
      values: kinds.flatMap((kib) => [of(kib, subject)?.bare ?? null, of(kib, subject)?.written ?? null]),
    })),
    y: { title: "ns, logarithmic", isFine: true },
  };
}
