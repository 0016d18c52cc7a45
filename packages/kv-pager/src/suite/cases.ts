/**
 * One thing each, with its right value and the bug that it comes from: issues of vLLM, SGLang, TensorRT-LLM, Dynamo, llm-d, Mooncake, LMCache. Where not said
 * otherwise, 8 blocks of 4 tokens. Numbers that are missing (6, 7, 26, 27, 32) are of pools of blocks alone, and of traces: they stand with
 * `BlockPool`'s tests.
 */
import type { KvEvent } from "../pager/events.ts";
import { Engine } from "./engine.ts";
import { check, equal } from "./fail.ts";
import { random } from "./model.ts";
import type { Feature, Subject, SubjectOpen, SubjectOptions } from "./subject.ts";

type Create = (options: SubjectOptions) => Subject;

export interface Case {
  readonly number: number;
  readonly name: string;
  /** Whose bug it was. */
  readonly origin: string;
  /** What a pager has to have for it. */
  readonly needs?: readonly Feature[];
  /** Whether it is of vLLM's order of eviction. */
  readonly order?: boolean;
  readonly run: (create: Create) => void;
}

const EIGHT = { blocks: 8, blockTokens: 4, sequences: 16, seed: "cases" } as const;

/** `n` tokens, counted from `first`. */
function tokens(n: number, first = 0): number[] {
  return Array.from({ length: n }, (_, i) => first + i);
}

/** A sequence that has slots for all of its tokens. */
function admit(pager: Subject, options: SubjectOpen): number {
  const sequence = pager.open(options);
  const left = (options.tokens?.length ?? options.length ?? 0) - pager.computed(sequence);
  check(pager.allocateSlots(sequence, left), () => `no slots for ${left} tokens, with ${pager.free} blocks free`);
  return sequence;
}

/** What is cached of a prompt. */
function cached(pager: Subject, options: SubjectOpen): number {
  const sequence = pager.open(options);
  const computed = pager.computed(sequence);
  pager.close(sequence);
  return computed;
}

function table(pager: Subject, sequence: number): number[] {
  return Array.from(pager.table(sequence));
}

function of(type: KvEvent["type"], events: readonly KvEvent[]): KvEvent[] {
  return events.filter((event) => event.type === type);
}

/** A pager, and an engine that looks at it after each call. */
function watched(create: Create, options: SubjectOptions): Engine {
  return new Engine(create(options), options);
}

/** The same as `admit`, watched. */
function run(engine: Engine, options: SubjectOpen): ReturnType<Engine["open"]> {
  const job = engine.open(options);
  check(
    engine.allocate(job, job.labels.length - engine.computed(job)),
    () => `no slots, with ${engine.pager.free} blocks free`,
  );
  return job;
}

export const CASES: readonly Case[] = [
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
    number: 8,
    name: "two copies of a key: only the last one's eviction is told",
    origin: "vllm-project/vllm#48933, #55092, llm-d #680",
    needs: ["events"],
    run: (create) => {
      const pager = create({ ...EIGHT, events: true });
      const [first, second] = [admit(pager, { tokens: tokens(8) }), admit(pager, { tokens: tokens(8) })];
      const stored = of("stored", pager.events!.drain());
      equal("keys stored", stored.length, 2);
      equal("blocks of both", new Set([...table(pager, first), ...table(pager, second)]).size, 3);
      pager.close(first);
      const third = admit(pager, { tokens: tokens(24, 100) });
      equal("removed, with a copy left", of("removed", pager.events!.drain()).length, 0);
      equal("cached, with a copy left", cached(pager, { tokens: tokens(9) }), 8);
      pager.close(second);
      admit(pager, { tokens: tokens(8, 200) });
      const removed = of("removed", pager.events!.drain()).map(({ key }) => key);
      equal("removed", removed.sort(), stored.map(({ key }) => key).sort());
      equal("cached, with none left", cached(pager, { tokens: tokens(9) }), 0);
      pager.close(third);
    },
  },
  {
    number: 9,
    name: "the same word as adapter, as salt, as media, and nowhere: four that share nothing",
    origin: "vllm-project/vllm#44701",
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 24 });
      const kinds = [
        {},
        { adapter: "x" },
        { salt: "x" },
        { media: [{ id: "x", from: 0, length: 4 }] },
        { adapter: "x", salt: "x" },
      ];
      for (const kind of kinds) {
        equal(`cached of ${JSON.stringify(kind)}`, cached(pager, { tokens: tokens(9), ...kind }), 0);
        admit(pager, { tokens: tokens(9), ...kind });
      }
      for (const kind of kinds)
        equal(`again, ${JSON.stringify(kind)}`, cached(pager, { tokens: tokens(9), ...kind }), 8);
    },
  },
  {
    number: 10,
    name: "salts keep prompts apart, and the same salt does not",
    origin: "vllm-project/vllm#17045, #53347",
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 16 });
      for (const salt of [{ salt: "a" }, { salt: "b" }, {}, { salt: "" }]) {
        equal(`cached of ${JSON.stringify(salt)}`, cached(pager, { tokens: tokens(9), ...salt }), 0);
        admit(pager, { tokens: tokens(9), ...salt });
        equal(`cached of it, again`, cached(pager, { tokens: tokens(9), ...salt }), 8);
      }
    },
  },
  {
    number: 11,
    name: "the same media at another place of the block is another key",
    origin: "vLLM, kv_cache_utils: extra keys of media",
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 16 });
      const prompt = { tokens: new Array<number>(13).fill(0) };
      for (const at of [0, 1, 4]) {
        const media = [{ id: "cat", from: at, length: 6 }];
        equal(`cached, at ${at}`, cached(pager, { ...prompt, media }), 0);
        admit(pager, { ...prompt, media });
        equal(`cached again, at ${at}`, cached(pager, { ...prompt, media }), 12);
      }
      equal("cached, of another one", cached(pager, { ...prompt, media: [{ id: "dog", from: 0, length: 6 }] }), 0);
    },
  },
  {
    number: 12,
    name: "the same seed makes the same keys, another does not; what is empty is as what is not given",
    origin: "LMCache #1739, #2136, #2511",
    needs: ["events"],
    run: (create) => {
      const keysOf = (seed: string | undefined, more: SubjectOpen = {}) => {
        const pager = create({ blocks: 8, blockTokens: 4, events: true, ...(seed === undefined ? {} : { seed }) });
        admit(pager, { tokens: tokens(9), ...more });
        return pager.events!.drain().map(({ key }) => key);
      };
      const keys = keysOf("one");
      equal("keys", keys.length, 2);
      equal("with the same seed", keysOf("one"), keys);
      equal("with no media in a list", keysOf("one", { media: [] }), keys);
      for (const seed of ["two", undefined]) {
        check(!keysOf(seed).some((key) => keys.includes(key)), () => `with seed ${seed} a key is the same`);
      }
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
  {
    number: 17,
    name: "a fork in the middle of a block: it is copied once, for who writes first",
    origin: "vllm-project/vllm#417, #1556, #3347",
    needs: ["fork"],
    run: (create) => {
      const pager = create(EIGHT);
      const first = admit(pager, { tokens: tokens(6) });
      const second = pager.fork!(first);
      equal("free, after the fork", pager.free, 6);
      check(pager.append(first, 60) && pager.append(second, 61), () => "append: false");
      const moves: unknown[] = [];
      pager.moves!((operation, fromTier, from, toTier, to, ticket, n) =>
        moves.push([operation, fromTier, from, toTier, to, ticket, n]),
      );
      const [mine, other] = [table(pager, first), table(pager, second)];
      equal("moves", moves, [["copy", 0, other[1], 0, mine[1], 0, 2]]);
      equal("the first block of both", mine[0], other[0]);
      check(mine[1] !== other[1], () => `both write block ${mine[1]}`);
      pager.close(first);
      pager.close(second);
      equal("free", pager.free, 8);
      // Watched: what both read is their own.
      const engine = watched(create, EIGHT);
      const job = run(engine, { tokens: tokens(6) });
      const copy = engine.fork(job);
      for (const [who, token] of [
        [job, 60],
        [copy, 61],
        [job, 62],
        [copy, 63],
        [copy, 64],
      ] as const)
        engine.append(who, token);
    },
  },
  {
    number: 18,
    name: "a block that two have falls out of the window of both: it is let go of once each",
    origin: "vllm-project/vllm#3347",
    needs: ["fork"],
    run: (create) => {
      const engine = watched(create, { ...EIGHT, window: 4 });
      const job = run(engine, { tokens: tokens(8) });
      const copy = engine.fork(job);
      engine.append(job, 8);
      equal("entries", table(engine.pager, job.sequence)[0], 0);
      equal("free, with one that has it", engine.pager.free, 5);
      engine.append(copy, 9);
      equal("entries of the fork", table(engine.pager, copy.sequence)[0], 0);
      equal("free, with none that has it", engine.pager.free, 5);
      engine.close(job);
      engine.close(copy);
      equal("free", engine.pager.free, 8);
    },
  },
  {
    number: 19,
    name: "what fell out of the window is 0 in the table, and never a block of somebody else",
    origin: "vllm-project/vllm#42273",
    run: (create) => {
      const engine = watched(create, { ...EIGHT, window: 4 });
      const job = run(engine, { tokens: tokens(8) });
      for (let i = 0; i < 12; i++) {
        engine.append(job, i);
        engine.commit(job, 1);
      }
      run(engine, { tokens: tokens(4, 100) });
      const entries = table(engine.pager, job.sequence);
      equal("entries out of the window", entries.slice(0, 3), [0, 0, 0]);
      equal("free", engine.pager.free, 8 - 1 - entries.filter((id) => id !== 0).length);
    },
  },
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
    number: 29,
    name: "a prefix that two tenants share is charged once, and to who stays",
    origin: "Mooncake #2112",
    needs: ["tenants"],
    run: (create) => {
      const pager = create({ ...EIGHT, tenants: 2 });
      const first = admit(pager, { tokens: tokens(9), tenant: "a" });
      const second = admit(pager, { tokens: tokens(10), tenant: "b" });
      equal("charges", [pager.charged!("a"), pager.charged!("b")], [3, 1]);
      pager.close(first);
      equal("charges, once the first has closed", [pager.charged!("a"), pager.charged!("b")], [0, 3]);
      pager.quota!("a", 1);
      const third = pager.open({ tokens: tokens(9), tenant: "a" });
      check(
        pager.allocateSlots(third, 1),
        () => "a hit that another is charged for, and one block, are over a quota of 1",
      );
      pager.close(third);
      pager.close(second);
      equal("charges, at the end", [pager.charged!("a"), pager.charged!("b")], [0, 0]);
      const fourth = pager.open({ tokens: tokens(8, 100), tenant: "a" });
      check(!pager.allocateSlots(fourth, 8), () => "2 blocks, with a quota of 1");
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
  {
    number: 31,
    name: "keys whose low 64 bits are equal are two keys",
    origin: "vllm-project/vllm#54727, CVE-2025-25183",
    run: (create) => {
      const pager = create(EIGHT);
      const key = (w: number) => Int32Array.from({ length: 8 }, (_, i) => (i === w ? 1 : 9));
      admit(pager, { keys: key(-1), length: 5 });
      equal("cached of the key", cached(pager, { keys: key(-1), length: 5 }), 4);
      for (let w = 0; w < 8; w++)
        equal(`cached, with word ${w} another one`, cached(pager, { keys: key(w), length: 5 }), 0);
    },
  },
];

/** Sequences with shared beginnings come, grow, fork, and go; at the end none is left. */
export function churn(pager: Subject, next: (bound: number) => number, steps: number): void {
  const open: number[] = [];
  for (let step = 0; step < steps; step++) {
    const i = next(Math.max(open.length, 1));
    const what = next(8);
    if (what < 3 && open.length < 6) {
      const n = 1 + next(20);
      const sequence = pager.open({ tokens: tokens(n, 100 * next(3)) });
      if (pager.allocateSlots(sequence, n - pager.computed(sequence))) open.push(sequence);
      else pager.close(sequence);
    } else if (what < 6 && open.length > 0) {
      if (pager.append(open[i], next(3))) pager.commit(open[i]);
    } else if (what === 6 && open.length > 0 && open.length < 6 && pager.fork !== undefined)
      open.push(pager.fork(open[i]));
    else if (open.length > 0) {
      const [last] = open.splice(i, 1);
      if (next(3) === 0 && pager.preempt !== undefined) pager.preempt(last);
      pager.close(last);
    }
    pager.moves?.(() => undefined);
  }
  for (const sequence of open) pager.close(sequence);
}
