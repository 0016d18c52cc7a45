import { expect, describe as suite, test } from "vitest";
import { describe, formatDescription, TraceBuilder } from "../src/index.ts";

function example(): TraceBuilder {
  const builder = new TraceBuilder();
  const a = builder.allocate(8); // event 0
  const b = builder.allocate(9);
  const c = builder.allocate(0);
  builder.reallocate(b, 2000); // event 3, the peak of blocks was event 2
  builder.free(a);
  const d = builder.allocate(20_000); // event 5, the peak of bytes
  builder.free(b);
  builder.free(c);
  builder.allocate(1024);
  builder.free(d);
  return builder;
}

suite("describe", () => {
  test("counts, sizes, lifetimes and peaks", () => {
    expect(describe(example().build())).toEqual({
      events: 10,
      allocations: 5,
      frees: 4,
      reallocations: 1,
      blocksAtEnd: 1,
      bytesAtEnd: 1024,
      sizes: { mean: 21041 / 5, p10: 0, p50: 9, p90: 20_000, p99: 20_000, max: 20_000 },
      histogram: [
        { atMost: 8, allocations: 2, bytes: 8 },
        { atMost: 16, allocations: 1, bytes: 9 },
        { atMost: 32, allocations: 0, bytes: 0 },
        { atMost: 64, allocations: 0, bytes: 0 },
        { atMost: 128, allocations: 0, bytes: 0 },
        { atMost: 256, allocations: 0, bytes: 0 },
        { atMost: 512, allocations: 0, bytes: 0 },
        { atMost: 1024, allocations: 1, bytes: 1024 },
        { atMost: 2048, allocations: 0, bytes: 0 },
        { atMost: 4096, allocations: 0, bytes: 0 },
        { atMost: 8192, allocations: 0, bytes: 0 },
        { atMost: 16384, allocations: 0, bytes: 0 },
        { atMost: 32768, allocations: 1, bytes: 20_000 },
      ],
      shareToKiB: 0.8,
      above16KiB: 1,
      // a lives for 4 events, b, c and d for 5, 5 and 4.
      lifetimeEvents: { mean: 4.5, p10: 4, p50: 4, p90: 5, p99: 5, max: 5 },
      // a: 9 + 0 + 2000; b: 0 + 2000 + 20000; c: 2000 + 20000; d: 1024.
      lifetimeBytes: {
        mean: (2009 + 22_000 + 22_000 + 1024) / 4,
        p10: 1024,
        p50: 2009,
        p90: 22_000,
        p99: 22_000,
        max: 22_000,
      },
      peakBytes: { bytes: 22_000, event: 5 },
      peakBlocks: { blocks: 3, event: 2 },
    });
  });

  test("a trace without events", () => {
    const none = { mean: 0, p10: 0, p50: 0, p90: 0, p99: 0, max: 0 };
    const d = describe(new TraceBuilder().build());
    expect(d).toMatchObject({ events: 0, sizes: none, lifetimeEvents: none, lifetimeBytes: none, histogram: [] });
    expect(d).toMatchObject({ shareToKiB: 0, above16KiB: 0, peakBytes: { bytes: 0, event: 0 } });
    expect(formatDescription(d)).not.toContain("NaN");
  });

  test("sizes above 2 GiB", () => {
    const builder = new TraceBuilder();
    builder.allocate(2 ** 32 - 1);
    builder.allocate(2 ** 31);
    const d = describe(builder.build());
    expect(d.sizes.max).toBe(2 ** 32 - 1);
    expect(d.peakBytes.bytes).toBe(2 ** 32 - 1 + 2 ** 31);
    expect(d.histogram.at(-1)).toEqual({ atMost: 2 ** 32, allocations: 1, bytes: 2 ** 32 - 1 });
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KB"],
    [999_949, "999.9 KB"],
    [999_950, "1.0 MB"],
    [1_234_567_890, "1234.6 MB"],
  ])("a peak of %i bytes is shown as %s", (bytes, shown) => {
    const builder = new TraceBuilder();
    builder.free(builder.allocate(bytes));
    expect(formatDescription(describe(builder.build()))).toContain(`\npeak          ${shown} at event `);
  });

  test("as text", () => {
    expect(formatDescription(describe(example().build())).split("\n")).toEqual([
      "events        10: 5 allocations, 1 reallocations, 4 frees",
      "peak          22.0 KB at event 5, 3 blocks at event 2",
      "live at end   1.0 KB in 1 blocks",
      "sizes         80.0 % up to 1 KiB, 1 blocks above 16 KiB",
      "",
      "                       mean           p10           p50           p90           p99           max",
      "size, bytes           4,208             0             9        20,000        20,000        20,000",
      "life, events              5             4             4             5             5             5",
      "life, bytes          11,758         1,024         2,009        22,000        22,000        22,000",
      "",
      "size up to      allocations             %       bytes %",
      "8                         2        40.0 %         0.0 %  ################",
      "16                        1        20.0 %         0.0 %  ########",
      ...[32, 64, 128, 256, 512].map((n) => `${String(n).padEnd(13)}             0         0.0 %         0.0 %`),
      "1,024                     1        20.0 %         4.9 %  ########",
      ...["2,048", "4,096", "8,192", "16,384"].map((n) => `${n.padEnd(13)}             0         0.0 %         0.0 %`),
      "32,768                    1        20.0 %        95.1 %  ########",
    ]);
  });
});
