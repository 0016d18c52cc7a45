/** Whatever is given to whatever is public: a refusal is an `AllocatorError`, and the language's own errors never come out. */
import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import {
  decodeTrace,
  describeScenario,
  describe as describeTrace,
  feedTrace,
  formatDescription,
  freeLive,
  larson,
  Random,
  Recorder,
  readTrace,
  record,
  replay,
  replayChecked,
  replayLoop,
  scenarios,
  TraceBuilder,
  TraceDecoder,
  TraceError,
  TraceWriter,
  tick,
  workloads,
  writeTrace,
  writeTraceGzip,
} from "../src/index.ts";
import { loadTrace } from "../src/node.ts";
import { SimpleAllocator } from "./simple-allocator.ts";

const stubborn = {
  valueOf(): never {
    throw new TypeError("asked for a number");
  },
};
const BAD: readonly unknown[] = [
  ...[undefined, null, true, 7, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 53, 7n, "7", ""],
  ...[Symbol("7"), {}, [], [7], [null], () => 7, Object.create(null), stubborn, new Uint8Array(1), new Date(0)],
];

const trace = larson({ live: 5, scale: 0.0005 });
const scenario = tick({ seconds: 1, blocksPerSecond: 50 });
const description = describeTrace(trace);
const allocator = () => new SimpleAllocator(2 ** 20);

/** `value` with one of its fields bad, for each of them. */
function broken<T extends object>(value: T, bad: unknown): T[] {
  return Object.keys(value).map((field) => ({ ...value, [field]: bad }));
}

/** Of one bad value: each is one call that has it as an argument, or in one. */
const calls: Record<string, (bad: never) => readonly (() => unknown)[]> = {
  "replay and its like": (bad) =>
    [replay, replayLoop, replayChecked].flatMap((run) => [
      () => run(bad, allocator(), new Uint32Array(trace.slots)),
      () => run(trace, bad, new Uint32Array(trace.slots)),
      () => run(trace, allocator(), bad),
      ...broken(trace, bad).map((t) => () => run(t, allocator(), new Uint32Array(trace.slots))),
      ...["tryAllocate", "free", "reallocate", "sizeOf"].map(
        (verb) => () => run(trace, { ...allocator(), [verb]: bad } as never, new Uint32Array(trace.slots)),
      ),
    ]),
  freeLive: (bad) => [() => freeLive(bad, new Uint32Array(3)), () => freeLive(allocator(), bad)],
  "write and feed": (bad) => [
    () => writeTrace(bad),
    () => writeTraceGzip(bad),
    () => feedTrace(bad, new TraceBuilder()),
    () => feedTrace(trace, bad),
    ...broken(trace, bad).map((t) => () => writeTrace(t)),
  ],
  describe: (bad) => [
    () => describeTrace(bad),
    () => formatDescription(bad),
    () => describeScenario(bad),
    ...broken(trace, bad).map((t) => () => describeTrace(t)),
    ...broken(description, bad).map((d) => () => formatDescription(d)),
    ...broken(description.sizes, bad).map((sizes) => () => formatDescription({ ...description, sizes })),
    ...broken(description.peakBytes, bad).map((peakBytes) => () => formatDescription({ ...description, peakBytes })),
    ...broken(description.histogram[0], bad).map(
      (bar) => () => formatDescription({ ...description, histogram: [bar] }),
    ),
    ...broken(scenario, bad).map((s) => () => describeScenario(s)),
    ...broken(trace, bad).map((t) => () => describeScenario({ ...scenario, trace: t })),
  ],
  read: (bad) => [
    () => readTrace(bad),
    () => readTrace([bad]),
    () => readTrace([], bad),
    () => readTrace([], { maxBytes: bad }),
    () => decodeTrace(bad),
    () => decodeTrace(new Uint8Array(0), bad),
    () => new TraceDecoder(bad),
    () => new TraceDecoder().push(bad),
    () => loadTrace(bad),
    () => loadTrace("jq", bad),
  ],
  record: (bad) => [
    () => record(bad),
    () => record(allocator(), bad),
    () => new Recorder(bad, new TraceBuilder()),
    ...["free", "sizeOf"].map((verb) => () => record(allocator())[verb as "free"](bad)),
    ...["resize", "reallocate"].map((verb) => () => record(allocator())[verb as "resize"](bad, 8)),
    ...["allocate", "tryAllocate"].map((verb) => () => record(allocator())[verb as "allocate"](bad)),
    () => record(allocator()).allocateMany(8, bad),
    () => record(allocator()).freeMany(bad),
    () => record(allocator()).freeMany(new Int32Array(0), bad),
  ],
  "builder and writer": (bad) =>
    [new TraceBuilder(), new TraceWriter()].flatMap((sink) => {
      const id = sink.allocate(8);
      return [
        () => sink.allocate(bad),
        () => sink.free(bad),
        () => sink.reallocate(bad, 8),
        () => sink.reallocate(id, bad),
        () => Object.assign(new TraceBuilder(), { position: bad }).free(0),
      ];
    }),
  Random: (bad) => [
    () => new Random(bad),
    ...["below", "chance"].map((name) => () => new Random(1)[name as "below"](bad)),
    ...["between", "inverseSquare"].map((name) => () => new Random(1)[name as "between"](bad, 8)),
    ...["between", "inverseSquare"].map((name) => () => new Random(1)[name as "between"](8, bad)),
  ],
  TraceError: (bad) => [() => new TraceError("problem", bad, bad)],
};

/** Each option of each synthesiser, and what it must not be. */
const OPTIONS = {
  "glibc-simple": ["seed", "scale"],
  larson: ["live", "least", "most"],
  mstress: ["threads", "perRound"],
  rptest: ["threads", "places", "least", "most"],
  "alloc-test": ["places"],
  xmalloc: ["sizes", "batch", "queue"],
  "glibc-thread": ["live", "least", "most"],
  "malloc-large": ["live", "least", "most"],
  rbstress: ["retainOneIn", "dropAt"],
  "reverse-free": ["blocks", "least", "most"],
  "fleet-3": ["live"],
  sawtooth: ["height", "octaves"],
  checkerboard: ["blocks", "size"],
  pinned: ["page", "pages"],
  "grow-by-one": ["buffers", "step", "most"],
  states: ["live", "changes", "size"],
  tick: ["frequency", "harmonics", "frames", "seconds", "blocksPerSecond"],
  components: ["components", "vms", "steps", "operations", "stepsPerDeath"],
  serving: ["blocks", "steps", "arrivals"],
  "game-frame": ["frames", "entities"],
};
const makers: Readonly<Record<string, (options?: never) => unknown>> = { ...workloads, ...scenarios };

async function refusalOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(Object.entries(calls))("%s", (_, make) => {
  test.each(BAD.map((bad) => [bad]))("refuses %o, or takes it", async (bad) => {
    for (const call of make(bad as never)) {
      const error = await refusalOf(call);
      if (error === undefined) continue;
      expect(error, String(call)).toBeInstanceOf(AllocatorError);
      expect((error as Error).message).toMatch(/^[a-z][^\n]*$/);
    }
  });
});

describe.each(Object.entries(OPTIONS))("%s", (name, options) => {
  const make = makers[name];
  const quick = { scale: 1e-6 };

  test("refuses options that are none", async () => {
    for (const bad of BAD) {
      if (bad === undefined || (typeof bad === "object" && bad !== null)) continue;
      expect(await refusalOf(() => make(bad as never))).toMatchObject({
        code: "ERR_INVALID_ARGUMENT",
        message: expect.stringMatching(/^invalid options: .* is no object$/),
      });
    }
  });

  test("refuses an option that it does not have", () => {
    expect(() => make({ ...quick, sede: 1 } as never)).toThrow(/^unknown option: "sede" is not one of seed, scale/);
  });

  test.each(options)("refuses what %s can't be, and takes undefined for not given", async (option) => {
    for (const bad of BAD) {
      const error = await refusalOf(() => make({ ...quick, [option]: bad } as never));
      if (bad === undefined) expect(error).toBe(undefined);
      else if (typeof bad !== "number" && !Array.isArray(bad)) {
        expect(error).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
      } else if (error !== undefined) expect(error).toBeInstanceOf(AllocatorError);
    }
  });

  test.each(options)("ends, whatever %s there is", async (option) => {
    const error = await refusalOf(() => make({ scale: 0.1, [option]: 0x7fffffff } as never));
    if (error !== undefined) expect(error).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });

  test("refuses more events than there is memory for", () => {
    expect(() => make({ scale: 1e6 } as never)).toThrow(/^invalid options: about \d+ events are more than 67108864$/);
  });

  test("reads an option once", () => {
    let reads = 0;
    make(Object.defineProperty({ ...quick }, "seed", { enumerable: true, get: () => ++reads }) as never);
    expect(reads).toBe(1);
  });
});

test("a preset of the fleet is that one", () => {
  expect(() => workloads["fleet-3"]({ profile: 4 } as never)).toThrow(
    'unknown option: "profile" is not one of seed, scale, live',
  );
});

test("a builder that the host has no more room for is as it was", () => {
  const builder = new TraceBuilder();
  for (let n = 0; n < 1024; n++) builder.allocate(n);
  const before = builder.build();
  const Real = globalThis.ArrayBuffer;
  // Six arrays are full. Which of the copies fails: what was copied before it is kept in three steps, 3, 1 and 2 at a time.
  for (const failing of [0, 1, 2, 3, 0, 1, 0, 1]) {
    let left = failing;
    globalThis.ArrayBuffer = class extends Real {
      constructor(bytes: number) {
        if (left-- === 0) throw new RangeError("Array buffer allocation failed");
        super(bytes);
      }
    } as typeof Real;
    try {
      expect(() => builder.allocate(1)).toThrow(expect.objectContaining({ code: "ERR_OUT_OF_MEMORY" }));
    } finally {
      globalThis.ArrayBuffer = Real;
    }
    expect(builder.build()).toEqual(before);
  }
  builder.allocate(2);
  expect(builder.build().slots).toBe(1025);
});

describe("a recorder whose sink fails", () => {
  const failure = new Error("the disk is full");
  const failing = () => {
    let left = 3;
    const allocate = () => {
      if (left-- === 0) throw failure;
      return 0;
    };
    return { allocate, free: () => {}, reallocate: () => {} };
  };

  test.each(["allocate", "tryAllocate"] as const)("takes back the block of %s", (verb) => {
    const inner = allocator();
    const recorder = record(inner, failing());
    for (let n = 0; n < 3; n++) recorder[verb](8);
    expect(() => recorder[verb](8)).toThrow(failure);
    expect(inner.live.size).toBe(3);
  });

  test("takes back all blocks of allocateMany", () => {
    const inner = allocator();
    const recorder = record(inner, failing());
    expect(() => recorder.allocateMany(8, new Int32Array(5))).toThrow(failure);
    expect(inner.live.size).toBe(0);
  });
});
