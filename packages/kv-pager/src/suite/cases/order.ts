/** Which block goes next: vLLM's order, exactly. */
import { equal } from "../fail.ts";
import { admit, type Case, cached, EIGHT, table, tokens } from "./case.ts";

export const ORDER: readonly Case[] = [
  {
    number: 3,
    name: "the example of vLLM's document, with empty blocks first",
    origin: "vLLM design document, time 6; vllm-project/vllm#42656",
    order: true,
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 10, policy: "vllm" });
      const first = admit(pager, { tokens: tokens(15) });
      for (const token of [15, 16]) {
        pager.append(first, token);
        pager.commit(first);
      }
      const second = admit(pager, { tokens: [...tokens(10), 50, 51, 52, 53] });
      equal("the first's blocks", table(pager, first), [1, 2, 3, 4, 5]);
      equal("the second's blocks", table(pager, second), [1, 2, 6, 7]);
      pager.close(first);
      pager.close(second);
      // By vLLM before #42656, one queue: 8 9 10 5 4 3 7 6 2 1, and so 1 2 3 8 9 10 5 4. Cached 4 and 6 survive here.
      const third = admit(pager, { tokens: [...tokens(12), ...tokens(17, 100)] });
      equal("the third's blocks", table(pager, third), [1, 2, 3, 5, 7, 8, 9, 10]);
      equal("what survives of the first", cached(pager, { tokens: tokens(17) }), 16);
    },
  },
  {
    number: 4,
    name: "the tail of a closed sequence goes first",
    origin: "vLLM, blocks are freed in reverse",
    order: true,
    run: (create) => {
      const pager = create({ ...EIGHT, policy: "vllm" });
      admit(pager, { tokens: tokens(16, 100) });
      const first = admit(pager, { tokens: tokens(16) });
      const blocks = table(pager, first);
      pager.close(first);
      const next = admit(pager, { tokens: tokens(8, 200) });
      equal("the next one's blocks", table(pager, next), [blocks[3], blocks[2]]);
      equal("cached of what is left", cached(pager, { tokens: tokens(16) }), 8);
    },
  },
  {
    number: 16,
    name: "a block that was never full is used again before one that is cached",
    origin: "vllm-project/vllm#42656",
    order: true,
    run: (create) => {
      const pager = create({ ...EIGHT, policy: "vllm" });
      const first = admit(pager, { tokens: tokens(10) });
      const blocks = table(pager, first);
      admit(pager, { tokens: tokens(20, 100) });
      pager.close(first);
      equal("the next one's block", table(pager, admit(pager, { tokens: tokens(4, 200) })), [blocks[2]]);
      equal("cached", cached(pager, { tokens: tokens(10) }), 8);
    },
  },
];
