/** Copies in flight between tiers: both ends are kept, and no block is lost or found that should not be. */
import { check, equal } from "../fail.ts";
import { admit, type Case, cached, EIGHT, run, table, tokens, watched } from "./case.ts";

export const TRANSFERS: readonly Case[] = [
  {
    number: 20,
    name: "an offload in flight keeps both of its ends",
    origin: "SGLang #28468, TensorRT-LLM #9056, vllm-project/vllm#42571",
    needs: ["tiers"],
    run: (create) => {
      const engine = watched(create, { ...EIGHT, events: true, tiers: [{ name: "host", blocks: 2 }] });
      const job = run(engine, { tokens: tokens(9) });
      const ticket = engine.offload(table(engine.pager, job.sequence).slice(0, 2), 1);
      check(ticket !== 0, () => "no ticket for 2 blocks to a tier of 2");
      engine.close(job);
      equal("free, in flight", engine.pager.free, 6);
      const other = run(engine, { tokens: tokens(24, 100) });
      check(!engine.allocate(engine.open({ tokens: [1] }), 1), () => "a block in flight was handed out");
      equal("a ticket for a slot in flight", engine.offload(table(engine.pager, other.sequence).slice(0, 1), 1), 0);
      engine.end(ticket, "done");
      equal("free, once done", engine.pager.free, 2);
      check(
        engine.offload(table(engine.pager, other.sequence).slice(0, 1), 1) !== 0,
        () => "a slot that is done is not given",
      );
    },
  },
  {
    number: 21,
    name: "of ten blocks loaded back six arrive: six hit, and the others are where they were",
    origin: "SGLang #31108, #39444",
    needs: ["tiers", "events"],
    run: (create) => {
      const engine = watched(create, { ...EIGHT, blocks: 12, events: true, tiers: [{ name: "host", blocks: 12 }] });
      const first = run(engine, { tokens: tokens(41) });
      engine.end(engine.offload(table(engine.pager, first.sequence).slice(0, 10), 1), "done");
      engine.close(first);
      engine.close(run(engine, { tokens: tokens(48, 100) }));
      const job = engine.open({ tokens: tokens(41) });
      equal("cached", engine.computed(job), 0);
      engine.end(engine.load(job), "done", 6);
      equal("cached, of six that arrived", engine.computed(job), 24);
      const again = engine.load(job);
      equal("copies of the second load", engine.transfers.get(again)?.copies.length, 4);
      engine.end(again, "done");
      equal("cached, of all", engine.computed(job), 40);
      check(engine.allocate(job, 1), () => "no slot for the last token");
    },
  },
  {
    number: 22,
    name: "loaded to a block that was cached: its key is forgotten, and what is read is what was matched",
    origin: "TensorRT-LLM #8830",
    needs: ["tiers", "events"],
    run: (create) => {
      const engine = watched(create, { ...EIGHT, blocks: 4, events: true, tiers: [{ name: "host", blocks: 4 }] });
      const first = run(engine, { tokens: tokens(9) });
      engine.end(engine.offload(table(engine.pager, first.sequence).slice(0, 2), 1), "done");
      engine.close(first);
      engine.close(run(engine, { tokens: tokens(16, 100) }));
      const job = engine.open({ tokens: tokens(9) });
      engine.end(engine.load(job), "done");
      equal("cached", engine.computed(job), 8);
      check(engine.allocate(job, 1), () => "no slot for the last token");
    },
  },
  {
    number: 23,
    name: "aborted before it was computed, and in flight: no block is lost, and none is found",
    origin: "vllm-project/vllm#46283, #44100, TensorRT-LLM #15018",
    run: (create) => {
      const pager = create({ ...EIGHT, tiers: [{ name: "host", blocks: 8 }] });
      pager.close(pager.open({ tokens: tokens(9) }));
      pager.close(admit(pager, { tokens: tokens(9) }), 0);
      equal("free", pager.free, 8);
      equal("cached of what was never computed", cached(pager, { tokens: tokens(9) }), 0);
      if (pager.offload === undefined || pager.expire === undefined) return;
      const first = admit(pager, { tokens: tokens(9) });
      const ticket = pager.offload(table(pager, first).slice(0, 2), 1);
      pager.close(first);
      equal("free, in flight", pager.free, 6);
      pager.expire(ticket);
      equal("free, expired", pager.free, 8);
      pager.moves!(() => undefined);
    },
  },
  {
    number: 33,
    name: "a block that is given twice is copied once, and so is a key that two transfers bring",
    origin: "vllm-project/vllm#42571, Dynamo #13398: ids that are twice in a list",
    needs: ["tiers", "events"],
    run: (create) => {
      const engine = watched(create, { ...EIGHT, events: true, tiers: [{ name: "host", blocks: 3 }] });
      const [first, second, third] = [tokens(5), tokens(5, 100), tokens(5, 200)].map((list) => {
        const job = run(engine, { tokens: list });
        return table(engine.pager, job.sequence)[0];
      });
      engine.end(engine.offload([first], 1), "done");
      const twice = engine.offload([second, second], 1);
      equal("copies of a block that is given twice", engine.transfers.get(twice)?.copies.length, 1);
      const other = engine.offload([second], 1);
      for (const ticket of [twice, other]) if (ticket !== 0) engine.end(ticket, "done");
      equal("a ticket for what is there", engine.offload([second, second], 1), 0);
      // Two of the tier's three blocks have keys: a third has room beside them.
      engine.end(engine.offload([third], 1), "done");
      for (const job of [...engine.jobs]) engine.close(job);
      engine.close(run(engine, { tokens: tokens(32, 300) }));
      const again = engine.open({ tokens: tokens(5) });
      engine.end(engine.load(again), "done");
      equal("cached of the first, which nothing has pushed out", engine.computed(again), 4);
    },
  },
];
