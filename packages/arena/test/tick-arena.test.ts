import { DetachedError, InvalidBlockError, view } from "@ariax/allocator";
import { conformance } from "@ariax/conformance";
import { describe, expect, test, vi } from "vitest";
import { TickArena, type TickArenaOptions } from "../src/index.ts";

const invalid = (message: string) => expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message });

describe("a harmonic's arena is an allocator like any other", () => {
  conformance({
    test,
    runs: 20,
    create: (bytesPerTick) => new TickArena({ frequency: 60, bytesPerTick, harmonics: 3 }).harmonic(2),
  });
});

describe("ticks", () => {
  test("one harmonic: a beat is a tick", () => {
    const ticks = new TickArena({ frequency: 50, bytesPerTick: 1000 });
    expect([ticks.period, ticks.beatsPerPeriod, ticks.harmonics]).toEqual([20, 1, [1]]);
    const block = ticks.fundamental.ref(ticks.fundamental.allocate(1000));
    expect([ticks.beat, ticks.time, ticks.due(1)]).toEqual([0, 0, true]);
    expect(ticks.tick()).toBe(1);
    ticks.fundamental.check(block);
    expect(ticks.tick()).toBe(2);
    expect(() => ticks.fundamental.check(block)).toThrow(
      `frame expired: the block at offset ${ticks.base} lived in frame 0, it is 2 now`,
    );
    expect(ticks.time).toBe(0.04);
  });

  test("three: each rotates at its own beats", () => {
    const ticks = new TickArena({ frequency: 1, bytesPerTick: 4096, harmonics: 3 });
    const rows = Array.from({ length: 5 }, () => {
      const row = [ticks.beat, ticks.time, ...[1, 2, 3].map((k) => [ticks.due(k), ticks.harmonic(k).frame])];
      ticks.tick();
      return row;
    });
    expect(rows).toEqual([
      [0, 0, [true, 0], [true, 0], [true, 0]],
      [1, 1 / 3, [false, 0], [false, 0], [true, 1]],
      [2, 1 / 2, [false, 0], [true, 1], [false, 1]],
      [3, 2 / 3, [false, 0], [false, 1], [true, 2]],
      [4, 1, [true, 1], [true, 2], [true, 3]],
    ]);
  });

  test("reset ends every block, and no time passes", () => {
    const ticks = new TickArena({ frequency: 1, bytesPerTick: 4096, harmonics: [1, 4], frames: 3 });
    for (let i = 0; i < 5; i++) ticks.tick();
    const refs = [1, 4].map((k) => ({ k, ref: ticks.harmonic(k).ref(ticks.harmonic(k).allocate(8)) }));
    ticks.reset();
    for (const { k, ref } of refs) expect(() => ticks.harmonic(k).check(ref)).toThrow(/^frame expired/);
    expect([ticks.beat, ticks.time, ticks.stats().blocks]).toEqual([5, 1.25, 0]);
    ticks.verify();
  });

  test("stats are those of all harmonics", () => {
    const ticks = new TickArena({ frequency: 60, bytesPerTick: 4096, harmonics: [1, 3], frames: 2 });
    ticks.harmonic(1).allocate(100);
    ticks.harmonic(3).allocate(1000);
    ticks.harmonic(3).allocate(50);
    const stats = ticks.stats();
    expect(stats).toMatchObject({ blocks: 3, live: 104 + 1000 + 56, free: 2 * 4096 - 1160, largestFree: 4096 - 104 });
    // the block below the base, four blocks, and 16 bytes of metadata for each 256
    expect([stats.committed, stats.overhead]).toEqual([5 * 4096 + 4 * 256, 4 * 256]);
    const given = new TickArena({ frequency: 60, bytesPerTick: 4096, buffer: new ArrayBuffer(65536) });
    expect(given.stats().committed).toBe(2 * (4096 + 256));
  });

  test("verify finds what is broken in any harmonic", () => {
    const ticks = new TickArena({ frequency: 60, bytesPerTick: 4096, harmonics: 3 });
    ticks.verify();
    const broken = vi.spyOn(ticks.harmonic(3), "verify").mockImplementation(() => {
      throw new Error("broken");
    });
    expect(() => ticks.verify()).toThrow("broken");
    expect(broken).toHaveBeenCalledOnce();
  });
});

describe("layout", () => {
  test("every frame has whole pages, and the base is a multiple of their size", () => {
    for (const [bytesPerTick, blockSize] of [
      [1, 4096],
      [4096, 4096],
      [4097, 8192],
      [100_000, 102_400],
      [1 << 20, 1 << 20],
    ]) {
      const ticks = new TickArena({ frequency: 60, bytesPerTick, harmonics: [1, 2, 5], frames: 3 });
      expect(ticks).toMatchObject({ blockSize, base: blockSize, byteLength: 9 * blockSize, frames: 3, checked: false });
      expect(ticks.memory.buffer.byteLength).toBe(10 * blockSize);
    }
  });

  test.each([false, true])("an offset tells its frame, and its harmonic; checked: %s", (checked) => {
    const options = { frequency: 60, bytesPerTick: 5000, harmonics: [1, 3, 7], frames: 2, checked };
    const ticks = new TickArena(options);
    const perHarmonic = checked ? 4 : 2;
    options.harmonics.forEach((k, i) => {
      const arena = ticks.harmonic(k);
      for (let frame = 0; frame < 2 * perHarmonic; frame++) {
        const offset = arena.allocate(8192);
        expect(offset).toBe(ticks.base + (i * perHarmonic + (frame % perHarmonic)) * 8192);
        for (const at of [offset, offset + 8, offset + 8191]) {
          expect(ticks.frameOf(at)).toBe((at - ticks.base - (at % 8192)) / 8192);
          expect(ticks.ownerOf(at)).toBe(arena);
        }
        arena.nextFrame();
      }
    });
    for (const none of [0, 8191, ticks.base - 1, ticks.base + ticks.byteLength, -1, 0.5, Number.NaN, 2 ** 40, "8192"]) {
      expect(ticks.frameOf(none as number)).toBe(-1);
      expect(ticks.ownerOf(none as number)).toBe(undefined);
    }
    const above = new TickArena({ ...options, buffer: new ArrayBuffer(1 << 20), byteOffset: 100_000 });
    expect([0, 8192, 100_000].map((offset) => above.frameOf(offset))).toEqual([-1, -1, -1]);
  });

  test("in memory that exists, from the next multiple of blockSize on, and nothing else is touched", () => {
    for (const [byteOffset, base] of [
      [undefined, 4096],
      [0, 4096],
      [1, 4096],
      [4096, 4096],
      [4097, 8192],
      [10_000, 12_288],
    ]) {
      const bytes = new Uint8Array(base! + 4 * 4096).fill(7);
      const ticks = new TickArena({ frequency: 60, bytesPerTick: 1, harmonics: 2, buffer: bytes.buffer, byteOffset });
      expect(ticks.base).toBe(base);
      for (const k of [1, 2]) {
        for (let i = 0; i < 2; i++) {
          view(ticks.harmonic(k), ticks.harmonic(k).allocate(4096), Uint8Array, 4096).fill(0);
          ticks.harmonic(k).nextFrame();
        }
      }
      expect([bytes.indexOf(0), bytes.lastIndexOf(0), bytes.lastIndexOf(7)]).toEqual([
        base,
        bytes.length - 1,
        base! - 1,
      ]);
    }
  });

  test("several in one memory, as WebAssembly's, which may grow", () => {
    const memory = { buffer: new ArrayBuffer(65536) as ArrayBufferLike };
    const a = new TickArena({ frequency: 60, bytesPerTick: 4096, memory });
    const b = new TickArena({ frequency: 60, bytesPerTick: 4096, memory, byteOffset: a.base + a.byteLength });
    expect([a.base, b.base, a.memory]).toEqual([4096, 12_288, memory]);
    const block = b.fundamental.allocate(8);
    const longer = new ArrayBuffer(131072);
    new Uint8Array(longer).set(new Uint8Array(memory.buffer));
    memory.buffer = longer;
    expect(view(b.fundamental, block, Uint8Array, 8).buffer).toBe(longer);
    // a reference of one is none of the other
    expect(() => a.fundamental.check(b.fundamental.ref(block))).toThrow(InvalidBlockError);
  });

  test("over shared memory it says so", () => {
    const ticks = new TickArena({ frequency: 60, bytesPerTick: 1, buffer: new SharedArrayBuffer(65536) });
    expect(ticks.harmonic(1).traits).toMatchObject({ name: "frame-arena", shared: true });
  });
});

describe("what is refused", () => {
  const good = { frequency: 60, bytesPerTick: 4096 };
  const bytes = "is not a whole number from 1 to 4294901760";
  const hertz = "is not a number above 0, up to 1000000";
  test.each<[object | null | undefined | number, string]>([
    [undefined, "invalid options: frequency and bytesPerTick are needed"],
    [null, "invalid options: null is no object"],
    [5, "invalid options: 5 is no object"],
    [{}, `invalid frequency: undefined ${hertz}`],
    [{ frequency: 0 }, `invalid frequency: 0 ${hertz}`],
    [{ frequency: -0 }, `invalid frequency: -0 ${hertz}`],
    [{ frequency: -60 }, `invalid frequency: -60 ${hertz}`],
    [{ frequency: Number.NaN }, `invalid frequency: NaN ${hertz}`],
    [{ frequency: Number.POSITIVE_INFINITY }, `invalid frequency: Infinity ${hertz}`],
    [{ frequency: 1_000_000.1 }, `invalid frequency: 1000000.1 ${hertz}`],
    [{ frequency: "60" }, `invalid frequency: "60" ${hertz}`],
    [{ frequency: 60n }, `invalid frequency: 60n ${hertz}`],
    [{ frequency: () => 60 }, `invalid frequency: a function ${hertz}`],
    [{ frequency: Object.create(null) }, `invalid frequency: an object ${hertz}`],
    [{ ...good, bytesPerTick: 0 }, `invalid bytesPerTick: 0 ${bytes}`],
    [{ ...good, bytesPerTick: 1.5 }, `invalid bytesPerTick: 1.5 ${bytes}`],
    [{ ...good, bytesPerTick: 2 ** 32 }, `invalid bytesPerTick: 4294967296 ${bytes}`],
    [{ frequency: 60 }, `invalid bytesPerTick: undefined ${bytes}`],
    [
      { ...good, bytesPerTick: 2 ** 30, harmonics: 2 },
      "invalid bytesPerTick: 4 frames of 1073741824 bytes, and room for one below them, are above 4294901760",
    ],
    [{ ...good, harmonics: 0 }, "invalid harmonics: 0 is not a whole number from 1 to 64"],
    [{ ...good, harmonics: 65 }, "invalid harmonics: 65 is not a whole number from 1 to 64"],
    [{ ...good, harmonics: null }, "invalid harmonics: null is not a whole number from 1 to 64"],
    [{ ...good, harmonics: "3" }, 'invalid harmonics: "3" is not a whole number from 1 to 64'],
    [{ ...good, harmonics: [] }, "invalid harmonics[0]: undefined is not 1"],
    [{ ...good, harmonics: [2, 3] }, "invalid harmonics[0]: 2 is not 1"],
    [{ ...good, harmonics: [1, 1] }, "invalid harmonics: 1 after 1, but they must ascend"],
    [{ ...good, harmonics: [1, 4, 3] }, "invalid harmonics: 3 after 4, but they must ascend"],
    [{ ...good, harmonics: [1, 65] }, "invalid harmonics[1]: 65 is not a whole number from 1 to 64"],
    [{ ...good, harmonics: [1, 2.5] }, "invalid harmonics[1]: 2.5 is not a whole number from 1 to 64"],
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    [{ ...good, harmonics: [1, , 3] }, "invalid harmonics[1]: undefined is not a whole number from 1 to 64"],
    [{ ...good, frames: 0 }, "invalid frames: 0 is not a whole number from 1 to 65536"],
    [{ ...good, frames: 1e9 }, "invalid frames: 1000000000 is not a whole number from 1 to 65536"],
    [{ ...good, byteOffset: 64 }, "invalid byteOffset: no buffer or memory is given"],
    [{ ...good, buffer: 5 }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
    [{ ...good, memory: null }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
    [{ ...good, memory: {} }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
    [{ ...good, buffer: new ArrayBuffer(12_287) }, "invalid buffer: 8192 bytes from 4096 on do not fit into its 12287"],
    [
      { ...good, buffer: new ArrayBuffer(12_288), byteOffset: 4097 },
      "invalid buffer: 8192 bytes from 8192 on do not fit into its 12288",
    ],
    [
      { ...good, buffer: new ArrayBuffer(64), byteOffset: 65 },
      "invalid byteOffset: 65 is not a whole number from 0 to 64",
    ],
  ])("%o", (options, message) => {
    expect(() => new TickArena(options as TickArenaOptions)).toThrow(invalid(message));
  });

  test.each([0, 4, -1, 1.5, Number.NaN, "1", "length", 1n, undefined, null])("a harmonic that is none: %s", (k) => {
    const ticks = new TickArena({ frequency: 60, bytesPerTick: 1, harmonics: [1, 2, 5] });
    expect(() => ticks.harmonic(k as number)).toThrow(/^invalid harmonic: .+ is not one of 1, 2, 5$/);
    expect(() => ticks.due(k as number)).toThrow(/^invalid harmonic: .+ is not one of 1, 2, 5$/);
  });

  test("the list of harmonics is a copy, and frozen", () => {
    const list = [1, 2];
    const ticks = new TickArena({ frequency: 60, bytesPerTick: 1, harmonics: list });
    list[1] = 3;
    expect(ticks.harmonics).toEqual([1, 2]);
    expect(Object.isFrozen(ticks.harmonics)).toBe(true);
    expect(Object.isFrozen(new TickArena({ frequency: 60, bytesPerTick: 1, harmonics: 3 }).harmonics)).toBe(true);
  });

  test.each([false, true])(
    "a tick over memory that is cut off, or gone: nothing has rotated; checked: %s",
    (checked) => {
      const buffer = new ArrayBuffer(65536, { maxByteLength: 65536 });
      const ticks = new TickArena({ frequency: 60, bytesPerTick: 1, harmonics: 2, checked, buffer });
      ticks.tick();
      const end = ticks.base + ticks.byteLength;
      const half = end - ticks.byteLength / 2;
      const cuts: [() => void, string][] = [
        // harmonic 1 has its bytes, harmonic 2 has not
        [() => buffer.resize(half), `corrupted: truncated: the arena ends at byte ${end}, its buffer at ${half}`],
        [() => structuredClone(buffer, { transfer: [buffer] }), `${new DetachedError().message}`],
      ];
      for (const [cut, message] of cuts) {
        cut();
        expect(() => ticks.tick()).toThrow(message);
        expect([ticks.beat, ticks.harmonic(1).frame, ticks.harmonic(2).frame]).toEqual([1, 0, 1]);
        for (const use of [() => ticks.harmonic(2).nextFrame(), () => ticks.reset()]) expect(use).toThrow(message);
        expect(ticks.harmonic(2).frame).toBe(1);
      }
    },
  );
});
