/** What is found of a prompt: whole blocks, all but the last token, and nothing that was not certain, or is of other weights. */
import { check, equal } from "../fail.ts";
import { admit, type Case, cached, EIGHT, run, table, tokens, watched } from "./case.ts";

export const FOUND: readonly Case[] = [
  {
    number: 1,
    name: "a prompt of two full blocks, sent twice: one token is left to compute",
    origin: "vLLM, KVCacheManager.get_computed_blocks",
    run: (create) => {
      const pager = create(EIGHT);
      admit(pager, { tokens: tokens(8) });
      equal("cached of the second", cached(pager, { tokens: tokens(8) }), 4);
      equal("cached of one more token", cached(pager, { tokens: tokens(9) }), 8);
    },
  },
  {
    number: 2,
    name: "10 tokens of 14 are shared: two blocks hit, the third is not full",
    origin: "vLLM design document on prefix caching, time 3",
    run: (create) => {
      const pager = create(EIGHT);
      admit(pager, { tokens: tokens(10) });
      equal("cached", cached(pager, { tokens: [...tokens(10), 50, 51, 52, 53] }), 8);
    },
  },
  {
    number: 13,
    name: "a block that speculative tokens fill is not known before they are certain",
    origin: "vLLM, allocate_slots: never beyond num_tokens",
    needs: ["rewind", "events"],
    run: (create) => {
      const engine = watched(create, { ...EIGHT, events: true });
      const job = run(engine, { tokens: tokens(5) });
      for (const token of [5, 6, 7]) engine.append(job, token);
      equal("cached, while it is speculative", cached(engine.pager, { tokens: tokens(9) }), 4);
      engine.rewind(job, 2);
      engine.commit(job, 1);
      for (const token of [60, 70]) engine.append(job, token);
      equal("cached, while the rest is", cached(engine.pager, { tokens: [...tokens(6), 60, 70, 8] }), 4);
      engine.commit(job, 2);
      equal("cached of what was taken back", cached(engine.pager, { tokens: tokens(9) }), 4);
      equal("cached of what is certain", cached(engine.pager, { tokens: [...tokens(6), 60, 70, 8] }), 8);
    },
  },
  {
    number: 14,
    name: "preempted with 480 tokens, and back at once: all full blocks hit",
    origin: "vllm-project/vllm#54644",
    needs: ["preempt"],
    run: (create) => {
      const engine = watched(create, { blocks: 40, blockTokens: 16, seed: "cases" });
      const job = engine.open({ tokens: tokens(481) });
      check(engine.allocate(job, 480), () => "no slots for 480 tokens in 40 blocks");
      const { recompute, freed } = engine.pager.cost!(job.sequence);
      check(recompute <= 480 && freed === 30, () => `cost said ${recompute} tokens and ${freed} blocks`);
      engine.preempt(job);
      equal("cached", engine.computed(job), 480);
      run(engine, { tokens: tokens(240, 1000) });
      const left = engine.computed(job);
      check(left >= 0 && left <= 480, () => `cached ${left}`);
      equal("slots, in the 25 blocks that are left", engine.allocate(job, 481 - left), false);
    },
  },
  {
    number: 25,
    name: "a reset while three run: they keep their blocks, and nothing of theirs is ever found",
    origin: "vllm-project/vllm#12284, SkyRL #1824, TensorRT-LLM #17145",
    needs: ["reset", "events"],
    run: (create) => {
      const pager = create({ ...EIGHT, events: true });
      const three = [tokens(8), tokens(8, 100), tokens(4, 200)].map((list) => admit(pager, { tokens: list }));
      const tables = three.map((sequence) => table(pager, sequence));
      const epochs = pager.events!.drain().map(({ epoch }) => epoch);
      pager.reset!();
      equal(
        "tables",
        three.map((sequence) => table(pager, sequence)),
        tables,
      );
      equal(
        "events",
        pager.events!.drain().map(({ type, epoch }) => [type, epoch]),
        [["cleared", epochs[0] + 1]],
      );
      for (const sequence of three) {
        for (let i = 0; i < 4; i++) check(pager.append(sequence, i), () => "append: false");
        pager.commit(sequence);
      }
      for (const list of [
        [...tokens(8), ...tokens(5)],
        [...tokens(8, 100), ...tokens(5)],
        [...tokens(4, 200), ...tokens(5)],
      ]) {
        equal("cached", cached(pager, { tokens: list }), 0);
      }
      for (const sequence of three) pager.close(sequence);
      equal("events of what was closed", pager.events!.drain().length, 0);
      equal("free", pager.free, 8);
      admit(pager, { tokens: tokens(9) });
      equal("cached of the new epoch", cached(pager, { tokens: tokens(9) }), 8);
    },
  },
];
