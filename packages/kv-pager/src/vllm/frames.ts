/** The three frames of vLLM's messages over ZeroMQ, for a `PUB` socket of yours: topic, number, payload. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, newBuffer, show, tagOf } from "@ariax/allocator/implement";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { checkText } from "../keys/keys.ts";

/**
 * The frames of one batch. `seq` counts batches, from 0 on, without a gap: by it a reader sees that it has missed some. O(topic).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `HostMemoryError`, `UnsupportedError` where the host has no memory for them.
 */
export function vllmFrames(
  topic: string,
  seq: number,
  payload: Uint8Array,
): [topic: Uint8Array, seq: Uint8Array, payload: Uint8Array] {
  checkInteger("seq", seq, 0, Number.MAX_SAFE_INTEGER);
  if (!ArrayBuffer.isView(payload) || tagOf(payload) !== "Uint8Array") {
    throw new InvalidArgumentError(`invalid payload: ${show(payload)} is no Uint8Array`);
  }
  const number = new DataView(newBuffer(8));
  number.setBigUint64(0, BigInt(seq));
  return [utf8ToBytes(checkText("topic", topic)), new Uint8Array(number.buffer), payload];
}
