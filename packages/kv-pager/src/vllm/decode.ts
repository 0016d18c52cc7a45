/** What vLLM, and engines that do as it does, publish of their caches: bytes to events. */
import { InvalidArgumentError } from "@ariax/allocator";
import { isRevoked, show, tagOf } from "@ariax/allocator/implement";
import { LineError } from "../plan/read/line-error.ts";
import { readBatch, type VllmBatch } from "./batch.ts";
import { decodeValue } from "./msgpack.ts";

/**
 * The batch of a payload, the third frame of vLLM's messages: of any version of vLLM so far, whether its events are lists or maps. O(bytes).
 *
 * @throws `InvalidArgumentError` where the bytes are none, and says why.
 */
export function decodeVllm(payload: Uint8Array): VllmBatch {
  if (isRevoked(payload) || !ArrayBuffer.isView(payload) || tagOf(payload) !== "Uint8Array") {
    throw new InvalidArgumentError(`invalid payload: ${show(payload)} is no Uint8Array`);
  }
  try {
    return readBatch(decodeValue(payload));
  } catch (error) {
    const { message } = error as { message: string };
    const why = error instanceof LineError ? message : `it is no msgpack (${message})`;
    throw new InvalidArgumentError(`invalid payload: ${why}`);
  }
}
