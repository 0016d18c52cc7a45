/** Run with few addresses (`ulimit -v`): what each way to ask for more of them throws, or does, a line each. */
import { RangeHeap } from "../../src/index.ts";

function tell(what: string, call: () => unknown): void {
  let line: string;
  try {
    line = `ok ${call() ?? ""}`.trim();
  } catch (error) {
    const { code, name, message } = error as Error & { code?: string };
    line = `${code} ${name} ${message}`;
  }
  console.log(`${what}: ${line}`);
}

const bytes = 2 ** 40;
tell("blocks", () => new RangeHeap({ bytes, granule: 256, blocks: 2 ** 24 }) && undefined);
tell("blocks, shared", () => new RangeHeap({ bytes, granule: 256, blocks: 2 ** 24, shared: true }) && undefined);
// As many blocks as there are addresses for.
tell("shared", () => new RangeHeap({ bytes, granule: 4096, shared: true }).allocate(1));
