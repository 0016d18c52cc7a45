/**
 * Mooncake's traces: an object a line, `timestamp` in ms, `input_length` in tokens, and `hash_ids` of prefixes in blocks of 512 tokens.
 * `tenant` is ours. All but `hash_ids` may be left out, and other fields are not looked at.
 */
import { isObject, kindOf, numberOf, parseLine, tenantOf } from "./json.ts";
import { LineError } from "./line-error.ts";
import { type Format, hashesOf, type Reader, type Sink } from "./reader.ts";

export const MOONCAKE: Format = {
  name: "mooncake",
  what: "JSON lines with hash_ids, and maybe timestamp (ms), input_length (tokens), tenant",
  create: (sink) => new MooncakeReader(sink),
};

class MooncakeReader implements Reader {
  readonly blockTokens = 512;
  private readonly sink: Sink;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  line(text: string): void {
    const value = parseLine(text);
    if (Array.isArray(value) && isObject(value[0])) {
      throw new LineError("an array of requests: each needs a line of its own, as jq -c '.[]' makes them");
    }
    if (!isObject(value)) throw new LineError(`not an object: ${kindOf(value)}`);
    const prompt = {
      hashes: hashesOf("hash_ids", value.hash_ids),
      at: numberOf("timestamp", value.timestamp),
      tokens: numberOf("input_length", value.input_length, true),
      tenant: tenantOf(value.tenant),
    };
    if (prompt.at !== undefined) this.sink.time(prompt.at);
    this.sink.add(prompt);
  }

  end(): void {}

  notes(): string[] {
    return [];
  }
}
