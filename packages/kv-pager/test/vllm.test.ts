/** vLLM's messages: the same bytes as its own definitions make, and whatever else may come, read or refused. */
import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type KvEvent, KvPager } from "../src/index.ts";
import { random } from "../src/suite/random.ts";
import { decodeVllm, encodeVllm, type VllmOptions, vllmFrames } from "../src/vllm/index.ts";
import { ALL_MAPS, LISTS, LISTS_MORE, LISTS_WHOLE, MAPS, MAPS_MORE, MAPS_WHOLE } from "./vllm-payloads.ts";

// biome-ignore lint/suspicious/noExplicitAny: what no type lets through
const any = (value: unknown): any => value;
const bytes = (n: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => 32 * n + i);
const key = (n: number): string => Buffer.from(bytes(n)).toString("hex");
const low = (n: number): bigint => Buffer.from(bytes(n)).readBigUInt64BE(24);

let seq = 0;
const event = (type: KvEvent["type"], more: Partial<KvEvent> = {}): KvEvent => ({
  ...{ seq: seq++, type, tier: 0, epoch: 1, block: 1, key: "", parent: "" },
  ...more,
});
const EVENTS = [
  event("stored", { key: key(0) }),
  event("stored", { key: key(1), parent: key(0) }),
  event("stored", { key: key(2), parent: key(1), tier: 1 }),
  event("removed", { key: key(0) }),
  event("cleared"),
];
const TOKENS = new Map([
  [key(0), [1, 2, 3, 4]],
  [key(1), [5, 6, 7, 4_000_000_000]],
]);
const OPTIONS: VllmOptions = {
  ...{ ts: 1.5, blockTokens: 4, rank: 0 },
  describe: (event) => ({ tokens: TOKENS.get(event.key), ...(event.tier === 1 ? { loraName: "lora" } : {}) }),
};

describe("out", () => {
  test.each([
    ["maps", MAPS, {}],
    ["maps, with whole keys", MAPS_WHOLE, { wholeKeys: true }],
    ["lists", LISTS, { positional: true }],
    ["lists, with whole keys", LISTS_WHOLE, { positional: true, wholeKeys: true }],
  ])("the bytes of vLLM's own definitions: %s", (_, right, more) => {
    expect(Buffer.from(encodeVllm(EVENTS, { ...OPTIONS, ...more })).toString("hex")).toBe(
      Buffer.from(right).toString("hex"),
    );
  });

  test("keys one behind another are one event, and others are not", () => {
    const chain = [0, 1, 2, 3].map((n) => event("stored", { key: key(n), parent: n === 0 ? "" : key(n - 1) }));
    const stored = (events: readonly KvEvent[], options: Partial<VllmOptions> = {}) =>
      decodeVllm(encodeVllm(events, { ts: 0.5, blockTokens: 4, wholeKeys: true, ...options })).events.map((one) =>
        one.type === "AllBlocksCleared" ? 0 : one.hashes.length,
      );
    expect(stored(chain)).toEqual([4]);
    expect(stored([chain[0], chain[2], chain[3]])).toEqual([1, 2]);
    expect(stored([chain[0], { ...chain[1], tier: 1 }, { ...chain[2], tier: 1 }])).toEqual([1, 2]);
    expect(stored([chain[0], event("removed", { key: key(7) }), chain[1]])).toEqual([1, 1, 1]);
    expect(stored([event("removed", { key: key(7) }), event("removed", { key: key(5) })])).toEqual([2]);
    expect(stored([event("cleared"), event("cleared")])).toEqual([0, 0]);
    // Whose tokens are known, and whose are not, are not one list.
    expect(stored(chain, { describe: ({ key: one }) => (one === key(1) ? { tokens: [1, 2, 3, 4] } : {}) })).toEqual([
      1, 1, 2,
    ]);
    expect(stored([])).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ["invalid events: an object is no list", () => encodeVllm(any({}), OPTIONS)],
    ["invalid ts: NaN is no time in seconds", () => encodeVllm([], { ...OPTIONS, ts: Number.NaN })],
    ["invalid ts: undefined is no time in seconds", () => encodeVllm([], any({ blockTokens: 4 }))],
    [
      "invalid blockTokens: 0 is not a whole number from 1 to 65536",
      () => encodeVllm([], { ...OPTIONS, blockTokens: 0 }),
    ],
    [
      "invalid rank: -1 is not a whole number from 0 to 9007199254740991",
      () => encodeVllm([], { ...OPTIONS, rank: -1 }),
    ],
    [
      "invalid media: no text for tier 1, which an event is of",
      () => encodeVllm(EVENTS, { ...OPTIONS, media: ["GPU"] }),
    ],
    ["invalid describe: it is no function", () => encodeVllm([], { ...OPTIONS, describe: any(1) })],
    [
      "invalid tokens: 3 of a block of 4",
      () => encodeVllm(EVENTS, { ...OPTIONS, describe: () => ({ tokens: [1, 2, 3] }) }),
    ],
    [
      "invalid token: -1 is not a whole number from 0 to 4294967295",
      () => encodeVllm(EVENTS, { ...OPTIONS, describe: () => ({ tokens: [1, 2, 3, -1] }) }),
    ],
    [
      "invalid loraName: 5 is no text",
      () => encodeVllm(EVENTS, { ...OPTIONS, describe: () => ({ loraName: any(5) }) }),
    ],
    ['invalid key: "ab" has no 64 digits', () => encodeVllm([event("stored", { key: "ab" })], OPTIONS)],
    ["invalid payload: 5 is no Uint8Array", () => decodeVllm(any(5))],
    ["invalid payload: null is no Uint8Array", () => vllmFrames("", 0, any(null))],
    ["invalid seq: -1 is not a whole number from 0 to 9007199254740991", () => vllmFrames("", -1, new Uint8Array())],
    ["invalid topic: it has half of a surrogate pair", () => vllmFrames("\ud800", 0, new Uint8Array())],
  ])("%s", (message, call) => {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AllocatorError);
    expect(thrown).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message });
  });

  test("frames: topic, number, payload", () => {
    const [topic, number, payload] = vllmFrames("kv@pod-1", 2 ** 40 + 5, Uint8Array.of(1, 2));
    expect(Buffer.from(topic).toString()).toBe("kv@pod-1");
    expect(Buffer.from(number).readBigUInt64BE()).toBe(2n ** 40n + 5n);
    expect([...payload]).toEqual([1, 2]);
  });
});

describe("in", () => {
  const said = (hash: (n: number) => unknown) => ({
    ...{ ts: 1.5, rank: 0 },
    events: [
      {
        ...{ type: "BlockStored", hashes: [hash(0), hash(1)], parent: undefined, tokens: [1, 2, 3, 4, 5, 6, 7, 4e9] },
        ...{ blockTokens: 4, medium: "GPU", loraName: undefined, group: undefined },
      },
      {
        ...{ type: "BlockStored", hashes: [hash(2)], parent: hash(1), tokens: [] },
        ...{ blockTokens: 4, medium: "CPU", loraName: "lora", group: undefined },
      },
      { type: "BlockRemoved", hashes: [hash(0)], medium: "GPU", group: undefined },
      { type: "AllBlocksCleared" },
    ],
  });

  test.each([
    ["lists", LISTS, low],
    ["lists, with whole keys", LISTS_WHOLE, bytes],
    ["maps", MAPS, low],
    ["maps, with whole keys", MAPS_WHOLE, bytes],
    ["maps in a map", ALL_MAPS, low],
  ] as const)("what vLLM's own definitions make: %s", (_, payload, hash) => {
    expect(decodeVllm(payload)).toEqual(said(hash));
  });

  test.each([
    ["lists", LISTS_MORE],
    ["maps", MAPS_MORE],
  ])("fields that were added later: %s", (_, payload) => {
    const { ts, events, rank } = decodeVllm(payload);
    expect([ts, rank]).toEqual([2, undefined]);
    expect(events).toMatchObject([
      { type: "BlockStored", hashes: [2n ** 64n - 1n, 5], group: 1, tokens: [1] },
      { type: "BlockRemoved", hashes: [7], group: 1 },
    ]);
  });

  test.each([
    ["nothing", [], /^invalid payload: it is no msgpack \(/],
    ["a batch that is cut off", [...MAPS.subarray(0, 100)], /^invalid payload: it is no msgpack \(/],
    ["a batch, and more", [...MAPS, 1], /^invalid payload: it is no msgpack \(Extra 1 /],
    ["a byte that nothing begins with", [0xc1], /^invalid payload: it is no msgpack \(/],
    ["a number", [7], /^invalid payload: not a batch of events: 7$/],
    ["no list of events", [0x92, 1, 2], /^invalid payload: events is 2, no array$/],
    ["an event that is unknown", [0x92, 1, 0x91, 0x91, 0xa1, 0x78], /^invalid payload: event 1: its type is "x"$/],
    [
      "a rank that is a list",
      [0x93, 1, 0x90, 0x90],
      /^invalid payload: data_parallel_rank is an array, no whole number/,
    ],
    ["a key of the prototype", [0x81, 0xa9, ...Buffer.from("__proto__"), 1], /^invalid payload: it is no msgpack \(/],
    // 5,000 bytes that once took gigabytes.
    ["long lists in lists", Array.from({ length: 5000 }, (_, i) => [0xdd, 0, 0x0f, 0xff, 0xff][i % 5]), /elements$/],
    ["lists in lists", new Array(5000).fill(0x91), /deep$/],
    ["maps in maps", Array.from({ length: 5000 }, (_, i) => [0x81, 0xa1, 0x61][i % 3]), /deep$/],
    ["a list of 4 billion", [0xdd, 0xff, 0xff, 0xff, 0xff], /^invalid payload: it is no msgpack \(/],
  ])("%s is refused", (_, payload, message) => {
    expect(() => decodeVllm(Uint8Array.from(payload))).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringMatching(message) }),
    );
  });

  test("bytes that something happened to are read or refused, and nothing else", () => {
    const next = random(7);
    const ended = [0, 0];
    for (let n = 0; n < times(2000, 50_000); n++) {
      const bytes = Uint8Array.from([LISTS, MAPS_WHOLE, ALL_MAPS, MAPS_MORE][next(4)]);
      for (let changes = next(3); changes >= 0; changes--) bytes[next(bytes.length)] = next(256);
      try {
        decodeVllm(bytes.subarray(0, next(8) === 0 ? next(bytes.length) : bytes.length));
        ended[0]++;
      } catch (error) {
        expect(error).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
        ended[1]++;
      }
    }
    expect(Math.min(...ended)).toBeGreaterThan(100);
  });
});

test("a pager's events, out and in: what is held at each moment", () => {
  const pager = new KvPager({ blocks: 12, blockTokens: 4, events: true, tiers: [{ name: "host", blocks: 6 }] });
  const held = [new Set<string>(), new Set<string>()];
  const next = random(3);
  for (let step = 0; step < 300; step++) {
    const sequence = pager.open({ tokens: Array.from({ length: 5 + next(20) }, (_, i) => (i < 8 ? i : next(2))) });
    const computed = pager.computed(sequence);
    if (pager.allocateSlots(sequence, pager.length(sequence) - computed) && next(2) === 0) {
      const full = Math.floor(pager.length(sequence) / 4);
      const ticket = pager.offload([...pager.table(sequence)].slice(0, full), 1);
      if (ticket !== 0) pager.done(ticket);
      pager.moves();
    }
    pager.close(sequence);
    if (next(40) === 0) pager.reset();
    const batch = decodeVllm(encodeVllm(pager.events.drain(), { ts: step + 0.5, blockTokens: 4, wholeKeys: true }));
    for (const event of batch.events) {
      if (event.type === "AllBlocksCleared") {
        for (const set of held) set.clear();
        continue;
      }
      for (const hash of event.hashes) {
        const text = Buffer.from(hash as Uint8Array).toString("hex");
        const set = held[event.medium === "GPU" ? 0 : 1];
        if (event.type === "BlockRemoved") expect(set.delete(text)).toBe(true);
        else set.add(text);
      }
    }
    expect(pager.events.snapshot().tiers.map((keys) => [...keys].sort())).toEqual(held.map((set) => [...set].sort()));
  }
});
