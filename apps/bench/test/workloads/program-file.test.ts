import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTrace } from "@ariax/trace/node";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { decodeProgram, encodeProgram } from "../../src/workloads/heap/program-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ariax-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a program's file", () => {
  test("has the program whole", async () => {
    const { events, slots, op, slot, size } = await loadTrace("git");
    const bytes = encodeProgram({ program: { events, slots, op, slot, size }, prelude: 0, eventsPerUnit: 1 });
    const back = decodeProgram(bytes)!;
    expect([back.events, back.slots]).toEqual([events, slots]);
    expect(Buffer.from(back.op).equals(op)).toBe(true);
    for (const column of ["slot", "size"] as const) {
      expect(back[column]).toBeInstanceOf(Int32Array);
      expect(back[column].every((value, i) => value === (column === "slot" ? slot : size)[i])).toBe(true);
    }
    // From the middle of a buffer too.
    const within = new Uint8Array(bytes.length + 3);
    within.set(bytes, 3);
    expect(decodeProgram(within.subarray(3))!.size[7]).toBe(size[7]);
  });

  test("that is another's, or not whole, is none", () => {
    const program = { events: 1, slots: 1, op: Uint8Array.of(0), slot: Int32Array.of(0), size: Int32Array.of(8) };
    const bytes = encodeProgram({ program, prelude: 0, eventsPerUnit: 1 });
    expect(decodeProgram(bytes)).toMatchObject({ events: 1, slots: 1 });
    expect(decodeProgram(bytes.subarray(0, 40))).toBeUndefined();
    expect(decodeProgram(bytes.subarray(0, 8))).toBeUndefined();
    expect(decodeProgram(bytes.map((byte, i) => (i === 0 ? byte + 1 : byte)))).toBeUndefined();
  });
});

describe("what is kept", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  test("is made once, and again where its source is another or it is damaged", async () => {
    vi.stubEnv("ARIAX_BENCH_RESULTS", folder);
    vi.resetModules();
    const { keep } = await import("../../src/workloads/heap/program-file.ts");
    const source = join(folder, "source");
    writeFileSync(source, "one");
    let made = 0;
    const make = async () => {
      made++;
      return { events: 1, slots: 1, op: Uint8Array.of(0), slot: Int32Array.of(0), size: Int32Array.of(8) };
    };
    for (let i = 0; i < 3; i++) expect((await keep("x", source, make)).size[0]).toBe(8);
    expect(made).toBe(1);
    const kept = readdirSync(join(folder, ".programs"));
    expect(kept).toHaveLength(1);
    writeFileSync(join(folder, ".programs", kept[0]!), "no program");
    await keep("x", source, make);
    expect(made).toBe(2);
    writeFileSync(source, "another");
    await keep("x", source, make);
    expect(made).toBe(3);
  });
});
