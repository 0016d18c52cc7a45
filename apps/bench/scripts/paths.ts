/**
 * Counts the machine instructions of the heap's hot paths: those that V8 makes of them, inlined into a replay's loop, and those
 * of the engine in C and of mimalloc. By hand, on Linux and x64, with gdb, a C compiler and libmimalloc:
 *
 *     node apps/bench/scripts/paths.ts             a table; DUMP=1: the instructions too, each with its kind
 *
 * Nothing is timed: gdb steps through 64 events (stepped.ts, native/paths.c), and what the same loop takes with a heap that
 * does nothing is taken off.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPaths } from "./counts.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const EVENTS = 64;
/** The paths, and where one of each is among the events. */
const PATHS = [
  ["allocate, cursor's word", 17],
  ["allocate, stack", 19],
  ["free, cursor's word", 16],
  ["free, stack", 18],
  ["free, stack full", 40],
] as const;
const KINDS = ["load", "store", "bounds", "number", "move", "work"] as const;
type Kind = (typeof KINDS)[number];
type Counts = Record<Kind, number>;

interface Step {
  readonly at: string;
  readonly text: string;
}

/**
 * What V8 has an instruction for, as far as the text says. An access of a typed array has a scaled index; `bounds` are a
 * comparison and a jump if not below; `number`: tags, ranges, signs and conversions, and what an import needs; `move`: copies, spills,
 * addresses that are loaded; the rest is the heap's own.
 */
function kindOf(steps: readonly Step[], i: number): Kind {
  const text = steps[i]!.text;
  const next = steps[i + 1]?.text ?? "";
  const before = steps[i - 1]?.text ?? "";
  const isPair = (pattern: RegExp, jump: RegExp): boolean =>
    (pattern.test(text) && jump.test(next)) || (pattern.test(before) && jump.test(text));
  if (isPair(/^cmp /, /^jae /)) return "bounds";
  if (/^(vcvt|vucomis|movsxd|jo |jp )|^sh[lr] r\w+,0x20|^sar /.test(text)) return "number";
  if (isPair(/^test (\w+),\1$/, /^(jl|js) /) || isPair(/^test .*,0x1$/, /^j(ne|e) /)) return "number";
  if (isPair(/^cmp r\w+,0x1$/, /^jo /) || /^jp /.test(before) || /^vucomis/.test(before)) return "number";
  if (/\[r13|^mov r\w+,QWORD PTR \[r\w+\+0x7\]/.test(text) || (/^cmp .*\[r13/.test(before) && /^j/.test(text)))
    return "number";
  if (/^movzx .*\[/.test(text)) return "load";
  if (/\[.*\*[248]/.test(text) && !/^lea /.test(text))
    return /^\w+ \w+ PTR/.test(text) && !/^cmp/.test(text) ? "store" : "load";
  return /^(mov|movabs|vmovsd|vxorpd) /.test(text) ? "move" : "work";
}

/** In C: loads and stores, and all else. */
function kindInC(steps: readonly Step[], i: number): Kind {
  const text = steps[i]!.text;
  if (/^lea |^nop/.test(text) || !/\[/.test(text)) return "work";
  return /^\w+ +\w+ PTR \S*\[[^\]]*\](,|$)/.test(text) && !/^(cmp|test|call|jmp)/.test(text) ? "store" : "load";
}

const folder = mkdtempSync(join(tmpdir(), "paths-"));

/** The instructions of each event, from the first of the loop that is run once for each. */
function eventsOf(map: string, command: readonly string[]): Step[][] {
  const out = join(folder, "steps");
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache"), STEP_MAP: map, STEP_OUT: out };
  execFileSync("gdb", ["-q", "-batch", "-x", here("step.py"), "--args", ...command], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const steps = readFileSync(out, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): Step => {
      const [at, text] = line.split("\t") as [string, string];
      return { at, text: text.replaceAll(/\s+/g, " ") };
    });
  const times = Map.groupBy(steps, ({ at }) => at);
  const head = steps.find(({ at }) => times.get(at)!.length === EVENTS)!.at;
  const starts = steps.flatMap(({ at }, i) => (at === head ? [i] : []));
  // The last event has the way out of the loop.
  return starts.slice(0, -1).map((start, k) => steps.slice(start, starts[k + 1]));
}

/** The counts of each path. */
function countsOf(events: readonly Step[][], kind: typeof kindOf): Counts[] {
  return PATHS.map(([path, at]) => {
    const steps = events[at]!;
    const counts = Object.fromEntries(KINDS.map((name) => [name, 0])) as Counts;
    for (let i = 0; i < steps.length; i++) counts[kind(steps, i)]++;
    if (process.env.DUMP)
      console.log(path, steps.map(({ text }, i) => `\n  ${kind(steps, i).padEnd(7)}${text}`).join(""));
    return counts;
  });
}

function print(name: string, counts: readonly Counts[], loop?: readonly Counts[]): void {
  for (const [k, [path]] of PATHS.entries()) {
    const net = KINDS.map((kind) => counts[k]![kind] - (loop?.[k]?.[kind] ?? 0));
    console.log(`| ${name} | ${path} | ${[net.reduce((a, b) => a + b), ...net].join(" | ")} |`);
  }
}

const inNode = (heap: string, way: string, buffers: string): Counts[] => {
  const flags = ["--perf-basic-prof", `--perf-basic-prof-path=${folder}`];
  return countsOf(eventsOf(folder, [process.execPath, ...flags, here("stepped.ts"), heap, way, buffers]), kindOf);
};
const inC = (program: string, name: string): Step[][] => eventsOf("-", [program, name, "libmimalloc.so.2"]);

try {
  console.log(`| | path | instructions | ${KINDS.join(" | ")} |\n| --- | --- |${" ---: |".repeat(KINDS.length + 1)}`);
  // Types are stripped once, and found in the cache then: who strips has given a buffer away, and V8 asks for that from then on.
  inNode("nothing", "const", "intact");
  const all = [
    ["slab", "const", "intact"],
    ["slab", "const", "detached"],
    ["slab", "method", "intact"],
    ["wasm", "const", "intact"],
  ];
  for (const [heap, way, buffers] of all as [string, string, string][]) {
    print(`${heap}, ${way}, ${buffers}`, inNode(heap, way, buffers), inNode("nothing", way, buffers));
  }
  const program = join(folder, "paths");
  buildPaths(program);
  // All but the loop, which lies at the same addresses each time: gdb sees to that.
  const loop = new Set(inC(program, "nothing-c").flatMap((steps) => steps.map(({ at }) => at)));
  for (const name of ["engine-c", "mimalloc"]) {
    const own = inC(program, name).map((steps) => steps.filter(({ at }) => !loop.has(at)));
    print(name, countsOf(own, kindInC));
  }
} finally {
  rmSync(folder, { recursive: true });
}
