/**
 * # @ariax/kv-pager/vllm: events as vLLM publishes them
 *
 *     pager.events.drain() ──▶ encodeVllm ──▶ payload ──▶ vllmFrames ──▶ [topic, number, payload]   over ZeroMQ
 *                                             payload ──▶ decodeVllm ──▶ batch of events
 *
 * An entry of its own: it depends on `@msgpack/msgpack`, and the pager does not. The sockets are yours: `zeromq` has them.
 */
export type { VllmBatch, VllmEvent, VllmHash, VllmRemoved, VllmStored } from "./batch.ts";
export { decodeVllm } from "./decode.ts";
export { encodeVllm, type VllmBlock, type VllmOptions } from "./encode.ts";
export { vllmFrames } from "./frames.ts";
