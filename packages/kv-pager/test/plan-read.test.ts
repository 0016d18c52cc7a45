/** The readers: bytes to prompts, and a line for each that is none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { canonical } from "../src/plan/hashes.ts";
import type { Prompt } from "../src/plan/planner.ts";
import { FORMATS } from "../src/plan/read/formats.ts";
import { Lines } from "../src/plan/read/lines.ts";
import { TraceReader } from "../src/plan/read/trace.ts";
import { decodeVllm, encodeVllm } from "../src/vllm/index.ts";
import { ALL_MAPS, LISTS, LISTS_MORE, MAPS, MAPS_MORE, MAPS_WHOLE } from "./vllm-payloads.ts";

interface Read {
  prompts: Prompt[];
  problems: string[];
  blockTokens: number | undefined;
  notes: string[];
}

/** What is read of a trace that comes in pieces of so many bytes; a clear is a prompt without hashes. */
function read(text: string | Uint8Array, format?: string, piece = 1 << 20): Read {
  const prompts: Prompt[] = [];
  const problems: string[] = [];
  const sink = {
    add: ({ hashes, ...rest }: Prompt) =>
      prompts.push({ ...JSON.parse(JSON.stringify(rest)), hashes: Array.from(hashes, canonical) } as Prompt),
    clear: () => prompts.push({ hashes: [], tenant: "(cleared)" }),
    time: () => {},
  };
  const found = FORMATS.find(({ name }) => name === format);
  const reader = new TraceReader(sink, found, (line, problem) => problems.push(`${line}: ${problem}`));
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  for (let at = 0; at < bytes.length; at += piece) reader.add(bytes.subarray(at, at + piece));
  reader.end();
  return { prompts, problems, blockTokens: reader.reader?.blockTokens, notes: reader.reader?.notes() ?? [] };
}

const hashes = (text: string, format?: string) => read(text, format).prompts.map((one) => one.hashes);

describe("lines", () => {
  const text = '\ufeff{"hash_ids":[1,2]}\r\n\n  \r\n{"hash_ids":[],"tenant":"Zoë 🦉"}\n{"hash_ids":[3]}';
  test.each([1, 2, 3, 7, 1000])(
    "blank ones, CRLF, a mark of order and a missing end are no matter, in pieces of %i",
    (piece) => {
      expect(read(text, undefined, piece)).toMatchObject({
        prompts: [{ hashes: [1, 2] }, { hashes: [], tenant: "Zoë 🦉" }, { hashes: [3] }],
        problems: [],
      });
    },
  );

  test("nothing is no prompt", () => {
    for (const nothing of ["", "\n", "\r\n\r\n", "  ", "\ufeff"])
      expect(read(nothing)).toMatchObject({ prompts: [], problems: [] });
  });

  test("one that is too long is refused, and what follows is read", () => {
    const found: string[] = [];
    const lines = new Lines(
      { line: (line, n) => found.push(`${n} ${line}`), refuse: (n, why) => found.push(`${n} ${why}`) },
      10,
    );
    const bytes = new TextEncoder().encode("0123456789\n0123456789a\nx\n01234567890123");
    for (let at = 0; at < bytes.length; at += 4) lines.add(bytes.subarray(at, at + 4));
    lines.end();
    expect(found).toEqual(["1 0123456789", "2 longer than 10 bytes", "3 x", "4 longer than 10 bytes"]);
  });

  test("one that is no UTF-8 is refused", () => {
    const bytes = Uint8Array.of(0x31, 10, 0xff, 0xfe, 10, 0x32);
    expect(read(bytes, "csv")).toMatchObject({
      prompts: [{ hashes: [1] }, { hashes: [2] }],
      problems: ["2: not UTF-8 text"],
    });
  });
});

describe("Mooncake's JSON lines", () => {
  test("all fields, and others", () => {
    const line =
      '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47], "tenant": 7, "x": {"hash_ids": 1}}';
    expect(read(line)).toEqual({
      ...{ problems: [], notes: [], blockTokens: 512 },
      prompts: [{ at: 27482, tokens: 6955, tenant: "7", hashes: [46, 47] }],
    });
  });

  test("ids beyond 2⁵³ are exact, and texts with digits stay what they are", () => {
    const line =
      '{"hash_ids":[18446744073709551615, 18446744073709551614,-9223372036854775808,9007199254740991,"12345678901234567890 , 1234567890123456789","a\\"12345678901234567"],"timestamp":1733000000123456789}';
    expect(read(line).prompts).toEqual([
      {
        at: Number(1733000000123456789n),
        hashes: [
          ...["18446744073709551615", "18446744073709551614", "-9223372036854775808", 9007199254740991],
          ...["12345678901234567890 , 1234567890123456789", 'a"12345678901234567'],
        ],
      },
    ]);
  });

  test.each([
    ["{", 'not JSON: "{"'],
    ['{"hash_ids":[1,2', 'not JSON: "{\\"hash_ids\\":[1,2" (the trace ends within this line)', ""],
    ['{"hash_ids":[00000000000000000001]}', 'not JSON: "{\\"hash_ids\\":[00000000000000000001]}"'],
    [`{"${"x".repeat(60)}`, `not JSON: "{\\"${"x".repeat(38)}…"`],
    ['{"timestamp":0}', "hash_ids is missing"],
    ['{"hash_ids":null}', "hash_ids is null, no array"],
    ['{"hash_ids":"1,2"}', 'hash_ids is "1,2", no array'],
    ['{"hash_ids":{"0":1}}', "hash_ids is an object, no array"],
    ['{"hash_ids":[1,null]}', "hash_ids[1]: null is no hash"],
    ['{"hash_ids":[1,[2]]}', "hash_ids[1]: an object is no hash"],
    ['{"hash_ids":[1.5]}', "hash_ids[0]: 1.5 is no whole number that is exact"],
    ['{"hash_ids":[1e30]}', "hash_ids[0]: 1e+30 is no whole number that is exact"],
    ['{"hash_ids":[""]}', "hash_ids[0]: it is empty"],
    ['{"hash_ids":[1],"timestamp":"soon"}', 'timestamp is "soon", no number from 0 on'],
    ['{"hash_ids":[1],"timestamp":-1}', "timestamp is -1, no number from 0 on"],
    ['{"hash_ids":[1],"timestamp":1e999}', "timestamp is Infinity, no number from 0 on"],
    ['{"hash_ids":[1],"input_length":1.5}', "input_length is 1.5, no whole number from 0 on"],
    ['{"hash_ids":[1],"tenant":["a"]}', "tenant is an array, no text"],
    ["null", "not an object: null"],
    ["[1]", "not an object: an array"],
  ])("%s is refused", (line, problem, end = "\n") => {
    const good = '{"hash_ids":[1]}\n';
    expect(read(`${good}\n${line}${end}`, "mooncake")).toMatchObject({
      prompts: [{ hashes: [1] }],
      problems: [`3: ${problem}`],
    });
  });
});

describe("CSV", () => {
  test("a prompt's hashes a line", () => {
    expect(hashes('a1,b2\r\na1, "b2" ,c3,,\n"a1"\n18446744073709551615,18446744073709551614\n7')).toEqual([
      ["a1", "b2"],
      ["a1", "b2", "c3"],
      ["a1"],
      ["18446744073709551615", "18446744073709551614"],
      [7],
    ]);
    expect(read("1").blockTokens).toBe(16);
  });

  test("columns by name", () => {
    const text = 'Tenant,hash_ids,timestamp,input_length\n"Zoë, Ltd. ""2""",1 2;3,12.5,40\n,,,\nb,"4 5",,\n';
    expect(read(text).prompts).toEqual([
      { tenant: 'Zoë, Ltd. "2"', hashes: [1, 2, 3], at: 12.5, tokens: 40 },
      { hashes: [] },
      { tenant: "b", hashes: [4, 5] },
    ]);
  });

  test.each([
    ["1\n2,,3", "2: cell 2 is empty"],
    ["1\n,", "2: cell 1 is empty"],
    ["1\n2 3", '2: cell 1 is no hash: "2 3"'],
    ["1\n<html>", '2: cell 1 is no hash: "<html>"'],
    ['1\n"2', "2: cell 1: a misplaced quote"],
    ['1\n2,3"4"', "2: cell 2: a misplaced quote"],
    ["hash_ids,tenant\n1", "2: 1 cells where the header has 2"],
    ["hash_ids,timestamp\n1,soon", '2: timestamp is "soon", no number from 0 on'],
    ["hash_ids,input_length\n1,1.5", "2: input_length is 1.5, no whole number from 0 on"],
    ["hash_ids,input_length\n1 a<b,1", '2: hash_ids[1] is no hash: "a<b"'],
  ])("%j is refused", (text, problem) => {
    expect(read(text).problems).toEqual([problem]);
  });
});

describe("vLLM's events", () => {
  const stored = (block_hashes: unknown[], parent: unknown = null, size = 16) => [
    "BlockStored",
    block_hashes,
    parent,
    [],
    size,
    null,
  ];
  const batches = (...all: [number | null, ...unknown[]][]) =>
    all.map(([ts, ...events]) => JSON.stringify([ts, events])).join("\n");

  test("blocks behind the last one are of the same request, also while others are computed", () => {
    const text = batches(
      [1, stored([1, 2])],
      [1.1, stored([7])],
      [1.2, stored([3], 2), stored([8], 7)],
      [1.3, stored([4], 3)],
    );
    expect(read(text)).toMatchObject({
      prompts: [
        { hashes: [7, 8], at: 1100 },
        { hashes: [1, 2, 3, 4], at: 1000 },
      ],
      ...{ problems: [], blockTokens: 16 },
      notes: [
        "the engine stored 6 blocks, 0 of them again, and removed 0; requests that it found whole are not in its events",
      ],
    });
  });

  test("others begin a request, of which the blocks before were there", () => {
    expect(hashes(batches([1, stored([1, 2, 3])], [2, stored([4], 2)]))).toEqual([
      [1, 2, 3],
      [1, 2, 4],
    ]);
  });

  test("after a pause it is the next turn", () => {
    expect(hashes(batches([1, stored([1, 2])], [6, stored([3], 2)]))).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
    expect(hashes(batches([null, stored([1, 2])], [null, stored([3], 2)]))).toEqual([[1, 2, 3]]);
  });

  test("what was removed and is stored again is a request again", () => {
    const text = batches([1, stored([1, 2])], [2, ["BlockRemoved", [2, 1]]], [3, stored([1, 2])]);
    expect(hashes(text)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(read(text).notes[0]).toContain("stored 4 blocks, 2 of them again, and removed 2");
  });

  test("a clear", () => {
    expect(read(batches([1, stored([1])], [2, ["AllBlocksCleared"]], [3, stored([1])])).prompts).toEqual([
      { hashes: [1], at: 1000 },
      { hashes: [], tenant: "(cleared)" },
      { hashes: [1], at: 3000 },
    ]);
  });

  test("as objects, as events alone, in the order of fields that one likes, with hashes of any kind", () => {
    const text = [
      '{"ts":1.5,"data_parallel_rank":0,"events":[{"block_hashes":["q83v","/+8="],"type":"BlockStored","block_size":64,"medium":"GPU","parent_block_hash":null}]}',
      '{"type":"BlockStored","block_hashes":[18446744073709551615],"parent_block_hash":"/+8=","token_ids":[1]}',
      '["BlockStored",[18446744073709551614],18446744073709551615,[],64,null,"GPU","lora",null,0]',
    ].join("\n");
    expect(read(text)).toMatchObject({
      ...{ problems: [], blockTokens: 64 },
      prompts: [{ hashes: ["q83v", "/+8=", "18446744073709551615", "18446744073709551614"], at: 1500 }],
    });
  });

  test("PLANNER.md shows both forms", () => {
    const page = readFileSync(join(import.meta.dirname, "../PLANNER.md"), "utf8");
    const [, text] = /^```json\n(.*?)^```/ms.exec(page)!;
    const [named, ordered] = text!.split("\n").map((line) => read(line));
    const prompts = [{ hashes: [6, 7, 8], at: 1500 }];
    expect(named).toMatchObject({ problems: [], prompts, blockTokens: 16 });
    expect(ordered).toMatchObject({ problems: [], prompts: [...prompts, { tenant: "(cleared)" }], blockTokens: 16 });
  });

  test("what `decodeVllm` returned, as JSON", () => {
    const payload = encodeVllm(
      [
        { seq: 0, type: "stored", tier: 0, epoch: 1, block: 1, key: "f".repeat(64), parent: "" },
        { seq: 1, type: "removed", tier: 0, epoch: 1, block: 1, key: "f".repeat(64), parent: "" },
      ],
      { ts: 1.5, blockTokens: 4, rank: 3 },
    );
    const text = JSON.stringify(decodeVllm(payload), (_, value) => (typeof value === "bigint" ? String(value) : value));
    expect(text).toContain('"hashes":["18446744073709551615"]');
    expect(read(text)).toMatchObject({
      ...{ prompts: [{ hashes: ["18446744073709551615"], at: 1500 }], problems: [], blockTokens: 4 },
      notes: [expect.stringMatching(/^the engine stored 1 block, 0 of them again, and removed 1;/)],
    });
  });

  test("what is to be known is noted", () => {
    const text = [
      JSON.stringify([1, [stored([5], 4), [...stored([1]), "CPU"], ["BlockRemoved", [1], "CPU"]], 0]),
      JSON.stringify([2, [stored([9], null, 32)], 1]),
    ].join("\n");
    expect(read(text).notes).toEqual([
      "the engine stored 2 blocks, 0 of them again, and removed 0; requests that it found whole are not in its events",
      "2 events of other memory than the GPU's left out",
      "1 request behind a block that was never stored: what lies before that is not known",
      "2 data-parallel ranks were taken together as one cache",
      "blocks of 16 and 32 tokens were counted alike",
    ]);
  });

  test.each([
    ["[1]", "events is missing, no array"],
    ['["x",[]]', 'event 1: its type is "x"'],
    ['[1,[["BlockMoved",[1]]]]', 'event 1: its type is "BlockMoved"'],
    ['[1,[["AllBlocksCleared"],["BlockStored",[1,{}],null,[],16]]]', "event 2: block_hashes[1]: an object is no hash"],
    ['[1,[["BlockStored"]]]', "event 1: block_hashes is missing"],
    ['[1,[["BlockStored",[1],[2],[],16]]]', "event 1: parent_block_hash[0]: an object is no hash"],
    ['[1,[["BlockStored",[1],2,[],-1]]]', "event 1: block_size is -1, no whole number from 0 on"],
    ['["now",[["AllBlocksCleared"]],1]', 'event 1: its type is "now"'],
    ['{"ts":"now","events":[]}', 'ts is "now", no number from 0 on'],
    ['{"events":[7]}', "event 1 is 7"],
    ["7", "not a batch of events: 7"],
  ])("%s is refused as a whole", (line, problem) => {
    const { problems, prompts } = read(`${JSON.stringify([0, [stored([1])]])}\n${line}`, "vllm");
    expect(problems).toEqual([`2: ${problem}`]);
    expect(prompts).toEqual([{ hashes: [1], at: 0 }]);
  });

  test("an order that no engine has makes no circle", () => {
    const text = batches([1, stored([1], 2), stored([2], 1), stored([2, 1, 2], 1), stored([1], 1)]);
    for (const found of hashes(text)) expect(found.length).toBeLessThan(4);
  });

  test("more requests than can be open at once: those that stored last go on", () => {
    const many = Array.from({ length: 5000 }, (_, i) => stored([i]));
    const found = hashes(batches([1, ...many], [1, stored(["a"], 0), stored(["b"], 4999)]));
    expect(found.length).toBe(5001);
    expect(found.slice(-2)).toEqual([
      [0, "a"],
      [4999, "b"],
    ]);
  });
});

describe("the format is that of the first line that is sure", () => {
  const request = (...ids: number[]) => JSON.stringify({ hash_ids: ids });
  const batch = JSON.stringify([1, [["BlockStored", [1, 2], null, [], 16]]]);

  test.each([
    ['{"hash_ids":[1]}', 512],
    ['  {"timestamp":0}', 512],
    ['{"ts":1,"events":[]}', 16],
    ['{"type":"AllBlocksCleared"}', 16],
    ["[1,[]]", 16],
    ["a,b", 16],
  ])("%s", (line, blockTokens) => {
    expect(read(line).blockTokens).toBe(blockTokens);
  });

  test.each([
    ['ash_ids": [1, 2]}', 'not JSON: "ash_ids\\": [1, 2]}"'],
    ["{", 'not JSON: "{"'],
    ["[", 'not JSON: "["'],
    ["null", "not an object: null"],
    ["5", "not an object: 5"],
    ["starting", 'not JSON: "starting"'],
    ["a,b,c", 'not JSON: "a,b,c"'],
    ['{"timestamp":0}', "hash_ids is missing"],
  ])("a first line of %s is malformed, and the requests behind it are read", (line, problem) => {
    expect(read(`\n${line}\n${request(1, 2)}\n${request(1)}\n`)).toMatchObject({
      ...{ blockTokens: 512, prompts: [{ hashes: [1, 2] }, { hashes: [1] }], problems: [`2: ${problem}`] },
    });
  });

  test.each([
    ["x", 'not JSON: "x"'],
    ["{", 'not JSON: "{"'],
    ['{"hash":1}', "event 1: its type is missing"],
  ])("a first line of %s, and events behind it", (line, problem) => {
    const { problems, prompts } = read(`${line}\n${batch}`);
    expect({ problems, prompts }).toEqual({ problems: [`1: ${problem}`], prompts: [{ hashes: [1, 2], at: 1000 }] });
  });

  test("a first line that is no CSV, and CSV behind it", () => {
    expect(read("<html>\n1,2\n1")).toMatchObject({ problems: ['1: cell 1 is no hash: "<html>"'], prompts: [{}, {}] });
    expect(read("1 2\nhash_ids,tenant\n1 2,a")).toMatchObject({
      prompts: [{ hashes: [1, 2], tenant: "a" }],
      problems: ['1: cell 1 is no hash: "1 2"'],
    });
  });

  test("formats that are mixed: those of another one are malformed, each by its number", () => {
    expect(read(`${request(1)}\n1,2\n${batch}\n${request(2)}`)).toMatchObject({
      prompts: [{ hashes: [1] }, { hashes: [2] }],
      problems: ['2: not JSON: "1,2"', "3: not an object: an array"],
    });
    expect(read(`${batch}\n${request(3)}`).problems).toEqual(["2: event 1: its type is missing"]);
    expect(read(`hash_ids\n1\n${request(3)}\n2`)).toMatchObject({
      prompts: [{ hashes: [1] }, { hashes: [2] }],
      problems: ['3: JSON, where the trace is CSV: "{\\"hash_ids\\":[3]}"'],
    });
  });

  test("many lines that say nothing: it is guessed after so many", () => {
    const rubbish = "x y\n".repeat(40);
    const { problems, prompts } = read(`${rubbish}${request(1)}`);
    expect([problems.length, prompts.length]).toEqual([41, 0]);
    const broken = '{"hash_ids":[1\n'.repeat(40);
    expect(read(`${broken}${request(1)}`)).toMatchObject({ prompts: [{ hashes: [1] }] });
    expect(read(`${"a".repeat(255)},`.repeat(5000)).problems.length).toBe(0);
  });

  test("one array of all requests: what to do is said", () => {
    expect(read(`[${request(1)},${request(2)}]`).problems).toEqual([
      "1: an array of requests: each needs a line of its own, as jq -c '.[]' makes them",
    ]);
  });

  test("CSV with a header that is wrong: no line is taken for what it is not", () => {
    const twice = read("hash_ids,tenant,hash_ids\n1,a,2\n");
    expect(twice).toMatchObject({
      prompts: [],
      problems: ["1: the column hash_ids is there twice"],
      notes: ["1 line behind the malformed header not read"],
    });
    expect(read("timestamp,input_length,hashes\n1,2,3\n4,5,6")).toMatchObject({
      problems: ["1: a header without the column hash_ids"],
      notes: ["2 lines behind the malformed header not read"],
    });
    expect(read("Hash_IDs,tenants,input_length\n1,a,5")).toMatchObject({
      ...{ prompts: [{ hashes: [1], tokens: 5 }], problems: [] },
      notes: ['columns that nobody looked at: "tenants"'],
    });
  });
});

describe("vLLM's events in msgpack", () => {
  const all = (...payloads: Uint8Array[]) => Buffer.concat(payloads);
  const from = async (bytes: Uint8Array, piece: number, format?: string): Promise<Read> => {
    const read: Read = { prompts: [], problems: [], blockTokens: undefined, notes: [] };
    const reader = new TraceReader(
      {
        add: ({ hashes, at }) => read.prompts.push({ hashes: Array.from(hashes), at }),
        clear: () => read.prompts.push({ hashes: [] }),
        time: () => {},
      },
      FORMATS.find(({ name }) => name === format),
      (line, problem) => read.problems.push(`${line}: ${problem}`),
    );
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.slice(at, at + piece);
    }
    await reader.read(pieces());
    return { ...read, blockTokens: reader.reader?.blockTokens, notes: reader.reader?.notes() ?? [] };
  };
  const low = (n: number) => Buffer.from(Array.from({ length: 8 }, (_, i) => 32 * n + 24 + i)).readBigUInt64BE();
  const whole = (n: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => 32 * n + i)).toString("base64");

  test.each([1, 7, 64, 1 << 20])("payloads one behind another, in pieces of %i bytes", async (piece) => {
    const found = await from(all(LISTS, MAPS, MAPS_WHOLE, ALL_MAPS), piece);
    expect(found).toMatchObject({ problems: [], blockTokens: 4 });
    const [numbers, clear] = [{ hashes: [low(0), low(1)], at: 1500 }, { hashes: [] }];
    const texts = { hashes: [whole(0), whole(1)], at: 1500 };
    expect(found.prompts).toEqual([numbers, clear, numbers, clear, texts, clear, numbers, clear]);
    expect(found.notes).toEqual([
      expect.stringContaining("stored 8 blocks, 2 of them again, and removed 4"),
      "4 events of other memory than the GPU's left out",
    ]);
  });

  test("the same as JSON", async () => {
    const [ts, events] = [1.5, ["BlockStored", [whole(0), whole(1)], null, [], 4, null, "GPU"]];
    expect((await from(MAPS_WHOLE, 9)).prompts[0]).toEqual(read(JSON.stringify([ts, [events]])).prompts[0]);
  });

  test("further kinds of blocks are not requests of their own", async () => {
    expect((await from(all(MAPS_MORE, LISTS_MORE), 50)).notes).toContain(
      "4 events of further kinds of blocks left out: the first kind stands for all",
    );
  });

  test.each([1, 20, 1000])("one that is cut off, in pieces of %i: those before it are read", async (piece) => {
    for (let cut = 1; cut < LISTS.length; cut++) {
      const found = await from(all(LISTS, LISTS.subarray(0, LISTS.length - cut)), piece);
      expect([found.prompts.length, found.problems]).toEqual([2, ["2: the trace ends within this batch"]]);
    }
  });

  test("one that is malformed is left out, and bytes that are no msgpack end it", async () => {
    const nothing = Uint8Array.of(0xc0);
    expect(await from(all(LISTS, nothing, Uint8Array.of(0x91, 7), LISTS), 11)).toMatchObject({
      prompts: [{}, {}, {}, {}],
      problems: ["2: not a batch of events: null", "3: events is missing, no array"],
    });
    expect(await from(all(LISTS, Uint8Array.of(0xc1), LISTS), 11)).toMatchObject({
      prompts: [{}, {}],
      problems: [expect.stringMatching(/^2: not msgpack: /)],
    });
    const deep = Uint8Array.from({ length: 5000 }, (_, i) => [0xdd, 0, 0x0f, 0xff, 0xff][i % 5]);
    const long = "2: lists say that they have more than 1048576 elements";
    expect((await from(all(LISTS, deep), 100)).problems).toEqual([long]);
    const maps = Uint8Array.from({ length: 5000 }, (_, i) => [0x81, 0xa1, 0x61][i % 3]);
    expect((await from(all(LISTS, maps), 100)).problems).toEqual(["2: lists are more than 16 deep"]);
  });

  test("what the source throws is thrown, and a format that is text stays text", async () => {
    const reader = new TraceReader({ add: () => {}, clear: () => {}, time: () => {} }, undefined, () => {});
    async function* broken() {
      yield LISTS.slice(0, 10);
      throw new TypeError("gone");
    }
    await expect(reader.read(broken())).rejects.toThrow("gone");
    expect((await from(LISTS, 1000, "csv")).problems).toEqual(["1: not UTF-8 text"]);
  });
});
