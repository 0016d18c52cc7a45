import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, test } from "vitest";
import { ChainKeys, type KeyContext, type KeyMaker, type KeyOptions, keysOf, VllmKeys } from "../src/index.ts";

const TOKENS = Int32Array.of(0, 1, 23, 24, 255, 256, 65_535, 65_536, 128_000, -1, 5, 6, 7, 8, 9, 10);
const COUNT = Int32Array.from({ length: 16 }, (_, i) => i);
const PROMPT = Int32Array.of(...TOKENS, ...COUNT);

function hex(keys: Int32Array): string {
  return Buffer.from(keys.buffer, keys.byteOffset, keys.byteLength).toString("hex");
}

function hexKeys(maker: KeyMaker, tokens: Int32Array, options?: KeyOptions): string[] {
  return hex(keysOf(maker, maker.context(options), tokens)).match(/.{64}/g) ?? [];
}

describe("vLLM's sha256_cbor", () => {
  // Made by Python's cbor2 6.1 and hashlib, as vLLM's `hash_block_tokens` calls them.
  test("PYTHONHASHSEED=0", () => {
    const maker = new VllmKeys({ seed: "0" });
    expect(hex(maker.context().root)).toBe("4e1195df020de59e0d65a33a4279f1183e7ae4e5d980e309f8b55adff2e61c3e");
    expect(hexKeys(maker, PROMPT)).toEqual([
      "f8a37979f554ffc59431d1f577201c23aae22927f157dce76ee690071219e2d2",
      "76f4020a4834ead54c891773673d2a6784be7cafdeb8f2b526c5654016616357",
    ]);
  });

  test("an adapter, a medium that goes on in the second block, and a salt", () => {
    const options = { adapter: "adapter-1", salt: "pepper", media: [{ id: "image-é", from: 4, length: 20 }] };
    expect(hexKeys(new VllmKeys({ seed: "0" }), PROMPT, options)).toEqual([
      "c0739e4edb708f06eafda8b99caccbfc263e86dcbea5f00b7839fcc1fec0146f",
      "2ea6d5cb982bdd9f6876f62a186e8286ae69899151e4dbbbd9d920f70cf421ee",
    ]);
  });

  test("blocks of 300 tokens", () => {
    const seed = "seed of a longer kind, of more than twenty-three bytes";
    const tokens = Int32Array.from({ length: 300 }, (_, i) => 1000 + i);
    expect(hexKeys(new VllmKeys({ seed, blockTokens: 300 }), tokens)).toEqual([
      "ac4f33f40b77ae8e2dcc3df0994edb03b4f156dd50e5faa4f9e3962453d05f6f",
    ]);
  });

  test("has no tags (vllm-project/vllm#44701)", () => {
    const maker = new VllmKeys({ seed: "0" });
    expect(hexKeys(maker, TOKENS, { adapter: "x" })).toEqual(hexKeys(maker, TOKENS, { salt: "x" }));
  });
});

describe("keys by chaining", () => {
  test("are SHA-256's chaining values: with its padding behind, they end in its digest", () => {
    // A context whose root is SHA-256's own beginning, and blocks that are the message, then its padding.
    const root = Int32Array.of(
      ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
    );
    const context: KeyContext = { root, adapter: undefined, salt: undefined, media: [] };
    const bytes = new Uint8Array(192).map((_, i) => (i < 128 ? 7 * i : 0));
    bytes[128] = 0x80;
    bytes[190] = (128 * 8) >>> 8;
    const keys = keysOf(new ChainKeys(), context, new Int32Array(bytes.buffer));
    const digest = new DataView(sha256(bytes.subarray(0, 128)).buffer);
    expect([...keys.subarray(16)]).toEqual(Array.from({ length: 8 }, (_, i) => digest.getInt32(4 * i)));
  });

  test("are the same in another process with the same seed, and others without one (LMCache#2136, #1739)", () => {
    const script = `
      import { ChainKeys, keysOf } from ${JSON.stringify(fileURLToPath(new URL("../src/index.ts", import.meta.url)))};
      const tokens = Int32Array.from({ length: 32 }, (_, i) => i);
      for (const maker of [new ChainKeys({ seed: "s" }), new ChainKeys()]) {
        console.log([...keysOf(maker, maker.context({ salt: "a", adapter: null }), tokens)].join());
      }`;
    const run = () => execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
    const [one, other] = [run().split("\n"), run().split("\n")];
    const here = new ChainKeys({ seed: new TextEncoder().encode("s") });
    const tokens = Int32Array.from({ length: 32 }, (_, i) => i);
    expect([...keysOf(here, here.context({ salt: "a" }), tokens)].join()).toBe(one[0]);
    expect(other[0]).toBe(one[0]);
    expect(other[1]).not.toBe(one[1]);
  });

  test("of each of these are others: salt, adapter, media, none, both, another seed, another size of block", () => {
    const seed = "s";
    const maker = new ChainKeys({ seed });
    const media = (id: string, from: number, length = 4) => ({ media: [{ id, from, length }] });
    const all = [
      ...[undefined, { salt: "x" }, { adapter: "x" }, { salt: "y" }, { salt: "x", adapter: "x" }, { salt: "" }],
      ...[media("x", 0), media("x", 1), media("y", 0), { media: [...media("x", 0).media, ...media("x", 4).media] }],
      ...[{ salt: "xx" }, { salt: "x", adapter: "" }, { adapter: "", salt: "" }, { ...media("x", 0), adapter: "x" }],
    ].map((options) => hexKeys(maker, TOKENS, options)[0]);
    all.push(
      hexKeys(new ChainKeys({ seed: "t" }), TOKENS)[0],
      hexKeys(new ChainKeys({ seed, blockTokens: 8 }), TOKENS)[1],
    );
    expect(new Set(all).size).toBe(all.length);
    // And where nothing differs they are the same: a test that sees differences only passes with random keys.
    expect(hexKeys(maker, TOKENS, { salt: "x", adapter: null, media: [] })).toEqual(
      hexKeys(maker, TOKENS, { salt: "x" }),
    );
    // A medium's length is nothing that a block sees, as long as it is in it.
    expect(hexKeys(maker, TOKENS, media("x", 0, 2))).toEqual(hexKeys(maker, TOKENS, media("x", 0)));
  });

  test("bind all that is before: another first token, another medium before, and every later key is another", () => {
    const maker = new ChainKeys({ seed: "s" });
    const other = Int32Array.from(PROMPT);
    other[0] = 1;
    const plain = hexKeys(maker, PROMPT);
    for (const keys of [hexKeys(maker, other), hexKeys(maker, PROMPT, { media: [{ id: "m", from: 2, length: 3 }] })]) {
      expect(keys[0]).not.toBe(plain[0]);
      expect(keys[1]).not.toBe(plain[1]);
    }
    // What comes later changes nothing before.
    const later = hexKeys(maker, PROMPT, { media: [{ id: "m", from: 16, length: 3 }] });
    expect([later[0] === plain[0], later[1] === plain[1]]).toEqual([true, false]);
  });

  test.each([1, 2, 15, 17, 32, 100])("blocks of %i tokens: each token counts", (blockTokens) => {
    const maker = new ChainKeys({ seed: "s", blockTokens });
    const tokens = new Int32Array(blockTokens);
    const seen = new Set(hexKeys(maker, tokens));
    for (let i = 0; i < blockTokens; i++) {
      const other = Int32Array.from(tokens);
      other[i] = 1 << 31;
      seen.add(hexKeys(maker, other)[0]!);
    }
    expect(seen.size).toBe(blockTokens + 1);
  });

  test("are made for one block as for many, from a Uint32Array too, and into any place", () => {
    const maker = new ChainKeys({ seed: "s" });
    const context = maker.context();
    const [out, prompt] = [new Uint32Array(30), Uint32Array.from(PROMPT)];
    maker.next(context, 0, out, 0, prompt, 0, out, 3);
    maker.next(context, 1, out, 3, prompt, 16, out, 11);
    expect(hex(Int32Array.from(out.subarray(3, 19)))).toBe(hex(keysOf(maker, context, PROMPT)));
  });
});

describe("refused", () => {
  const maker = new ChainKeys({ seed: "s" });
  const key = new Int32Array(8);
  test.each([
    [() => new ChainKeys({ blockTokens: 0 }), "invalid blockTokens: 0 is not a whole number from 1 to 65536"],
    [() => new ChainKeys({ seed: 7 as never }), "invalid seed: 7 is neither a string nor a Uint8Array"],
    [() => new VllmKeys({} as never), "invalid seed: vLLM's PYTHONHASHSEED is needed"],
    [() => maker.context({ salt: 1 as never }), "invalid salt: 1 is no string"],
    [() => maker.context({ salt: "\ud800" }), "invalid salt: it has half of a surrogate pair"],
    [() => maker.context({ slat: "a" } as never), 'unknown option: "slat" is not one of salt, adapter, media'],
    [() => maker.context({ media: {} as never }), "invalid media: an object is no array"],
    [
      () => maker.context({ media: [{ id: "a", from: 4, length: 2 }, { id: "b", from: 5, length: 2 }] }), // biome-ignore format: one line
      "invalid from: 5 is not a whole number from 6 to 2147483647",
    ],
    [() => keysOf(maker, maker.context(), [1] as never), "invalid tokens: an object is no Int32Array"],
    [() => maker.next(maker.context(), 0, key, 0, TOKENS, 1, key, 0), "invalid tokens: 15 words at 1, not 16"],
    [() => maker.next(maker.context(), 1, key, 1, TOKENS, 0, key, 0), "invalid parent: 7 words at 1, not 8"],
    [() => maker.next(maker.context(), 0, key, 0, TOKENS, 0, key, 1), "invalid out: 7 words at 1, not 8"],
  ])("%#", (call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message }));
    expect([...key]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
