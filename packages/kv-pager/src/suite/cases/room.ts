/** Who gets blocks, and who is refused without a trace. */
import { churn } from "../churn.ts";
import { check, equal } from "../fail.ts";
import { random } from "../random.ts";
import { type Case, EIGHT, run, table, tokens, watched } from "./case.ts";

export const ROOM: readonly Case[] = [
  {
    number: 5,
    name: "hits that lie in line count as blocks that are needed",
    origin: "vllm-project/vllm#11562, #11565",
    run: (create) => {
      const engine = watched(create, { ...EIGHT, events: true });
      run(engine, { tokens: tokens(16, 100) });
      engine.close(run(engine, { tokens: tokens(9) }));
      equal("free", engine.pager.free, 4);
      const job = engine.open({ tokens: [...tokens(8), ...tokens(12, 200)] });
      equal("cached", engine.computed(job), 8);
      check(!engine.allocate(job, 12), () => "3 blocks and 2 hits were given of 4 that are free");
      equal("cached, after the refusal", engine.computed(job), 8);
      check(engine.allocate(job, 8), () => "2 blocks and 2 hits were refused of 4 that are free");
    },
  },
  {
    number: 15,
    name: "the watermark holds back who is admitted, not who runs, and nobody who is alone",
    origin: "vllm-project/vllm#44594",
    run: (create) => {
      const engine = watched(create, { ...EIGHT, watermark: 0.25 });
      const running = run(engine, { tokens: tokens(16) });
      const job = engine.open({ tokens: tokens(12, 100) });
      check(!engine.allocate(job, 12), () => "admitted, though 1 block is left and not 2");
      run(engine, { tokens: tokens(8, 200) });
      equal("free", engine.pager.free, 2);
      for (let i = 0; i < 8; i++)
        check(engine.append(running, i), () => `append: false, with ${engine.pager.free} blocks free`);
      equal("free", engine.pager.free, 0);
      run(watched(create, { ...EIGHT, watermark: 0.25 }), { tokens: tokens(32) });
    },
  },
  {
    number: 24,
    name: "a full pager does not evict the beginning of what it is extending",
    origin: "TensorRT-LLM #17926",
    run: (create) => {
      const engine = watched(create, { ...EIGHT, events: true });
      engine.close(run(engine, { tokens: tokens(17) }));
      engine.close(run(engine, { tokens: tokens(13, 100) }));
      check(!engine.allocate(engine.open({ tokens: tokens(36) }), 20), () => "9 blocks of 8");
      const job = engine.open({ tokens: tokens(32) });
      equal("cached", engine.computed(job), 16);
      check(engine.allocate(job, 16), () => "8 blocks of 8 were refused");
      equal("blocks", new Set(table(engine.pager, job.sequence)).size, 8);
    },
  },
  {
    number: 28,
    name: "full in the middle of a batch of five: the fifth is refused, and the others are as they were",
    origin: "kvcached #453, vllm-project/vllm#45856",
    run: (create) => {
      const engine = watched(create, EIGHT);
      const jobs = [0, 1, 2, 3, 4].map((i) => engine.open({ tokens: tokens(7, 100 * i) }));
      const given = jobs.map((job) => engine.allocate(job, 7));
      equal("slots", given, [true, true, true, true, false]);
      engine.close(jobs[0]);
      check(engine.allocate(jobs[4], 7), () => "2 blocks of 2 were refused");
    },
  },
  {
    number: 30,
    name: "all that were closed leave all blocks free, after thousands of steps",
    origin: "SGLang #35270, xLLM #828",
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 24 });
      churn(pager, random(30), 3000);
      equal("free", pager.free, 24);
      pager.verify?.();
    },
  },
];
