/** A trace in msgpack: payloads of vLLM's messages, one behind another, as a subscriber writes them to a file. */
import { decodeValues } from "../../vllm/msgpack.ts";
import { LineError } from "./line-error.ts";
import { LONGEST_LINE } from "./lines.ts";

/** Begins a batch like that? A list, or a map, of up to 15: no text begins with such a byte, and each batch does. */
export function isMsgpack(byte: number): boolean {
  return byte >= 0x80 && byte <= 0x9f;
}

/** What is put behind the trace: `nil`. Comes it out as a value of its own, then nothing before it was cut off. */
const END: Uint8Array = Uint8Array.of(0xc0);

/** Batch by batch. Throws `LineError` where the bytes are no msgpack, from where on nothing can be read; and what `pieces` throws. */
export async function* batchesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const state = { bytes: 0, hasEnded: false, isTheirs: false };
  const values = decodeValues(feed(pieces, state));
  try {
    for (let next = await values.next(); !next.done; next = await values.next()) {
      state.bytes = 0;
      if (!state.hasEnded) yield next.value;
      else if (next.value === null) return;
    }
  } catch (error) {
    if (state.isTheirs || error instanceof LineError) throw error;
    throw new LineError(`not msgpack: ${(error as { message: string }).message}`);
  }
  throw new LineError("the trace ends within this batch");
}

interface State {
  /** Of the batch that has not ended. */
  bytes: number;
  hasEnded: boolean;
  /** Whether it was `pieces` that threw. */
  isTheirs: boolean;
}

async function* feed(pieces: AsyncIterable<Uint8Array>, state: State): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of pieces) {
      state.bytes += piece.length;
      if (state.bytes > LONGEST_LINE) throw new LineError(`longer than ${LONGEST_LINE} bytes`);
      yield piece;
    }
  } catch (error) {
    state.isTheirs = true;
    throw error;
  }
  state.hasEnded = true;
  yield END;
}
