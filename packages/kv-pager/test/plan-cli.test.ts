/** The command, as its users meet it: what it prints, where, and its exit code. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { POLICIES } from "../src/index.ts";
import { generateTrace } from "../src/plan/index.ts";
import { lines, run, traceFolder } from "./plan-command.ts";
import { LISTS } from "./vllm-payloads.ts";

const { file, folder } = traceFolder();

const TRACE = lines([1, 2], [1, 2, 3], [4], [1, 2]);
const JSON_1 = [{ policy: "vllm", blocks: 4, lookups: 8, hits: 4 }];
const planned = (path: string, ...options: string[]) =>
  run(["plan", path, "--blocks", "4", "--policy", "vllm", "--json", ...options]);

describe("results", () => {
  test("an array, a cache after the other, as they were asked for", async () => {
    const { code, out, err } = await run([
      "plan",
      file(TRACE),
      "--blocks",
      "4,1",
      "--blocks=3,4",
      "--policy=vllm",
      "--json",
    ]);
    expect({ code, err }).toEqual({
      code: 0,
      err: "kv-pager: vllm, 1 block: not enough for 3 requests, which count as not served\n",
    });
    expect(JSON.parse(out)).toEqual([
      { policy: "vllm", blocks: 4, lookups: 8, hits: 4 },
      { policy: "vllm", blocks: 1, lookups: 8, hits: 0 },
      { policy: "vllm", blocks: 3, lookups: 8, hits: 4 },
    ]);
  });

  test("all policies and five capacities, unless some are named", async () => {
    const { out } = await run(["plan", file(TRACE), "--json"]);
    const all = JSON.parse(out) as { policy: string; blocks: number }[];
    expect(all.map(({ policy, blocks }) => `${policy} ${blocks}`)).toEqual(
      POLICIES.flatMap(({ name }) => [1000, 3000, 10_000, 30_000, 100_000].map((blocks) => `${name} ${blocks}`)),
    );
  });

  test.each([
    ["plain", TRACE],
    ["gzip", gzipSync(TRACE)],
    ["gzip of two members", Buffer.concat([gzipSync(TRACE.slice(0, 20)), gzipSync(TRACE.slice(20))])],
    ["with CRLF and blank lines", `\n\n${TRACE.replaceAll("\n", "\r\n\r\n")}`],
    ["without its last end of line", TRACE.trimEnd()],
  ])("of a file that is %s", async (_, content) => {
    const { code, out, err } = await planned(file(content));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toEqual(JSON_1);
  });

  test.each([
    ["plain", [TRACE]],
    ["plain, byte by byte", [...TRACE]],
    ["gzip", [gzipSync(TRACE)]],
    ["gzip, byte by byte", [...gzipSync(TRACE)].map((byte) => Uint8Array.of(byte))],
  ])("of the standard input, %s", async (_, stdin) => {
    const { code, out } = await run(["plan", "-", "--blocks", "4", "--policy", "vllm", "--json"], { stdin });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON_1);
  });

  test("of several traces, one behind the other, each in its own format", async () => {
    const { out } = await run([
      ...["plan", file(lines([1, 2])), file("1,2,3\n4\n1,2\n")],
      ...["--blocks", "4", "--policy", "vllm", "--json"],
    ]);
    expect(JSON.parse(out)).toEqual(JSON_1);
  });

  test("of vLLM's payloads in msgpack, plain and gzip", async () => {
    for (const content of [LISTS, gzipSync(LISTS)]) {
      const { code, out, err } = await planned(file(content));
      expect({ code, lines: err.split("\n").length - 1 }).toEqual({ code: 0, lines: 2 });
      expect(JSON.parse(out)).toEqual([{ policy: "vllm", blocks: 4, lookups: 2, hits: 0 }]);
    }
  });

  test("of ids beyond 2⁵³, which are not one", async () => {
    const path = file(
      '{"hash_ids":[18446744073709551615]}\n{"hash_ids":[18446744073709551614]}\n{"hash_ids":[18446744073709551615]}\n',
    );
    expect(JSON.parse((await planned(path)).out)[0]).toMatchObject({ lookups: 3, hits: 1 });
  });
});

describe("tables", () => {
  test("with everything that a trace has", async () => {
    const path = file([...generateTrace({ requests: 300, tenants: 2 })].map((one) => JSON.stringify(one)).join("\n"));
    const { code, out, err } = await run([
      ...["plan", path, "--policy", "vllm", "--blocks", "100,1000,10000"],
      ...["--tiers", "gpu=100,host=900", "--token-bytes", "1000"],
    ]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const titles = out.split("\n").filter((line) => /^\S/.test(line));
    expect(titles).toEqual([
      expect.stringMatching(
        /^300 requests in .*: [\d,]+ blocks of 512 tokens looked up \(.* tokens\), [\d,]+ of them different, .* % of these used once$/,
      ),
      "Hits by capacity and policy",
      "Tiers of memory, by vllm",
      "Tenants side by side",
      "Working set",
      "Reuse distance",
      "Reuse in time",
    ]);
    expect(out).toMatch(/^ {2}vllm +1,000 +512 MB +[\d,]+ +[\d.]+ % /m);
    expect(out).toMatch(/Twice the host memory: [\d.]+( [kM])? tokens more, [\d.]+ % of all\./);
  });

  test("what a tenant is called can't command the terminal", async () => {
    const path = file(`${JSON.stringify({ hash_ids: [1], tenant: "\u001b[31mred\nline\u202e<b>" })}\n`);
    const { out } = await run(["plan", path, "--blocks", "1"]);
    expect(out).toContain("\ufffd[31mred\ufffdline\ufffd<b>");
    expect(out).not.toContain("\u001b");
    expect(out).not.toContain("\u202e");
  });

  test("a request that is too long is in the table, and said", async () => {
    const { code, out, err } = await run(["plan", file(TRACE), "--blocks", "2", "--policy", "vllm"]);
    expect(code).toBe(0);
    expect(err).toBe("kv-pager: vllm, 2 blocks: not enough for 1 request, which count as not served\n");
    expect(out).toContain("too long");
  });
});

describe("tiers", () => {
  test("what each adds, and twice of each, are the hits of caches of so many blocks", async () => {
    const path = file([...generateTrace({ requests: 500 })].map((one) => JSON.stringify(one)).join("\n"));
    const hits = async (blocks: number): Promise<number> =>
      JSON.parse((await run(["plan", path, "--blocks", String(blocks), "--policy", "vllm", "--json"])).out)[0].hits;
    const { out } = await run([
      "plan",
      path,
      "--tiers",
      "gpu=200,host=300,disk=400",
      "--policy",
      "vllm",
      "--json",
      "--full",
    ]);
    const { tiers, capacities } = JSON.parse(out);
    const [h200, h500, h900] = [await hits(200), await hits(500), await hits(900)];
    expect(capacities.map(({ blocks, hits }: Record<string, number>) => [blocks, hits])).toEqual([
      [200, h200],
      [500, h500],
      [900, h900],
    ]);
    expect(
      tiers[0].tiers.map(({ name, blocks, adds, twice }: Record<string, { hits: number }>) => [
        name,
        blocks,
        adds.hits,
        twice.hits,
      ]),
    ).toEqual([
      ["gpu", 200, h200, (await hits(1100)) - h900],
      ["host", 300, h500 - h200, (await hits(1200)) - h900],
      ["disk", 400, h900 - h500, (await hits(1300)) - h900],
    ]);
  });

  test("tokens that are saved: whole blocks, but of a request that was there as a whole its own", async () => {
    const text = [
      { hash_ids: [1, 2], input_length: 900 },
      { hash_ids: [1, 2], input_length: 900 },
      { hash_ids: [1, 3], input_length: 800 },
    ];
    const path = file(text.map((one) => JSON.stringify(one)).join("\n"));
    const { out } = await run(["plan", path, "--blocks", "9", "--policy", "vllm", "--json", "--full"]);
    expect(JSON.parse(out)).toMatchObject({
      trace: { tokens: 2600 },
      capacities: [{ hits: 3, tokens: 900 + 512, saved: (900 + 512) / 2600 }],
    });
  });

  test("sizes as bytes", async () => {
    const { out } = await run([
      ...["plan", file(TRACE), "--block-tokens", "16", "--token-bytes", "1000", "--policy", "vllm"],
      ...["--tiers", "gpu=1MB, host=1.5MiB", "--blocks", "64kB", "--json", "--full"],
    ]);
    const { tiers, capacities } = JSON.parse(out);
    expect(tiers[0].tiers.map((one: { blocks: number; bytes: number }) => [one.blocks, one.bytes])).toEqual([
      [62, 992_000],
      [98, 1_568_000],
    ]);
    expect(capacities[0]).toMatchObject({ blocks: 4, bytes: 64_000 });
  });
});

describe("malformed lines", () => {
  const bad = `${lines([1, 2])}oops\n${lines([1, 2, 3])}{"timestamp":1}\n{"hash_ids":[4`;

  test("each is said with its number, and nothing is planned", async () => {
    const path = file(bad);
    expect(await planned(path)).toEqual({
      code: 1,
      out: "",
      err: [
        `kv-pager: ${path}:2: not JSON: "oops"`,
        `kv-pager: ${path}:4: hash_ids is missing`,
        `kv-pager: ${path}:5: not JSON: "{\\"hash_ids\\":[4" (the trace ends within this line)`,
        "kv-pager: 3 malformed lines, nothing is planned: --skip-malformed plans without\n",
      ].join("\n"),
    });
  });

  test("or they are left out", async () => {
    const { code, out, err } = await planned(file(bad), "--skip-malformed");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([{ policy: "vllm", blocks: 4, lookups: 5, hits: 2 }]);
    expect(err).toContain(": 3 malformed lines left out\n");
  });

  test("of very many only the first are shown", async () => {
    const path = file(`${lines([1])}${"x\n".repeat(1000)}`);
    const { err } = await planned(path);
    expect(err.split("\n").length).toBe(20 + 2 + 1);
    expect(err).toContain(`kv-pager: ${path}: 980 more malformed lines\n`);
  });

  test("a trace of one malformed line has no requests, left out or not", async () => {
    const path = file('{"hash_ids":');
    expect(await planned(path)).toMatchObject({ code: 1, out: "" });
    const { code, err } = await planned(path, "--skip-malformed");
    expect({ code, last: err.trim().split("\n").at(-1) }).toEqual({ code: 1, last: `kv-pager: ${path}: no requests` });
  });
});

describe("a trace that can't be read: one line, exit code 1, nothing printed", () => {
  test.each([
    ["is empty", "", "no requests"],
    ["is blank", "\n\r\n", "no requests"],
    ["is empty, by gzip", gzipSync(""), "no requests"],
    ["is cut gzip", gzipSync(TRACE).subarray(0, 30), "gzip is damaged: unexpected end of file"],
    ["is nothing but gzip's mark", Uint8Array.of(0x1f, 0x8b), "gzip is damaged: unexpected end of file"],
    [
      "is gzip with a wrong byte",
      gzipSync(TRACE.repeat(50)).map((byte, i) => (i === 40 ? byte ^ 0xff : byte)),
      "gzip is damaged: ",
    ],
    [
      "is gzip with a wrong sum",
      gzipSync(TRACE).map((byte, i, all) => (i === all.length - 8 ? byte ^ 1 : byte)),
      "gzip is damaged: incorrect data check",
    ],
  ])("it %s", async (_, content, why) => {
    const path = file(content);
    const { code, out, err } = await planned(path);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^[^\n]*\n$/);
    expect(err).toContain(`kv-pager: ${path}: ${why}`);
  });

  test.each([
    ["zstd", [0x28, 0xb5, 0x2f, 0xfd, 4, 0], "packed by zstd: unpack it, as by zstd -dc FILE | kv-pager plan -"],
    ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "packed by xz: unpack it, as by xz -dc FILE | kv-pager plan -"],
    ["bzip2", [..."BZh91AY&SY"], "packed by bzip2: unpack it, as by bzip2 -dc FILE | kv-pager plan -"],
    ["zip", [..."PK\x03\x04"], "a zip archive: unpack it, as by unzip -p FILE | kv-pager plan -"],
    ["Parquet", [..."PAR1\x15\x04"], "Parquet: write its rows as JSON lines"],
    [
      "UTF-16",
      [0xff, 0xfe, 0x7b, 0],
      "text in UTF-16: convert it, as by iconv -f UTF-16 -t UTF-8 FILE | kv-pager plan -",
    ],
  ])("it is %s: what to do is said", async (_, content, what) => {
    const bytes = Uint8Array.from(content.map((one) => (typeof one === "string" ? one.charCodeAt(0) : one)));
    const path = file(bytes);
    expect(await planned(path)).toEqual({ code: 1, out: "", err: `kv-pager: ${path}: is ${what}\n` });
    const pieces = { stdin: [...bytes].map((byte) => Uint8Array.of(byte)) };
    expect((await run(["plan", "-"], pieces)).err).toBe(`kv-pager: standard input: is ${what}\n`);
  });

  test("it is not there, or a folder", async () => {
    const path = join(folder, "nowhere");
    expect(await planned(path)).toEqual({
      code: 1,
      out: "",
      err: `kv-pager: ${path}: can't be read (ENOENT: there is no such file)\n`,
    });
    expect(await planned(folder)).toEqual({
      code: 1,
      out: "",
      err: `kv-pager: ${folder}: can't be read (EISDIR: it is a folder, name the files in it)\n`,
    });
  });

  test("the standard input fails", async () => {
    const broken = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(Object.assign(new Error("x"), { code: "EIO" })) }),
    };
    const { main } = await import("../src/plan/node/cli.ts");
    let err = "";
    const streams = {
      out: { write: () => {} },
      err: { write: (text: string) => (err += text) },
      stdin: broken,
      now: () => 0,
    };
    expect(await main(["plan", "-"], streams as never)).toBe(1);
    expect(err).toBe("kv-pager: standard input: can't be read (EIO)\n");
  });
});

describe("wrong arguments: one line, exit code 2, nothing read", () => {
  const names = POLICIES.map(({ name }) => name).join(", ");
  test.each<[string[], string]>([
    [[], "no command"],
    [["plot"], 'unknown command "plot"'],
    [["constructor"], 'unknown command "constructor"'],
    [["plan"], "plan needs a trace: a file, or - for the standard input"],
    [["plan", "--json"], "plan needs a trace: a file, or - for the standard input"],
    [["plan", "-", "t", "-"], "- is there twice: there is one standard input"],
    [["plan", "t", "--jason"], "unknown option --jason"],
    [["plan", "t", "-j"], "unknown option -j"],
    [["plan", "t", "--json=yes"], "--json takes no value"],
    [["plan", "t", "--blocks"], "--blocks needs a value"],
    [["plan", "t", "--blocks="], "--blocks needs a value"],
    [["plan", "t", "--blocks", "0"], '--blocks: "0" is not a whole number from 1 to 16777215'],
    [["plan", "t", "--blocks=-1"], '--blocks: "-1" is not a whole number from 1 to 16777215'],
    [["plan", "t", "--blocks", "1e3"], '--blocks: "1e3" is not a whole number from 1 to 16777215'],
    [["plan", "t", "--blocks", "1.5"], '--blocks: "1.5" is not a whole number from 1 to 16777215'],
    [
      ["plan", "t", "--blocks", "99999999999999999999"],
      '--blocks: "99999999999999999999" is not a whole number from 1 to 16777215',
    ],
    [["plan", "t", "--blocks", "1,,2"], "--blocks: a value is empty"],
    [["plan", "t", "--blocks", "many"], '--blocks: "many" is not a whole number from 1 to 16777215'],
    [
      ["plan", "t", "--blocks", "40GB"],
      "--blocks: 40GB needs --token-bytes and --block-tokens, to be a number of blocks",
    ],
    [
      ["plan", "t", "--blocks", "1B", "--token-bytes", "9", "--block-tokens", "9"],
      '--blocks: 1B: "0" is not a whole number from 1 to 16777215',
    ],
    [["plan", "t", "--policy", "mru"], `--policy: "mru" is not one of ${names}`],
    [["plan", "t", "--policy", "vllm,toString"], `--policy: "toString" is not one of ${names}`],
    [["plan", "t", "--format", "xml"], '--format: "xml" is not one of mooncake, vllm, csv'],
    [["plan", "t", "--block-tokens", "0"], '--block-tokens: "0" is not a whole number from 1 to 9007199254740991'],
    [["plan", "t", "--tiers", "5"], '--tiers: "5" is not NAME=BLOCKS'],
    [["plan", "t", "--tiers", "a=b=c"], '--tiers: "a=b=c" is not NAME=BLOCKS'],
    [["plan", "t", "--tiers", "=5"], '--tiers: "=5" is not NAME=BLOCKS'],
    [["plan", "t", "--tiers", "gpu=0"], '--tiers: gpu: "0" is not a whole number from 1 to 16777215'],
    [["plan", "t", "--tiers", "gpu=1,gpu=2"], "--tiers: gpu is there twice"],
    [["plan", "t", "--tiers", "a=16777215,b=1"], "invalid blocks: 16777216 is not a whole number from 1 to 16777215"],
    [["plan", "t", "--page", "a", "--page", "b"], "--page is there twice"],
    [["plan", "t", "--page", folder], `--page: ${folder} is a folder`],
    [["generate", "x"], 'generate takes no "x"'],
    [["generate", "--rate", "0"], "invalid rate: 0 is not a number from 0.000001 to 1000000"],
    [["generate", "--rate", "x"], "invalid rate: NaN is not a number from 0.000001 to 1000000"],
    [["generate", "--seed", "4294967296"], "invalid seed: 4294967296 is not a whole number from 0 to 4294967295"],
  ])("%j", async (args, message) => {
    expect(await run(args)).toEqual({
      code: 2,
      out: "",
      err: `kv-pager: ${message}; kv-pager --help says what is possible\n`,
    });
  });
});

describe("a page", () => {
  test("is one file, with charts, and has the trace's names as text", async () => {
    const hostile = '<script>alert("1")</script>&';
    const path = file(
      [
        { hash_ids: [1, 2], tenant: hostile, timestamp: 0 },
        { hash_ids: [1, 2], tenant: "b", timestamp: 9e4 },
      ]
        .map((one) => JSON.stringify(one))
        .join("\n"),
    );
    const page = join(folder, "page.html");
    const { code, out, err } = await run([
      "plan",
      path,
      "--blocks",
      "4,8",
      "--tiers",
      "a=1,b=2",
      "--page",
      page,
      "--json",
    ]);
    expect({ code, err: err.replace(/^kv-pager: \w+, 1 blocks.*\n/gm, "") }).toMatchObject({ code: 0 });
    expect(JSON.parse(out).length).toBe(2 * POLICIES.length);
    const html = readFileSync(page, "utf8");
    expect(html).not.toMatch(/<script|<link|<img|https?:|@import|url\(/);
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;");
    expect(html.match(/<svg /g)!.length).toBeGreaterThanOrEqual(4);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    for (const tag of ["table", "svg", "section", "td", "tr", "div", "p", "text"]) {
      expect(html.split(`<${tag}`).filter((rest, i) => i > 0 && /^[ >]/.test(rest)).length, tag).toBe(
        html.split(`</${tag}>`).length - 1,
      );
    }
  });

  test("of a trace without any reuse has no NaN either", async () => {
    const page = join(folder, "none.html");
    await run(["plan", file('{"hash_ids":[]}\n'), "--blocks", "4", "--page", page]);
    expect(readFileSync(page, "utf8")).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("is not written over the trace", async () => {
    const path = file(TRACE);
    expect(await run(["plan", path, "--page", path])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`--page: ${path} is the trace`),
    });
    expect(readFileSync(path, "utf8")).toBe(TRACE);
  });

  test("that can't be written is said behind the tables", async () => {
    const page = join(folder, "nowhere", "page.html");
    const { code, out, err } = await run(["plan", file(TRACE), "--blocks", "4", "--page", page]);
    expect({ code, err }).toEqual({ code: 1, err: `kv-pager: --page: ${page} can't be written (ENOENT)\n` });
    expect(out).toContain("Hits by capacity");
  });

  test("is not written where lines are malformed", async () => {
    const page = join(folder, "malformed.html");
    await run(["plan", file("{"), "--page", page]);
    expect(existsSync(page)).toBe(false);
  });
});

describe("progress", () => {
  const path = file(lines(...Array.from({ length: 50 }, (_, i) => [i])));

  test("is a line of a terminal that is written over, and taken away before another", async () => {
    let now = 0;
    const { err } = await run(["plan", path, "--blocks", "1"], { isTTY: true, now: () => (now += 60) });
    const shown = err.replaceAll("\u001b[K", "|").split("\r").slice(1);
    expect(shown.at(-1)).toBe("|");
    expect(shown.length).toBeGreaterThan(5);
    for (const line of shown.slice(0, -1)) expect(line).toMatch(/^100\.0 % of 890 B read, \d+ requests, \d+\.\d s\|$/);
  });

  test("is a line each half minute elsewhere", async () => {
    let now = 0;
    const { err } = await run(["plan", "-", "--blocks", "1"], {
      stdin: [readFileSync(path)],
      now: () => (now += 1500),
    });
    expect(err).toMatch(/^(kv-pager: \d+ B read, \d+ requests, \d+\.\d s\n){2}$/);
  });

  test("is not shown where all is done at once", async () => {
    expect((await run(["plan", path, "--blocks", "1"], { isTTY: true })).err).toBe("");
  });
});

test.each([["--help"], ["plan", "--help"], ["generate", "-h"]])("help: %s %s", async (...args) => {
  const { code, out, err } = await run(args.filter((arg) => arg !== undefined));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^kv-pager plan TRACE/);
  const page = readFileSync(join(import.meta.dirname, "../PLANNER.md"), "utf8");
  expect(page).toContain(`\`\`\`text\n${out}\`\`\`\n`);
  // The format is recognised as both say, in the same words.
  const [, words] = /^The planner recognises(.*?):$/ms.exec(out)!;
  expect(page.replace(/\s+/g, " ")).toContain(words.replace(/\s+/g, " "));
});

test("version", async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
  expect(await run(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

test("what is generated is planned with", async () => {
  const { out } = await run(["generate", "--requests", "50", "--seed", "7", "--tenants", "0"]);
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([...generateTrace({ requests: 50, seed: 7, tenants: 0 })]);
  const planned = await run(["plan", "-", "--blocks", "1000", "--policy", "vllm", "--json"], { stdin: [out] });
  expect(JSON.parse(planned.out)[0].hits).toBeGreaterThan(0);
});
