import { describe, expect, test } from "vitest";
import { Pattern } from "../src/pattern.ts";

function filled(size: number, offset = 64): { pattern: Pattern; bytes: Uint8Array } {
  const buffer = new ArrayBuffer(offset + size + 64);
  const pattern = new Pattern({ buffer });
  pattern.fill(offset, size, 5);
  return { pattern, bytes: new Uint8Array(buffer, offset, size) };
}

describe("the pattern of a block", () => {
  test("any changed byte of a small block is found, and nothing outside of it was written", () => {
    for (let size = 0; size <= 41; size++) {
      const { pattern, bytes } = filled(size);
      expect(new Uint8Array(bytes.buffer, 0, 64).every((b) => b === 0)).toBe(true);
      expect(new Uint8Array(bytes.buffer, 64 + size).every((b) => b === 0)).toBe(true);
      for (let at = 0; at < size; at++) {
        bytes[at] ^= 0x10;
        for (let upTo = 0; upTo <= size; upTo++) expect(pattern.check(64, size, 5, upTo)).toBe(at < upTo ? at : -1);
        bytes[at] ^= 0x10;
      }
      expect(pattern.check(64, size, 5, size)).toBe(-1);
    }
  });

  test("another block's pattern, and the same one moved, are found", () => {
    const { pattern, bytes } = filled(64);
    expect(pattern.check(64, 64, 6, 64)).toBe(0);
    bytes.copyWithin(0, 4);
    expect(pattern.check(64, 64, 5, 64)).toBe(0);
  });

  test("in a large block every byte near its ends is found, and any write of a page", () => {
    const size = 5_000_003;
    const { pattern, bytes } = filled(size);
    expect(pattern.check(64, size, 5, size)).toBe(-1);
    for (const at of [0, 1_000_000, 4_000_000, 4_999_999, 5_000_002]) {
      bytes[at] ^= 1;
      expect(pattern.check(64, size, 5, size)).toBe(at);
      expect(pattern.check(64, size, 5, at)).toBe(-1);
      bytes[at] ^= 1;
    }
    for (let at = 1_048_577; at < size - 4096; at += 99_991) {
      const saved = bytes.slice(at, at + 4099);
      bytes.fill(0, at, at + 4099);
      const found = pattern.check(64, size, 5, size);
      expect(found).toBeGreaterThanOrEqual(at);
      expect(found).toBeLessThan(at + 4099);
      bytes.set(saved, at);
    }
    expect(pattern.check(64, size, 5, 2_500_001)).toBe(-1);
  });

  test("memory that is replaced by larger memory is followed", () => {
    const memory = { buffer: new ArrayBuffer(64) };
    const pattern = new Pattern(memory);
    pattern.fill(8, 20, 1);
    const larger = new ArrayBuffer(1024);
    new Uint8Array(larger).set(new Uint8Array(memory.buffer));
    memory.buffer = larger;
    pattern.fill(512, 20, 2);
    expect(pattern.check(8, 20, 1, 20)).toBe(-1);
    expect(new Uint8Array(larger, 512, 20).some((b) => b !== 0)).toBe(true);
  });
});
