/** Options are read once, and what is not understood is refused. */
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Arena, type ArenaOptions, FrameArena, TickArena } from "../src/index.ts";

const invalid = (message: string) => expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message });
const buffer = new ArrayBuffer(65536);
const memory = { buffer };

const classes: [string, (options: object) => Arena | FrameArena | TickArena, object, string][] = [
  [
    "Arena",
    (options) => new Arena(options as ArenaOptions),
    { capacity: 64 },
    "capacity, shared, buffer, memory, byteOffset, byteLength",
  ],
  [
    "FrameArena",
    (options) => new FrameArena(options as never),
    { capacity: 64 },
    "capacity, frames, checked, memory, buffer, byteOffset, shared",
  ],
  [
    "TickArena",
    (options) => new TickArena(options as never),
    { frequency: 60, bytesPerTick: 64 },
    "frequency, bytesPerTick, harmonics, frames, checked, memory, buffer, byteOffset, shared",
  ],
];

test.each(classes)("%s: names that it does not know, types that are none", (_, make, good, names) => {
  for (const name of ["capacty", "Shared", "growable", ""]) {
    expect(() => make({ ...good, [name]: 1 })).toThrow(invalid(`unknown option: "${name}" is not one of ${names}`));
  }
  for (const [shared, shown] of [
    [1, "1"],
    ["true", '"true"'],
    [null, "null"],
    [0n, "0n"],
    [Symbol("s"), "Symbol(s)"],
  ]) {
    expect(() => make({ ...good, shared })).toThrow(invalid(`invalid shared: ${String(shown)} is not true or false`));
  }
  for (const none of [undefined, null, 5, "options", 1n, Symbol("s"), () => {}]) {
    expect(() => make(none as never)).toThrow(/^invalid options: .+ (is no object|needed)$/);
  }
});

test.each(classes)("%s: shared memory, if you ask", (_, make, good) => {
  const kind = (options: object) => Object.prototype.toString.call(make(options).memory.buffer);
  expect(kind(good)).toBe("[object ArrayBuffer]");
  expect(kind({ ...good, shared: false })).toBe("[object ArrayBuffer]");
  expect(kind({ ...good, shared: true })).toBe("[object SharedArrayBuffer]");
  expect(kind({ ...good, shared: undefined, buffer: undefined, memory: undefined })).toBe("[object ArrayBuffer]");
});

test("the traits say what was asked for", () => {
  for (const shared of [true, false]) {
    expect(new Arena({ capacity: 64, shared }).traits.shared).toBe(shared);
    expect(new FrameArena({ capacity: 64, shared }).traits.shared).toBe(shared);
  }
});

test("contradictions", () => {
  const said = (name: string, other: string) =>
    invalid(`contradictory options: ${name} and ${other} exclude each other`);
  const arena = (options: object) => () => new Arena(options as ArenaOptions);
  expect(arena({ capacity: 64, buffer })).toThrow(said("capacity", "buffer"));
  expect(arena({ capacity: 64, memory })).toThrow(said("capacity", "memory"));
  expect(arena({ capacity: 64, byteOffset: 0 })).toThrow(said("capacity", "byteOffset"));
  expect(arena({ capacity: 64, byteLength: 64 })).toThrow(said("capacity", "byteLength"));
  for (const [, make, good, names] of classes) {
    // a frame's capacity, in memory that exists, is none
    const beside = names.startsWith("capacity, shared") ? {} : good;
    expect(() => make({ ...beside, buffer, memory })).toThrow(said("memory", "buffer"));
    expect(() => make({ ...beside, buffer, shared: true })).toThrow(said("shared", "buffer"));
    expect(() => make({ ...beside, memory, shared: false })).toThrow(said("shared", "memory"));
  }
});

test.each([0, 1, "true", null, {}, 1n])("checked: %o", (checked) => {
  for (const [, make, good] of classes.slice(1)) {
    expect(() => make({ ...good, checked })).toThrow(/^invalid checked: .+ is not true or false$/);
  }
});

test.each(classes)("%s: what only looks like a buffer", (_, make, good) => {
  const beside = _ === "Arena" ? {} : good;
  for (const none of [
    new Proxy(buffer, {}),
    { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 4096 },
    new DataView(buffer),
  ]) {
    for (const place of [{ buffer: none }, { memory: { buffer: none } }]) {
      expect(() => make({ ...beside, ...place })).toThrow(
        invalid("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"),
      );
    }
  }
});

test.each(classes)("%s: each is read once", (_, make, good) => {
  const reads: Record<string, number> = {};
  const place = _ === "Arena" ? { buffer, byteOffset: 8, byteLength: 1000 } : { ...good, buffer, byteOffset: 8 };
  const options = {};
  for (const [name, value] of Object.entries(place)) {
    const get = () => {
      reads[name] = (reads[name] ?? 0) + 1;
      // another value a second time
      return reads[name] === 1 ? value : "read twice";
    };
    Object.defineProperty(options, name, { get, enumerable: true });
  }
  make(options).verify();
  expect(reads).toEqual(Object.fromEntries(Object.keys(place).map((name) => [name, 1])));
});

test("those of a run, too, and its spin", async () => {
  const reads: string[] = [];
  const options = new Proxy(
    { ticks: 1, spin: 0, late: "skip", clock: { now: () => 0, wake: () => {}, cancel() {} } },
    {
      get(target, name) {
        if (typeof name === "string") reads.push(name);
        return Reflect.get(target, name);
      },
    },
  );
  const controller = new AbortController();
  const ticks = new TickArena({ frequency: 60, bytesPerTick: 64 });
  const run = ticks.run(() => {}, Object.assign(options, { signal: controller.signal }) as never);
  controller.abort();
  await run;
  expect(reads).toEqual(["ticks", "seconds", "beats", "signal", "spin", "late", "clock"]);
});

test.each([null, "8", 8n, 1.5, -8, {}])("a place that is none: %o", (value) => {
  const names = ["byteOffset", "byteLength"] as const;
  for (const name of names) {
    expect(() => new Arena({ buffer, [name]: value } as never)).toThrow(new RegExp(`^invalid ${name}: `));
  }
  expect(() => new FrameArena({ capacity: 64, buffer, byteOffset: value as never })).toThrow(/^invalid byteOffset: /);
});

test("memory of another realm", () => {
  const foreign = runInNewContext("({ buffer: new ArrayBuffer(4096), shared: new SharedArrayBuffer(4096) })");
  expect(new Arena({ buffer: foreign.buffer }).allocate(8)).toBe(8);
  expect(new FrameArena({ capacity: 64, memory: { buffer: foreign.shared } }).traits.shared).toBe(true);
  const out = runInNewContext("new Int32Array(4)");
  const arena = new Arena({ capacity: 4096 });
  expect([arena.allocateMany(8, out), ...out]).toEqual([4, 8, 16, 24, 32]);
  arena.freeMany(out);
  expect(arena.stats().blocks).toBe(0);
});
