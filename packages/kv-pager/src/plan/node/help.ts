import { FORMATS, MOST_UNSURE } from "../read/formats.ts";

/** PLANNER.md says it in the same words. */
const RECOGNISED = `The planner recognises the format by the first line that can be of one format only, among the first ${MOST_UNSURE.lines}; if that fails, pass
--format:`;

export const HELP: string = `kv-pager plan TRACE... [options]     what caches of other sizes and policies would do with a trace
kv-pager generate [options]          makes a trace of requests, as JSON lines

TRACE is a file, or - for the standard input; plain or gzip. Several are read one behind the other.
${RECOGNISED}
${FORMATS.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join("\n")}

plan:
  --blocks N,...        caches to plan with, in blocks, or in bytes as 40GB; five from 1,000 to 100,000 unless given
  --policy NAME,...     orders of eviction; all that there are unless given
  --tiers NAME=N,...    memory that follows each other, as gpu=5000,host=20000: what each saves, and what twice as much would
  --format NAME         of the trace, where it is not found
  --block-tokens N      tokens of a block; unless given: what the events of vllm say; 512 for mooncake and 16 for csv, where that
                        fits the requests' lengths, or else what these say
  --token-bytes N       bytes that a token takes in the cache: tables show memory, and sizes may be bytes
  --skip-malformed      leaves malformed lines out; without it they end the command
  --json                an array of { policy, blocks, lookups, hits } instead of tables
  --full                with --json: all that the tables show, also tiers, tenants and warnings; ignored without
  --page FILE           the same as a page with charts

generate:
  --requests N          10,000 unless given
  --seed N              the same seed, the same trace; 1 unless given
  --tenants N           4 unless given; 0: none are named
  --rate X              requests a second; 3.3 unless given
  --block-tokens N      512 unless given

Exit codes: 0 done; 1 the trace can't be read or is malformed, or a result can't be written; 2 wrong arguments.
`;
