/** What engines call beside the books of blocks: keys for a prompt, and a token for each sequence that runs. */
import { createHash } from "node:crypto";
import { ChainKeys, type KeyMaker, KvPager, keysOf, VllmKeys } from "@ariax/kv-pager";

export interface Call {
  readonly name: string;
  readonly subject: string;
  readonly origin: "ours" | "rival";
  readonly what: string;
  /** Blocks, or tokens, in a batch. */
  readonly units: number;
  /** The batch, which returns the same each time. */
  readonly prepare: () => () => number;
}

const BLOCKS = 128;
const BLOCK_TOKENS = 16;
const RUNNING = 256;
/** Of the decoded tokens' blocks, so that the calls that need a new one are few. */
const LONG_BLOCK = 512;

const HASH = "hash of a block of 16 tokens";
const DECODE = "a decoded token, no new block";

const tokensOf = (): Int32Array => Int32Array.from({ length: BLOCKS * BLOCK_TOKENS }, (_, i) => (i * 7919) % 128_256);

const hash = (subject: string, what: string, make: () => KeyMaker): Call => ({
  ...{ name: HASH, subject, origin: "ours", what, units: BLOCKS },
  prepare() {
    const [maker, tokens] = [make(), tokensOf()];
    const context = maker.context({});
    return () => keysOf(maker, context, tokens)[8 * BLOCKS - 1]!;
  },
});

export const CALLS: readonly Call[] = [
  hash("ChainKeys", "SHA-256's compression, once a block", () => new ChainKeys({ seed: "bench" })),
  hash("VllmKeys", "vLLM's sha256_cbor, the same keys as its own", () => new VllmKeys({ seed: "0" })),
  {
    ...{ name: HASH, subject: "node:crypto", origin: "rival", units: BLOCKS },
    what: "SHA-256 of the key before and the tokens, by Node's own createHash",
    prepare() {
      const tokens = new Uint8Array(tokensOf().buffer);
      const bytes = 4 * BLOCK_TOKENS;
      return () => {
        let key: Uint8Array = new Uint8Array(32);
        for (let b = 0; b < BLOCKS; b++) {
          const block = tokens.subarray(b * bytes, (b + 1) * bytes);
          key = createHash("sha256").update(key).update(block).digest();
        }
        return key[31]!;
      };
    },
  },
  {
    ...{ name: DECODE, subject: "KvPager", origin: "ours", units: RUNNING },
    what: `append and commit, for each of ${RUNNING} sequences`,
    prepare() {
      const pager = new KvPager({ blocks: 24_576, blockTokens: LONG_BLOCK, sequences: RUNNING });
      const open = () => {
        const sequence = pager.open({ tokens: [1] });
        if (!pager.allocateSlots(sequence, 1)) throw new Error("no slots");
        return sequence;
      };
      let running = Array.from({ length: RUNNING }, open);
      let left = LONG_BLOCK - 1;
      return () => {
        if (left-- === 0) {
          for (const sequence of running) pager.close(sequence);
          running = running.map(open);
          left = LONG_BLOCK - 2;
        }
        let appended = 0;
        for (const sequence of running) {
          if (pager.append(sequence, 7)) appended++;
          pager.commit(sequence, 1);
        }
        return appended;
      };
    },
  },
];
