/** Traces that something went wrong with: whatever comes, the command says what is wrong in lines of its own, and prints all or nothing. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { run } from "./plan-command.ts";
import { LISTS, MAPS } from "./vllm-payloads.ts";

const TRACES: readonly (string | Uint8Array)[] = [
  ...[LISTS, MAPS],
  '{"hash_ids":[1,2,18446744073709551615],"timestamp":1.5,"input_length":1500,"tenant":"a"}\n{"hash_ids":[1,2]}\n',
  'a,b,"c"\na,b\n',
  'hash_ids,tenant,timestamp\n1 2,a,5\n"1;2",b,\n',
  '[1.5,[["BlockStored",[1,2],null,[],16],["BlockRemoved",[1]],["AllBlocksCleared"]]]\n{"type":"BlockStored","block_hashes":["x"],"parent_block_hash":2}\n',
];
const CHARS = '{}[]",:0123456789e.-\n\r\\;';
const OPTIONS = [["--json"], ["--json", "--full"], ["--skip-malformed"], ["--tiers", "a=1,b=3"], ["--format", "csv"]];

test.each([1, 2, 3, 4])("seed %i", async (seed) => {
  let state = seed;
  const below = (n: number): number => (state = (state * 48_271) % 2_147_483_647) % n;
  const ended = [0, 0];
  for (let n = 0; n < times(150, 3000); n++) {
    const trace = TRACES[below(TRACES.length)];
    let bytes = Buffer.concat(Array.from({ length: 1 + below(3) }, () => Buffer.from(trace)));
    if (below(4) === 0) bytes = gzipSync(bytes);
    for (let changes = below(6); changes > 0; changes--) {
      const at = below(bytes.length + 1);
      const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
      const kind = below(4);
      if (kind === 0 && at < bytes.length) bytes[at] = below(256);
      else if (kind === 1) bytes = Buffer.concat([head, Buffer.from(CHARS[below(CHARS.length)]), tail]);
      else if (kind === 2) bytes = Buffer.from(head);
      else bytes = Buffer.concat([head, bytes.subarray(below(bytes.length + 1))]);
    }
    const args = ["plan", "-", "--blocks", "2,5", ...OPTIONS[below(OPTIONS.length)]];
    const { code, out, err } = await run(args, { stdin: [bytes] });
    ended[code]++;
    expect(err).toMatch(/^(kv-pager: [^\n]+\n)*$/);
    if (code === 1) expect({ out, isSaid: err !== "" }).toEqual({ out: "", isSaid: true });
    else expect({ code, out }).toEqual({ code: 0, out: expect.not.stringMatching(/NaN|undefined|Infinity/) });
  }
  expect(Math.min(...ended)).toBeGreaterThan(20); // some were whole, some were not
});
