/** Bytes that are gone: a buffer transferred away, or shrunk. Every verb refuses, and nothing has changed. */
import { CorruptionError, DetachedError, view } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { Arena, FrameArena, TickArena } from "../src/index.ts";

const transfer = (buffer: ArrayBuffer) => structuredClone(buffer, { transfer: [buffer] });
const resizable = (bytes: number) => new ArrayBuffer(bytes, { maxByteLength: 65536 });

/** Each verb, on an arena whose last two blocks are `offset` and one that is live. */
function verbs(arena: Arena | FrameArena, offset: number): [string, () => unknown][] {
  return [
    ["allocate", () => arena.allocate(8)],
    ["allocate aligned", () => arena.allocate(8, 64)],
    ["tryAllocate", () => arena.tryAllocate(0)],
    ["resize", () => arena.resize(offset, 16)],
    ["reallocate in place", () => arena.reallocate(offset, 8)],
    ["reallocate elsewhere", () => arena.reallocate(offset, 400)],
    ["free", () => arena.free(offset)],
    ["sizeOf", () => arena.sizeOf(offset)],
    ["view", () => view(arena, offset, Uint8Array, 8)],
    ["allocateMany", () => arena.allocateMany(8, new Int32Array(4))],
    ["freeMany", () => arena.freeMany(Int32Array.of(offset))],
    ["reset", () => arena.reset()],
    ["verify", () => arena.verify()],
  ];
}

function arenaVerbs(arena: Arena, offset: number): [string, () => unknown][] {
  const mark = arena.checkpoint();
  return [
    ...verbs(arena, offset),
    ["isLive", () => arena.isLive(offset)],
    ["reset zero", () => arena.reset("zero")],
    ["checkpoint", () => arena.checkpoint()],
    ["rewind", () => arena.rewind(mark)],
    ["dispose", () => mark.dispose()],
  ];
}

function frameVerbs(arena: FrameArena, offset: number): [string, () => unknown][] {
  const ref = arena.ref(offset);
  return [
    ...verbs(arena, offset),
    ["nextFrame", () => arena.nextFrame()],
    ["ref", () => arena.ref(offset)],
    ["check", () => arena.check(ref)],
  ];
}

const makers: [
  string,
  (place: { buffer: ArrayBuffer } | { memory: { buffer: ArrayBufferLike } }) => Arena | FrameArena,
][] = [
  ["Arena", (place) => new Arena({ ...place, byteOffset: 8 })],
  ["FrameArena", (place) => new FrameArena({ ...place, capacity: 1000, frames: 1 })],
  ["FrameArena, checked", (place) => new FrameArena({ ...place, capacity: 1000, frames: 1, checked: true })],
];

describe.each(makers)("%s", (_, make) => {
  const prepare = (buffer: ArrayBuffer) => {
    const arena = make({ buffer });
    const [a] = [arena.allocate(24), arena.allocate(40)];
    view(arena, a, Uint8Array, 24).fill(7);
    const all = arena instanceof Arena ? arenaVerbs(arena, a) : frameVerbs(arena, a);
    return { arena, a, all, state: () => [arena.stats(), arena instanceof FrameArena ? arena.frame : 0] };
  };
  /** Room for both frames of the checked arena. */
  const size = 2016;

  test("over a buffer that was transferred away", () => {
    const buffer = new ArrayBuffer(size);
    const { all, state } = prepare(buffer);
    const before = state();
    transfer(buffer);
    for (const [name, use] of all) {
      expect(use, name).toThrow(new DetachedError());
      expect(state(), name).toEqual(before);
    }
  });

  test("over one that was shrunk, and is longer again", () => {
    const buffer = resizable(size);
    const { arena, a, all, state } = prepare(buffer);
    const before = state();
    for (const bytes of [0, 7, 32]) {
      buffer.resize(bytes);
      for (const [name, use] of all) {
        const error = bytes === 0 ? DetachedError : CorruptionError;
        expect(use, name).toThrow(error);
        expect(state(), name).toEqual(before);
      }
    }
    buffer.resize(size + 5000);
    arena.verify();
    expect(state()).toEqual(before);
    expect(arena.sizeOf(a)).toBe(24);
    expect(arena.reallocate(a, 100)).toBe(72);
    arena.verify();
  });
});

test("the message says where the arena ends, and its buffer", () => {
  const buffer = resizable(4096);
  const arena = new Arena({ buffer, byteLength: 4001 });
  buffer.resize(3999);
  expect(() => arena.allocate(1)).toThrow("corrupted: truncated: the arena ends at byte 4000, its buffer at 3999");
  buffer.resize(4000);
  expect(arena.allocate(1)).toBe(8);
});

test("what is kept in place of contents that are gone is not lost", () => {
  const buffer = resizable(4096);
  const arena = new Arena({ buffer });
  const a = arena.allocate(16);
  arena.allocate(16);
  view(arena, a, Uint8Array, 16).fill(5);
  buffer.resize(16);
  expect(() => arena.reallocate(a, 64)).toThrow(CorruptionError);
  expect(() => arena.reset("zero")).toThrow(CorruptionError);
  buffer.resize(4096);
  expect(arena.stats()).toMatchObject({ blocks: 2, live: 32 });
  expect(arena.isLive(a)).toBe(true);
});

test("offsets that lie in memory that is gone are no empty list", () => {
  for (const arena of [new Arena({ capacity: 4096 }), new FrameArena({ capacity: 4096 })]) {
    const list = view(arena, arena.allocate(16), Int32Array, 4);
    transfer(arena.memory.buffer as ArrayBuffer);
    expect(() => arena.freeMany(list)).toThrow(DetachedError);
    expect(() => arena.allocateMany(8, list)).toThrow(DetachedError);
  }
});

describe("memory that grows", () => {
  test("WebAssembly's: blocks and contents stay, and the arena goes on", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const arena = new Arena({ memory, byteOffset: 1000 });
    const frames = new FrameArena({ memory, byteOffset: 0, capacity: 100, checked: true });
    const a = arena.allocate(16);
    arena.allocate(8);
    const f = frames.allocate(8);
    view(arena, a, Uint8Array, 16).fill(3);
    memory.grow(1);
    expect([...view(arena, arena.reallocate(a, 24), Uint8Array, 16)]).toEqual(new Array(16).fill(3));
    expect([arena.stats().blocks, arena.capacity]).toEqual([2, 64536]);
    expect(frames.nextFrame()).toBe(1);
    memory.grow(1);
    expect(frames.nextFrame()).toBe(2);
    expect(new Uint8Array(memory.buffer)[f]).toBe(0xdb);
    memory.grow(1);
    arena.reset("zero");
    for (const each of [arena, frames]) each.verify();
  });

  test("a memory whose buffer becomes another one: contents are moved there, or refused", () => {
    const memory = { buffer: new ArrayBuffer(4096) };
    const arena = new Arena({ memory });
    const a = arena.allocate(8);
    arena.allocate(8);
    const longer = new ArrayBuffer(8192);
    new Uint8Array(longer)[a] = 9;
    memory.buffer = longer;
    expect(view(arena, arena.reallocate(a, 16), Uint8Array, 8)[0]).toBe(9);
    memory.buffer = new ArrayBuffer(100);
    expect(() => arena.reallocate(a, 16)).toThrow(
      "corrupted: truncated: the arena ends at byte 4096, its buffer at 100",
    );
    for (const none of [null, undefined, new Uint8Array(9999)]) {
      memory.buffer = none as never;
      expect(() => arena.reset("zero")).toThrow(DetachedError);
    }
  });

  test("a getter that throws: its own error, and nothing has changed", () => {
    let isBroken = false;
    const buffer = resizable(4096);
    const memory = {
      get buffer() {
        if (isBroken) throw new Error("mine");
        return buffer;
      },
    };
    const arena = new Arena({ memory });
    const a = arena.allocate(8);
    buffer.resize(10);
    isBroken = true;
    for (const [name, use] of verbs(arena, a)) expect(use, name).toThrow("mine");
    isBroken = false;
    buffer.resize(4096);
    expect(arena.stats()).toMatchObject({ blocks: 1, live: 8 });
    arena.verify();
  });
});

describe("ticks", () => {
  test("a run whose memory goes away ends with that error, at the beat before", async () => {
    const ticks = new TickArena({ frequency: 100, bytesPerTick: 4096 });
    const wakes: (() => void)[] = [];
    let now = 0;
    const clock = { now: () => now, wake: (wake: () => void) => void wakes.push(wake), cancel() {} };
    const run = ticks.run(() => void transfer(ticks.memory.buffer as ArrayBuffer), { clock });
    for (let i = 1; i <= 2; i++) {
      now = 10 * i;
      wakes.shift()?.();
    }
    await expect(run).rejects.toThrow(new DetachedError());
    expect([ticks.beat, ticks.fundamental.frame]).toEqual([1, 1]);
    expect(() => ticks.tick()).toThrow(DetachedError);
  });
});

describe("fresh memory", () => {
  test("is not written by checked frames: only what blocks had is", () => {
    const bytes = new Uint8Array(1 << 16);
    const arena = new FrameArena({ capacity: 10_000, frames: 2, checked: true, buffer: bytes.buffer });
    for (let i = 0; i < 10; i++) arena.nextFrame();
    arena.reset();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    const a = arena.allocate(100);
    arena.free(a);
    const b = arena.allocate(16);
    for (let i = 0; i < 2; i++) arena.nextFrame();
    expect(b).toBe(a);
    expect([bytes.indexOf(0xdb), bytes.lastIndexOf(0xdb)]).toEqual([a, a + 103]);
  });

  test("nor by a reset to zero", () => {
    const arena = new Arena({ capacity: 4096 });
    const bytes = new Uint8Array(arena.memory.buffer).fill(1);
    arena.reset("zero");
    expect(bytes.includes(0)).toBe(false);
    expect(arena.highWater).toBe(8);
    arena.free(arena.allocate(100));
    expect(arena.highWater).toBe(112);
    arena.reset("zero");
    expect([bytes.indexOf(0), bytes.lastIndexOf(0)]).toEqual([8, 111]);
  });
});
